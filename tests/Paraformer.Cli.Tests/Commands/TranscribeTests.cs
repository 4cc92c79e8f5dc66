using System.Text;
using System.Text.Json;
using Paraformer.Cli.Tests.Fakes;
using Paraformer.Engine;

namespace Paraformer.Cli.Tests.Commands;

public sealed class TranscribeTests : IDisposable
{
    private static readonly RecognizedSentence[] Speech =
    [
        ScriptedEngine.Sentence(1, 170, 400, "hello", isFinal: false),
        ScriptedEngine.Sentence(1, 170, 920, "hello world"),
        ScriptedEngine.Sentence(2, 1000, 2000, "good bye"),
    ];

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_file_becomes_lines_of_text_and_nothing_else()
    {
        var engine = new ScriptedEngine { Sentences = Speech };
        using var console = new TestConsole { Engine = engine };
        string file = _folder.Wav(milliseconds: 3000);

        Assert.Equal(0, await console.RunAsync("transcribe", file));

        Assert.Equal("hello world\ngood bye\n", console.Output);
        Assert.Equal("", console.Error);
        Assert.Equal(File.ReadAllBytes(file), engine.Audio.ToArray());
        Assert.True(engine.IsDisposed);
    }

    [Fact]
    public async Task The_options_reach_the_engine()
    {
        var engine = new ScriptedEngine { Sentences = Speech };
        using var console = new TestConsole { Engine = engine };

        Assert.Equal(0, await console.RunAsync("transcribe", _folder.Wav(sampleRate: 8000), "--model", "paraformer-realtime-v2", "--language", "zh,en", "--max-sentence-silence", "300"));

        Assert.Equal("paraformer-realtime-v2", engine.Request!.Model);
        Assert.Equal("wav", engine.Request.Format);
        Assert.Equal(8000, engine.Request.SampleRate);
        Assert.Equal(["zh", "en"], engine.Request.Languages);
        Assert.Equal(300, engine.Request.MaxSentenceSilenceMs);
    }

    [Fact]
    public async Task Json_lines_are_wire_sentences_and_partials_come_when_asked()
    {
        using var console = new TestConsole { Engine = new ScriptedEngine { Sentences = Speech } };

        Assert.Equal(0, await console.RunAsync("transcribe", _folder.Wav(), "--output", "json", "--partials"));

        JsonElement[] lines = [.. console.Output.TrimEnd('\n').Split('\n').Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal("hello", lines[0].GetProperty("text").GetString());
        Assert.Equal(JsonValueKind.Null, lines[0].GetProperty("end_time").ValueKind);
        Assert.Equal("hello world", lines[^2].GetProperty("text").GetString());
        Assert.Equal(920, lines[^2].GetProperty("end_time").GetInt64());
    }

    [Fact]
    public async Task A_terminal_shows_each_final_once_with_its_times()
    {
        using var console = new TestConsole { IsTerminal = true, Engine = new ScriptedEngine { Sentences = Speech } };

        Assert.Equal(0, await console.RunAsync("transcribe", _folder.Wav(milliseconds: 3000)));

        Assert.Equal("[00:00.17 → 00:00.92] hello world\n[00:01.00 → 00:02.00] good bye\n", console.Output);
        Assert.DoesNotContain("good bye", console.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Output_to_a_file_leaves_captions_on_the_terminal()
    {
        using var console = new TestConsole { IsTerminal = true, Engine = new ScriptedEngine { Sentences = Speech } };
        string output = _folder.Path("speech.srt");

        Assert.Equal(0, await console.RunAsync("transcribe", _folder.Wav(milliseconds: 3000), "--output", "srt", "-o", output));

        Assert.StartsWith("1\n00:00:00,170 --> 00:00:00,920\nhello world\n", await File.ReadAllTextAsync(output, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal("", console.Output);
        Assert.Contains("[00:00.17 → 00:00.92] hello world\n", console.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Standard_input_is_raw_when_its_first_bytes_are_no_known_format()
    {
        byte[] samples = new byte[32_000];
        new Random(7).NextBytes(samples);
        var engine = new ScriptedEngine { Sentences = Speech };
        using var console = new TestConsole { Engine = engine, Input = samples };

        Assert.Equal(0, await console.RunAsync("transcribe", "-"));

        Assert.Equal(("pcm", 16000), (engine.Request!.Format, engine.Request.SampleRate));
        Assert.Equal(samples, engine.Audio.ToArray());
    }

    [Fact]
    public async Task Standard_input_is_sniffed()
    {
        byte[] wav = TestFolder.MakeWav(44100, 2, 16, 40_000);
        var engine = new ScriptedEngine { Sentences = Speech };
        using var console = new TestConsole { Engine = engine, Input = wav };

        Assert.Equal(0, await console.RunAsync("transcribe", "-"));

        Assert.Equal(("wav", 44100), (engine.Request!.Format, engine.Request.SampleRate));
        Assert.Equal(wav, engine.Audio.ToArray());
    }

    [Fact]
    public async Task Silence_is_no_failure()
    {
        using var console = new TestConsole();
        string file = _folder.Wav(sampleRate: 8000, milliseconds: 600_000);

        Assert.Equal(0, await console.RunAsync("transcribe", file));

        Assert.Equal("", console.Output);
        Assert.Equal($"paraformer: no speech was recognised in {file} (10:00 of audio)\n", console.Error);
    }

    [Fact]
    public async Task A_truncated_file_is_transcribed_with_a_warning()
    {
        using var console = new TestConsole { Engine = new ScriptedEngine { Sentences = Speech } };
        string file = _folder.Wav(milliseconds: 3000, announcedMilliseconds: 60_000);

        Assert.Equal(0, await console.RunAsync("transcribe", file));

        Assert.Equal("hello world\ngood bye\n", console.Output);
        Assert.Equal($"paraformer: warning: the file is cut off: its header announces more than the 0:03 of audio that is there ({file}): what is there is transcribed\n", console.Error);
    }

    [Fact]
    public async Task Metrics_name_the_request_the_packs_and_the_times()
    {
        using var console = new TestConsole { Engine = new ScriptedEngine { Sentences = Speech } };
        string metrics = _folder.Path("metrics.json");

        Assert.Equal(0, await console.RunAsync("transcribe", _folder.Wav(milliseconds: 3000), "--json-metrics", metrics));

        JsonElement json = JsonDocument.Parse(await File.ReadAllBytesAsync(metrics, TestContext.Current.CancellationToken)).RootElement;
        Assert.Equal(32, json.GetProperty("request_id").GetString()!.Length);
        Assert.Equal(3, json.GetProperty("audio_seconds").GetDouble());
        Assert.Equal(["en-pack", "vad-pack"], json.GetProperty("packs").EnumerateArray().Select(pack => pack.GetString()));
        Assert.True(json.GetProperty("wall_seconds").GetDouble() > 0);
        Assert.Equal(json.GetProperty("wall_seconds").GetDouble() / 3, json.GetProperty("real_time_factor").GetDouble(), 0.001);
        Assert.True(json.GetProperty("first_package_delay_ms").GetDouble() >= 0);
        Assert.True(json.GetProperty("last_package_delay_ms").GetDouble() >= 0);
    }

    [Fact]
    public async Task A_stop_in_mid_stream_finishes_what_was_heard()
    {
        using var stop = new CancellationTokenSource();
        byte[] samples = new byte[8000];
        new Random(7).NextBytes(samples);
        var engine = new ScriptedEngine { Sentences = Speech };
        using var console = new TestConsole { Engine = engine, InputStream = new SilentPipeStream(samples), Stop = stop.Token };

        Task<int> running = console.RunAsync("transcribe", "-");
        await engine.Heard.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await stop.CancelAsync();

        Assert.Equal(0, await running.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Assert.Equal("hello world\ngood bye\n", console.Output);
    }

    [Fact]
    public async Task A_stop_before_any_audio_is_an_interruption()
    {
        using var stop = new CancellationTokenSource();
        using var console = new TestConsole { InputStream = new SilentPipeStream([]), Stop = stop.Token };

        Task<int> running = console.RunAsync("transcribe", "-");
        await stop.CancelAsync();

        Assert.Equal(130, await running.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Assert.Equal("paraformer: interrupted\n", console.Error);
    }

    [Fact]
    public async Task A_broken_pipe_ends_quietly()
    {
        using var console = new TestConsole { Engine = new ScriptedEngine { Sentences = Speech }, OutputStream = new FailingStream(new IOException("Broken pipe", 32)) };

        Assert.Equal(0, await console.RunAsync("transcribe", _folder.Wav()));

        Assert.Equal("", console.Error);
    }

    [Fact]
    public async Task A_full_disk_is_told()
    {
        using var console = new TestConsole { Engine = new ScriptedEngine { Sentences = Speech }, OutputStream = new FailingStream(new IOException("No space left on device", 28)) };

        Assert.Equal(1, await console.RunAsync("transcribe", _folder.Wav()));

        Assert.Equal("paraformer: the results cannot be written: No space left on device (standard output): make room or choose another place with -o\n", console.Error);
    }

    [Fact]
    public async Task A_failed_task_tells_its_code_and_its_request()
    {
        var failure = new RecognitionException(RecognitionError.ModelUnavailable, "No installed pack serves zh.");
        using var console = new TestConsole { Engine = new ScriptedEngine { StartFailure = failure } };

        Assert.Equal(1, await console.RunAsync("transcribe", _folder.Wav()));

        Assert.Matches(@"^paraformer: the task failed: No installed pack serves zh\. \(code ModelUnavailable, request [0-9a-f]{32}\).*\n$", console.Error);
    }

    [Fact]
    public async Task What_came_before_a_failure_is_printed()
    {
        var engine = new ScriptedEngine { Sentences = Speech, StreamFailure = new RecognitionException(RecognitionError.Internal, "It broke.") };
        using var console = new TestConsole { Engine = engine };

        Assert.Equal(1, await console.RunAsync("transcribe", _folder.Wav()));

        Assert.Equal("hello world\ngood bye\n", console.Output);
        Assert.Contains("code InternalError", console.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unexpected_failure_is_one_line_and_its_stack_only_on_demand()
    {
        using var console = new TestConsole { OutputStream = new FailingStream(new InvalidOperationException("surprise\nin two lines")), Engine = new ScriptedEngine { Sentences = Speech } };

        Assert.Equal(1, await console.RunAsync("transcribe", _folder.Wav()));
        Assert.Equal("paraformer: InvalidOperationException: surprise in two lines (PARAFORMER_DEBUG=1 shows the stack)\n", console.Error);

        console.Variables["PARAFORMER_DEBUG"] = "1";
        Assert.Equal(1, await console.RunAsync("transcribe", _folder.Wav()));
        Assert.Contains("   at ", console.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endpoint_that_does_not_answer_is_told()
    {
        using var closed = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        closed.Start();
        int port = ((System.Net.IPEndPoint)closed.LocalEndpoint).Port;
        closed.Stop();
        using var console = new TestConsole();

        Assert.Equal(1, await console.RunAsync("transcribe", _folder.Wav(), "--endpoint", $"ws://127.0.0.1:{port}"));

        Assert.StartsWith("paraformer: the service cannot be reached: ", console.Error, StringComparison.Ordinal);
        Assert.EndsWith($"(ws://127.0.0.1:{port}/): check the address of --endpoint and the network\n", console.Error, StringComparison.Ordinal);
        Assert.Single(console.Error.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task Real_time_sends_as_fast_as_it_was_spoken()
    {
        using var console = new TestConsole { Engine = new ScriptedEngine { Sentences = Speech } };
        string metrics = _folder.Path("metrics.json");

        Assert.Equal(0, await console.RunAsync("transcribe", _folder.Wav(milliseconds: 500), "--realtime", "--json-metrics", metrics));

        JsonElement json = JsonDocument.Parse(await File.ReadAllBytesAsync(metrics, TestContext.Current.CancellationToken)).RootElement;
        Assert.True(json.GetProperty("wall_seconds").GetDouble() > 0.45);
    }

    [Fact]
    public async Task The_output_is_utf8_without_a_byte_order_mark()
    {
        using var bytes = new MemoryStream();
        using var console = new TestConsole { OutputStream = bytes, Engine = new ScriptedEngine { Sentences = [ScriptedEngine.Sentence(1, 0, 500, "你好")] } };

        Assert.Equal(0, await console.RunAsync("transcribe", _folder.Wav()));

        Assert.Equal(Encoding.UTF8.GetBytes("你好\n"), bytes.ToArray());
    }
}
