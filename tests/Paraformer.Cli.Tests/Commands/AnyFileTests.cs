using System.Text.Json;
using Paraformer.Cli.Tests.Fakes;
using Paraformer.Testing;

namespace Paraformer.Cli.Tests.Commands;

/// <summary>Files as people have them, through the ffmpeg program.</summary>
public sealed class AnyFileTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("a.flac", "-f flac")]
    [InlineData("a.mkv", "-c:a aac -f matroska")]
    [InlineData("a.m4a", "-c:a aac -movflags frag_keyframe+empty_moov -f mp4")]
    [InlineData("a: b 'c'.au", "-f au")]
    public async Task A_foreign_file_is_converted_on_the_way(string name, string arguments)
    {
        var engine = new ScriptedEngine();
        using TestConsole console = WithFfmpeg(engine);
        string file = _folder.Write(name, await Encoder.EncodeAsync(Samples.PathOf("austen-0880.wav"), arguments, TestContext.Current.CancellationToken));

        Assert.Equal(0, await console.RunAsync("transcribe", file));

        Assert.Equal("pcm", engine.Request!.Format);
        Assert.Equal(16000, engine.Request.SampleRate);
        long expected = new FileInfo(Samples.PathOf("austen-0880.wav")).Length - 44;
        Assert.InRange(engine.Audio.Length, expected - 100, expected + 8000);
    }

    [Fact]
    public async Task A_foreign_pipe_is_converted_on_the_way()
    {
        var engine = new ScriptedEngine();
        byte[] flac = await Encoder.EncodeAsync(Samples.PathOf("austen-0880.wav"), "-f flac", TestContext.Current.CancellationToken);
        using TestConsole console = WithFfmpeg(engine, flac);

        Assert.Equal(0, await console.RunAsync("transcribe", "-", "--model", "paraformer-realtime-8k-v2"));

        Assert.Equal(8000, engine.Request!.SampleRate);
        Assert.InRange(engine.Audio.Length, 1000, flac.Length);
    }

    [Fact]
    public async Task A_file_that_ffmpeg_cannot_read_either_fails_with_its_reason()
    {
        Encoder.Require();
        using TestConsole console = WithFfmpeg(new ScriptedEngine());
        string file = _folder.Write("a.flac", [.. "fLaC"u8, .. new byte[64]]);

        Assert.NotEqual(0, await console.RunAsync("transcribe", file));

        Assert.Contains("ffmpeg cannot convert it: ", console.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mp3", 16000, "-ar 16000 -b:a 32k -f mp3")]
    [InlineData("opus", 16000, "-c:a libopus -b:a 24k -f ogg")]
    [InlineData("amr", 8000, "-ar 8000 -c:a libopencore_amrnb -f amr")]
    public async Task The_seven_formats_are_sent_as_they_are(string format, int rate, string arguments)
    {
        var engine = new ScriptedEngine();
        using TestConsole console = WithFfmpeg(engine);
        byte[] stream = await Encoder.EncodeAsync(Samples.PathOf("austen-0880.wav"), arguments, TestContext.Current.CancellationToken);

        Assert.Equal(0, await console.RunAsync("transcribe", _folder.Write("a." + format, stream)));

        Assert.Equal(format, engine.Request!.Format);
        Assert.Equal(rate, engine.Request.SampleRate);
        Assert.Equal(stream, engine.Audio.ToArray());
    }

    [Fact]
    public async Task Probing_measures_the_sound()
    {
        using TestConsole console = WithFfmpeg(new ScriptedEngine());
        string file = _folder.Write("a.mp3", await Encoder.EncodeAsync(Samples.PathOf("austen-0880.wav"), "-ar 44100 -ac 2 -b:a 128k -f mp3", TestContext.Current.CancellationToken));

        Assert.Equal(0, await console.RunAsync("probe", file, "--json"));

        JsonElement json = JsonDocument.Parse(console.Output).RootElement;
        Assert.Equal("mp3", json.GetProperty("format").GetString());
        Assert.Equal(44100, json.GetProperty("sample_rate").GetInt32());
        Assert.Equal(2, json.GetProperty("channels").GetInt32());
        Assert.InRange(json.GetProperty("duration_ms").GetInt32(), 2900, 3200);
        Assert.InRange(json.GetProperty("loudness_lufs").GetDouble(), -40, -10);
        Assert.InRange(json.GetProperty("silence_share").GetDouble(), 0, 0.6);
    }

    private static TestConsole WithFfmpeg(ScriptedEngine engine, byte[]? input = null)
    {
        Encoder.Require();
        var console = new TestConsole { Engine = engine, Input = input ?? [] };
        console.Variables["PATH"] = Environment.GetEnvironmentVariable("PATH")!;
        return console;
    }
}
