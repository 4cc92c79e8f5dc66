using System.Diagnostics;
using System.Text.Json;
using Paraformer.Testing;

namespace Paraformer.EndToEnd.Tests;

/// <summary><c>paraformer transcribe</c> on real speech, in process and through a server.</summary>
public sealed class TranscribeTests(ServerFixture server)
{
    [Fact]
    public async Task A_file_comes_out_as_text_one_sentence_a_line()
    {
        Packs.RequireEnglish();
        CommandResult result = await CommandLine.RunAsync(["transcribe", Samples.Austen]);
        Assert.Equal((0, ""), (result.ExitCode, result.Errors));
        Assert.Equal(5, result.OutputLines.Length);
        Assert.InRange(Words.Distance(string.Join(' ', Samples.Transcripts.Values), string.Join(' ', result.OutputLines)), 0, 14);
    }

    [Fact]
    public async Task Json_is_the_same_in_process_through_a_server_and_at_real_time()
    {
        Packs.RequireEnglish();
        string[] command = ["transcribe", Samples.PathOf("austen-0870.wav"), "--output", "json", "--language", "en"];
        string[] remote = [.. command, "--endpoint", server.Endpoint.ToString()];
        CommandResult[] results = await Task.WhenAll(
            CommandLine.RunAsync(command), CommandLine.RunAsync(remote), CommandLine.RunAsync([.. remote, "--realtime"]), CommandLine.RunAsync([.. command, "--realtime"]));
        Assert.All(results, result => Assert.Equal((0, ""), (result.ExitCode, result.Errors)));
        Assert.All(results, result => Assert.Equal(results[0].Output, result.Output));
        Assert.NotEmpty(results[0].OutputLines);
    }

    [Fact]
    public async Task Json_lines_are_sentences_with_times_in_order()
    {
        Packs.RequireEnglish();
        CommandResult result = await CommandLine.RunAsync(["transcribe", Samples.Austen, "--output", "json"]);
        long id = 1, end = 0;
        foreach (string line in result.OutputLines)
        {
            using var document = JsonDocument.Parse(line);
            JsonElement sentence = document.RootElement;
            Assert.Equal(id++, sentence.GetProperty("sentence_id").GetInt64());
            Assert.True(sentence.GetProperty("sentence_end").GetBoolean());
            long begin = sentence.GetProperty("begin_time").GetInt64();
            Assert.True(begin >= end);
            end = begin;
            foreach (JsonElement word in sentence.GetProperty("words").EnumerateArray())
            {
                Assert.InRange(word.GetProperty("begin_time").GetInt64(), end, word.GetProperty("end_time").GetInt64());
                end = word.GetProperty("end_time").GetInt64();
            }

            Assert.Equal(end, sentence.GetProperty("end_time").GetInt64());
        }

        Assert.Equal(6, id);
    }

    [Fact]
    public async Task Partials_of_json_output_come_before_their_final()
    {
        Packs.RequireEnglish();
        CommandResult result = await CommandLine.RunAsync(["transcribe", Samples.PathOf("austen-0930.wav"), "--output", "json", "--partials", "--realtime"]);
        JsonElement[] sentences = [.. result.OutputLines.Select(line => JsonElement.Parse(line))];
        Assert.Equal(JsonValueKind.Null, sentences[0].GetProperty("end_time").ValueKind);
        Assert.Equal(JsonValueKind.Number, sentences[^1].GetProperty("end_time").ValueKind);

        // Three seconds of speech at three partials a second or more.
        Assert.InRange(sentences.Length, 8, 60);
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task An_interrupt_finishes_what_was_heard_and_prints_it(string signal)
    {
        Packs.RequireEnglish();
        Assert.SkipWhen(OperatingSystem.IsWindows(), "POSIX signals are not there on Windows");
        using Process process = CommandLine.Start(["transcribe", Samples.Austen, "--realtime"]);
        string? first = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        await CommandLine.SignalAsync(process, signal);
        CommandResult result = await CommandLine.EndAsync(process, process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken));
        Assert.Equal((0, ""), (result.ExitCode, result.Errors));
        Assert.Contains("dashwood", first, StringComparison.OrdinalIgnoreCase);
        Assert.True(result.OutputLines.Length < 4, "the audio went on after the interrupt");
    }

    [Fact]
    public async Task Ten_minutes_of_silence_end_with_one_note()
    {
        Packs.RequireEnglish();
        string file = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(file, WaveFile.Write(new float[16000 * 600], 16000), TestContext.Current.CancellationToken);
            CommandResult result = await CommandLine.RunAsync(["transcribe", file]);
            Assert.Equal((0, ""), (result.ExitCode, result.Output));
            Assert.Contains("no speech", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
