using System.Net;
using System.Net.Sockets;
using Paraformer.Testing;

namespace Paraformer.EndToEnd.Tests;

/// <summary>What people do wrong, or what their machine lacks: one line that says what, where and what to do.</summary>
public sealed class UserErrorTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("paraformer-e2e").FullName;

    [Fact]
    public async Task A_missing_file() => Check(await CommandLine.RunAsync(["transcribe", Path.Combine(_folder, "none.wav")]), 2, "none.wav");

    [Fact]
    public async Task A_directory() => Check(await CommandLine.RunAsync(["transcribe", _folder]), 2, "directory");

    [Fact]
    public async Task An_empty_file() => Check(await CommandLine.RunAsync(["transcribe", Write("empty.wav", [])]), 2, "empty.wav");

    [Fact]
    public async Task A_text_file_named_wav()
    {
        byte[] text = [.. Enumerable.Repeat("It was a dark and stormy night.\n"u8.ToArray(), 100).SelectMany(b => b)];
        Check(await CommandLine.RunAsync(["transcribe", Write("story.wav", text)]), null, "story.wav");
    }

    [Fact]
    public async Task A_format_that_contradicts_the_file() =>
        Check(await CommandLine.RunAsync(["transcribe", Samples.Austen, "--format", "mp3"]), 2, "mp3");

    [Fact]
    public async Task An_unknown_model() => Check(await CommandLine.RunAsync(["transcribe", Samples.Austen, "--model", "whisper"]), 2, "whisper");

    [Fact]
    public async Task A_language_without_a_pack()
    {
        Packs.RequireEnglish();
        Check(await CommandLine.RunAsync(["transcribe", Samples.Austen, "--language", "ja"]), 1, "ModelUnavailable");
    }

    [Fact]
    public async Task A_port_in_use()
    {
        Packs.RequireEnglish();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        string port = ((IPEndPoint)listener.LocalEndpoint).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        Check(await CommandLine.RunAsync(["serve", "--port", port, "--data", Path.Combine(Path.GetTempPath(), $"paraformer-{Guid.NewGuid():N}.db")]), 1, port);
    }

    [Fact]
    public async Task An_endpoint_where_nothing_listens() =>
        Check(await CommandLine.RunAsync(["transcribe", Samples.Austen, "--endpoint", "ws://127.0.0.1:9/api-ws/v1/inference"]), 1, "127.0.0.1:9");

    [Fact]
    public async Task No_network_and_no_pack()
    {
        var environment = new Dictionary<string, string>
        {
            ["PARAFORMER_MODELS"] = _folder,
            ["PARAFORMER_MODELS_INSTALL"] = Path.Combine(_folder, "install"),
            ["npm_config_registry"] = "http://127.0.0.1:9/",
            ["XDG_CACHE_HOME"] = _folder,
            ["npm_config_cache"] = Path.Combine(_folder, "npm"),
        };
        CommandResult result = await CommandLine.RunAsync(["transcribe", Samples.Austen], environment);
        Assert.Equal(1, result.ExitCode);

        // The lines before the last one say what is being installed.
        Assert.Contains("PARAFORMER_MODELS", result.ErrorLines[^1], StringComparison.Ordinal);
        Assert.All(result.ErrorLines, line => Assert.StartsWith("paraformer: ", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_truncated_file_is_transcribed_as_far_as_it_goes()
    {
        Packs.RequireEnglish();
        byte[] whole = await File.ReadAllBytesAsync(Samples.PathOf("austen-0870.wav"), TestContext.Current.CancellationToken);
        CommandResult result = await CommandLine.RunAsync(["transcribe", Write("cut.wav", whole[..(whole.Length / 2)])]);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("dashwood", result.Output, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("cut.wav", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static void Check(CommandResult result, int? exitCode, string named)
    {
        Assert.NotEqual(0, result.ExitCode);
        Assert.Equal(exitCode ?? result.ExitCode, result.ExitCode);
        Assert.Equal("", result.Output);
        string error = Assert.Single(result.ErrorLines);
        Assert.StartsWith("paraformer: ", error, StringComparison.Ordinal);
        Assert.Contains(named, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Errors, StringComparison.Ordinal);
    }

    private string Write(string name, byte[] bytes)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
