using System.Text.Json;
using Paraformer.Cli.Probing;
using Paraformer.Cli.Tests.Fakes;

namespace Paraformer.Cli.Tests.Commands;

public sealed class ProbeTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_wav_file_is_described()
    {
        using var console = new TestConsole();
        string file = _folder.Wav(sampleRate: 44100, channels: 2, milliseconds: 1500);

        Assert.Equal(0, await console.RunAsync("probe", file));

        Assert.Equal(
            $"""
            file         {file}
            container    wav
            encoding     pcm_s16le
            sample rate  44100 Hz
            channels     2
            bits         16
            duration     00:01.50 (1.500 s)
            loudness     silent
            silence      100 %
            --format     wav
            decodable    yes

            """,
            console.Output);
        Assert.Equal("", console.Error);
    }

    [Theory]
    [InlineData(8000, 1, 8, "pcm_u8")]
    [InlineData(16000, 1, 24, "pcm_s24le")]
    [InlineData(48000, 2, 32, "pcm_s32le")]
    public async Task Json_holds_the_same(int rate, int channels, int bits, string encoding)
    {
        JsonElement json = await JsonAsync(0, _folder.Wav(sampleRate: rate, channels: channels, bits: bits, milliseconds: 250));

        Assert.Equal("wav", json.GetProperty("container").GetString());
        Assert.Equal(encoding, json.GetProperty("encoding").GetString());
        Assert.Equal(rate, json.GetProperty("sample_rate").GetInt32());
        Assert.Equal(channels, json.GetProperty("channels").GetInt32());
        Assert.Equal(bits, json.GetProperty("bits_per_sample").GetInt32());
        Assert.Equal(250, json.GetProperty("duration_ms").GetInt32());
        Assert.True(json.GetProperty("decodable").GetBoolean());
        Assert.Equal(JsonValueKind.Null, json.GetProperty("problem").ValueKind);
    }

    [Fact]
    public async Task A_fitting_statement_succeeds()
    {
        using var console = new TestConsole();
        Assert.Equal(0, await console.RunAsync("probe", _folder.Wav(), "--format", "wav", "--sample-rate", "16000"));
    }

    [Fact]
    public async Task A_statement_that_does_not_fit_fails_and_says_why()
    {
        using var console = new TestConsole();
        string file = _folder.Wav();

        Assert.Equal(1, await console.RunAsync("probe", file, "--sample-rate", "48000"));

        Assert.Contains("sample rate  16000 Hz", console.Output, StringComparison.Ordinal);
        Assert.Equal($"paraformer: --sample-rate 48000 contradicts the audio, whose header says 16000 Hz ({file}): leave --sample-rate out\n", console.Error);
    }

    [Fact]
    public async Task A_format_that_cannot_be_decoded_is_recognised_and_said_so()
    {
        using var console = new TestConsole();

        Assert.Equal(0, await console.RunAsync("probe", _folder.Write("a.flac", [.. "fLaC"u8, .. new byte[60]])));

        Assert.Contains("container    flac", console.Output, StringComparison.Ordinal);
        Assert.Contains("decodable    no", console.Output, StringComparison.Ordinal);
        Assert.Contains("to convert   ffmpeg -i ", console.Output, StringComparison.Ordinal);
        Assert.Contains("flac", console.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bytes_that_are_no_audio_fail()
    {
        JsonElement json = await JsonAsync(1, _folder.Write("letter.txt", "Dear Sir"u8.ToArray()));

        Assert.Equal("unknown", json.GetProperty("container").GetString());
        Assert.Contains("text, not audio", json.GetProperty("problem").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_truncated_file_is_warned_of()
    {
        JsonElement json = await JsonAsync(0, _folder.Wav(milliseconds: 1000, announcedMilliseconds: 5000));

        Assert.Equal(1000, json.GetProperty("duration_ms").GetInt32());
        Assert.Contains("cut off", json.GetProperty("warning").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Standard_input_is_read_to_its_end_for_its_length()
    {
        using var console = new TestConsole { Input = TestFolder.MakeWav(16000, 1, 16, 100_000) };

        Assert.Equal(0, await console.RunAsync("probe", "-"));

        Assert.Contains("sample rate  16000 Hz", console.Output, StringComparison.Ordinal);
        Assert.Contains("duration", console.Output, StringComparison.Ordinal);
        Assert.Equal("", console.Error);
    }

    [Theory]
    [InlineData("paraformer-realtime-v2", 0)]
    [InlineData("paraformer-realtime-v1", 0)]
    [InlineData("paraformer-realtime-8k-v2", 1)]
    [InlineData("paraformer-realtime-8k-v1", 1)]
    public async Task A_model_is_checked_against_the_rate(string model, int exitCode)
    {
        using var console = new TestConsole();
        string file = _folder.Wav();
        Assert.Equal(exitCode, await console.RunAsync("probe", file, "--model", model));
        Assert.Equal(exitCode == 1, console.Error.Contains($"{model} takes 8000 Hz only, and the audio has 16000 Hz", StringComparison.Ordinal));
        Assert.Equal(exitCode == 1, console.Output.Contains("-ac 1 -ar 8000 -c:a pcm_s16le", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("speech.mp3", "ffmpeg -i speech.mp3 -map 0:a:0 -ac 1 -ar 16000 -c:a pcm_s16le speech-16k.wav")]
    [InlineData("my talk.mp3", "ffmpeg -i 'my talk.mp3' -map 0:a:0 -ac 1 -ar 16000 -c:a pcm_s16le 'my talk-16k.wav'")]
    [InlineData("a'; rm x;'.mp3", "ffmpeg -i 'a'\\''; rm x;'\\''.mp3' -map 0:a:0 -ac 1 -ar 16000 -c:a pcm_s16le 'a'\\''; rm x;'\\''-16k.wav'")]
    [InlineData("-y.mp3", "ffmpeg -i file:-y.mp3 -map 0:a:0 -ac 1 -ar 16000 -c:a pcm_s16le ./-y-16k.wav")]
    public void The_command_to_convert_is_quoted_for_a_shell(string name, string command) =>
        Assert.Equal(command, FfmpegCommand.For(name, 16000));

    private static async Task<JsonElement> JsonAsync(int exitCode, string file)
    {
        using var console = new TestConsole();
        Assert.Equal(exitCode, await console.RunAsync("probe", file, "--json"));
        return JsonDocument.Parse(console.Output).RootElement;
    }
}
