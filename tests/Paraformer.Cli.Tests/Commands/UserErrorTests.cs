using Paraformer.Cli.Tests.Fakes;

namespace Paraformer.Cli.Tests.Commands;

public sealed class UserErrorTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_missing_file() =>
        await FailsAsync(2, "there is no such file ({0}): check the path", "transcribe", _folder.Path("none.wav"));

    [Fact]
    public async Task A_directory() =>
        await FailsAsync(2, "this is a directory ({0}): name an audio file in it", "transcribe", _folder.Path(""));

    [Fact]
    public async Task An_empty_file() =>
        await FailsAsync(2, "there is no audio, not a single byte ({0}): give a recording", "transcribe", _folder.Write("empty.wav", []));

    [Fact]
    public async Task A_text_named_wav() => await FailsAsync(
        2, "this is text, not audio; it begins with \"Dear Sir or Madam, once\" ({0}): give a recording", "transcribe", _folder.Write("letter.wav", "Dear Sir or Madam, once upon a time"u8.ToArray()));

    [Fact]
    public async Task Bytes_of_no_known_format() => await FailsAsync(
        2,
        "this is no known audio format; it begins with the bytes 0102030405060708 ({0}): give a WAV file, or --format pcm and --sample-rate if these are raw 16-bit mono samples",
        "transcribe",
        _folder.Write("bytes.bin", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]));

    [Fact]
    public async Task A_header_without_audio() =>
        await FailsAsync(2, "the WAV file holds a header and no audio ({0}): give a recording", "transcribe", _folder.Wav(milliseconds: 0));

    [Fact]
    public async Task A_sample_rate_that_contradicts_the_header() => await FailsAsync(
        2, "--sample-rate 8000 contradicts the audio, whose header says 16000 Hz ({0}): leave --sample-rate out", "transcribe", _folder.Wav(), "--sample-rate", "8000");

    [Fact]
    public async Task A_format_that_contradicts_the_header()
    {
        string error = await FailsAsync(2, null, "transcribe", _folder.Wav(), "--format", "mp3");
        Assert.StartsWith("paraformer: --format mp3 contradicts the audio, which is pcm_s16le in wav (", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_format_that_nothing_here_can_read()
    {
        string error = await FailsAsync(2, null, "transcribe", _folder.Write("a.flac", [.. "fLaC"u8, .. new byte[64]]));
        Assert.Contains("install ffmpeg, or convert it to WAV first: ffmpeg -i ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_model() => await FailsAsync(
        2,
        "unknown model (--model whisper): it is one of paraformer-realtime-v2 paraformer-realtime-8k-v2 paraformer-realtime-v1 paraformer-realtime-8k-v1",
        "transcribe", _folder.Wav(), "--model", "whisper");

    [Fact]
    public async Task An_unknown_language() => await FailsAsync(
        2, "unknown language (--language tlh): it is one of zh en ja yue ko de fr ru", "transcribe", _folder.Wav(), "--language", "en,tlh");

    [Theory]
    [InlineData("--vocabulary-id")]
    [InlineData("--phrase-id")]
    public async Task Hot_words_without_a_service(string option) => await FailsAsync(
        2, $"this machine has no hot-word lists ({option} list-1): give the words with --hotwords FILE, or name the service that has the list with --endpoint", "transcribe", _folder.Wav(), option, "list-1");

    [Fact]
    public async Task An_output_in_a_folder_that_is_not_there() => await FailsAsync(
        2, "the output's folder does not exist ({2}): create it first", "transcribe", _folder.Wav(), "-o", _folder.Path("no/such/out.txt"));

    [Fact]
    public async Task Metrics_in_a_folder_that_is_not_there() => await FailsAsync(
        2, "the output's folder does not exist ({2}): create it first", "transcribe", _folder.Wav(), "--json-metrics", _folder.Path("no/such/metrics.json"));

    [Fact]
    public async Task An_output_that_is_a_directory() =>
        await FailsAsync(2, "the output is a directory ({2}): name a file in it", "transcribe", _folder.Wav(), "-o", _folder.Path(""));

    [Fact]
    public async Task An_output_on_a_full_disk()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "This platform has no /dev/full.");
        using var console = new TestConsole { Engine = new ScriptedEngine { Sentences = [ScriptedEngine.Sentence(1, 0, 500, "hello")] } };

        Assert.Equal(1, await console.RunAsync("transcribe", _folder.Wav(), "-o", "/dev/full"));

        Assert.StartsWith("paraformer: the results cannot be written: No space left on device", console.Error, StringComparison.Ordinal);
        Assert.Single(console.Error.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task An_output_that_is_the_input()
    {
        string file = _folder.Wav();
        byte[] before = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);

        await FailsAsync(2, "the output would overwrite the recording ({0}): choose another file", "transcribe", file, "-o", file);

        Assert.Equal(before, await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Empty_standard_input() =>
        await FailsAsync(2, "there is no audio, not a single byte (standard input): give a recording", "transcribe", "-");

    [Fact]
    public async Task No_api_key_for_a_service()
    {
        string error = await FailsAsync(2, null, "transcribe", _folder.Wav(), "--endpoint", "wss://dashscope.example/api-ws/v1/inference");
        Assert.Equal("paraformer: there is no API key for the service (wss://dashscope.example/api-ws/v1/inference): set DASHSCOPE_API_KEY\n", error);
    }

    [Theory]
    [InlineData("transcribe")]
    [InlineData("transcribe", "a.wav", "--no-such-option")]
    [InlineData("transcribe", "a.wav", "--sample-rate", "12")]
    [InlineData("transcribe", "a.wav", "--sample-rate", "fast")]
    [InlineData("transcribe", "a.wav", "--max-sentence-silence", "100")]
    [InlineData("transcribe", "a.wav", "--max-sentence-silence", "6001")]
    [InlineData("transcribe", "a.wav", "--output", "pdf")]
    [InlineData("transcribe", "a.wav", "--format", "flac")]
    [InlineData("transcribe", "a.wav", "--partials")]
    [InlineData("transcribe", "a.wav", "--endpoint", "http://localhost")]
    [InlineData("transcribe", "a.wav", "--endpoint", "somewhere")]
    [InlineData("serve", "--port", "65536")]
    [InlineData("serve", "--port", "http")]
    [InlineData("serve", "--max-batch-steps", "0")]
    [InlineData("sing")]
    public async Task A_command_line_that_is_none(params string[] args)
    {
        string error = await FailsAsync(2, null, args);
        Assert.Contains("--help", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_value_out_of_range_names_the_range()
    {
        string error = await FailsAsync(2, null, "transcribe", "a.wav", "--max-sentence-silence", "100");
        Assert.StartsWith("paraformer: --max-sentence-silence 100 is out of range; it is a whole number from 200 to 6000 ms (", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pack_that_the_catalogue_does_not_have()
    {
        string error = await FailsAsync(2, null, "models", "pull", "no-such-pack");
        Assert.StartsWith("paraformer: the catalogue has no such pack (no-such-pack)", error, StringComparison.Ordinal);
    }

    /// <summary>Runs and asserts one line on standard error, nothing on standard output; {n} stands for the n-th argument after the command.</summary>
    private static async Task<string> FailsAsync(int exitCode, string? message, params string[] args)
    {
        using var console = new TestConsole();

        Assert.Equal(exitCode, await console.RunAsync(args));

        Assert.Equal("", console.Output);
        Assert.StartsWith("paraformer: ", console.Error, StringComparison.Ordinal);
        Assert.Equal(console.Error.Length - 1, console.Error.IndexOf('\n', StringComparison.Ordinal));
        if (message is not null)
        {
            string expected = args.Skip(1).Select((arg, i) => (arg, i)).Aggregate(message, (text, arg) => text.Replace($"{{{arg.i}}}", arg.arg, StringComparison.Ordinal));
            Assert.Equal($"paraformer: {expected}\n", console.Error);
        }

        return console.Error;
    }
}
