using System.Diagnostics;
using Paraformer.Testing;

namespace Paraformer.EndToEnd.Tests;

/// <summary>The programs under samples, as a user would run them, against a server on this machine.</summary>
public sealed class SampleProgramTests(ServerFixture server)
{
    private const string Clip = "austen-0880";

    private static readonly string s_clip = Samples.PathOf(Clip + ".wav");

    public static TheoryData<string, string> Programs => new()
    {
        { "FileCall", "[Metric] requestId: " },
        { "FileStream", "Recognition completed" },
        { "LiveCaptions", "final " },
        { "Concurrent", Path.GetFileName(s_clip) + ": " },
        { "DependencyInjection", "00:00:" },
    };

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task A_sample_program_prints_what_was_said(string program, string alsoPrints)
    {
        // Concurrent takes files alone.
        string[] arguments = program == "Concurrent" ? [s_clip, s_clip] : [s_clip, "en"];
        CommandResult result = await RunAsync(program, input: null, arguments);

        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.Contains(alsoPrints, result.Output, StringComparison.Ordinal);
        AssertHeard(result);
    }

    [Fact]
    public async Task The_hot_word_sample_makes_a_list_recognises_with_it_and_deletes_it()
    {
        CommandResult result = await RunAsync("HotWords", input: null, s_clip, "Dashwood");

        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.StartsWith("vocabulary: vocab-sample-", result.Output, StringComparison.Ordinal);
        AssertHeard(result);
    }

    [Fact]
    public async Task The_microphone_sample_recognises_what_comes_through_standard_input()
    {
        byte[] wave = await File.ReadAllBytesAsync(s_clip, TestContext.Current.CancellationToken);

        CommandResult result = await RunAsync("Microphone", wave.AsMemory(44), "en");

        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.Contains("RecognitionCallback close.", result.Output, StringComparison.Ordinal);
        AssertHeard(result);
    }

    private static void AssertHeard(CommandResult result)
    {
        string[] said = Words.Of(Samples.Transcripts[Clip]);
        HashSet<string> printed = [.. Words.Of(result.Output.Replace('\n', ' '))];
        Assert.True(said.Count(printed.Contains) >= said.Length / 2, result.Output);
    }

    private async Task<CommandResult> RunAsync(string program, ReadOnlyMemory<byte>? input, params string[] arguments)
    {
        string configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;
        string library = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", program, configuration, program + ".dll"));
        var start = new ProcessStartInfo("dotnet", [library, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.Environment["DASHSCOPE_WEBSOCKET_BASE_URL"] = server.Endpoint.AbsoluteUri;
        start.Environment["DASHSCOPE_HTTP_BASE_URL"] = new UriBuilder(server.Endpoint) { Scheme = "http", Path = "/api/v1" }.Uri.AbsoluteUri;
        start.Environment["Paraformer__Endpoint"] = server.Endpoint.AbsoluteUri;
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        if (input is { } bytes)
        {
            await process.StandardInput.BaseStream.WriteAsync(bytes, TestContext.Current.CancellationToken);
        }

        process.StandardInput.Close();
        return await CommandLine.EndAsync(process, output);
    }
}
