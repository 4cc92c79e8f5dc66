using System.Text.Json;
using Paraformer.Cli.Probing;
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
    [InlineData("a.wav", "-c:a adpcm_ms -f wav")]
    [InlineData("a.flv", "-ar 44100 -c:a libmp3lame -f flv")]
    [InlineData("a.ts", "-c:a mp2 -f mpegts")]
    [InlineData("a.wv", "-f wv")]
    [InlineData("noname", "-ar 44100 -f ac3")]
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
    public async Task Sound_that_begins_later_than_the_picture_keeps_its_time()
    {
        var engine = new ScriptedEngine();
        using TestConsole console = WithFfmpeg(engine);
        byte[] film = await Encoder.EncodeAsync(
            Samples.PathOf("austen-0880.wav"), "-f lavfi -i testsrc=d=1:s=32x32:r=5 -map 1:v -map 0:a -af asetpts=PTS+1.5/TB -c:v mpeg4 -c:a flac -f matroska", TestContext.Current.CancellationToken);

        Assert.Equal(0, await console.RunAsync("transcribe", _folder.Write("a.mkv", film)));

        long sound = new FileInfo(Samples.PathOf("austen-0880.wav")).Length - 44;
        Assert.InRange(engine.Audio.Length, sound + 47_000, sound + 49_000);
    }

    [Fact]
    public async Task A_film_without_sound_is_told()
    {
        using TestConsole console = WithFfmpeg(new ScriptedEngine());
        byte[] film = await Encoder.EncodeAsync(Samples.PathOf("austen-0880.wav"), "-f lavfi -i testsrc=d=1:s=32x32:r=5 -map 1:v -c:v mpeg4 -f matroska", TestContext.Current.CancellationToken);
        string file = _folder.Write("a.mkv", film);

        Assert.NotEqual(0, await console.RunAsync("transcribe", file));
        Assert.Equal(1, await console.RunAsync("probe", file));

        Assert.Equal(2, console.Error.Split("ffmpeg finds no sound in it").Length - 1);
    }

    [Fact]
    public async Task Bytes_that_nothing_knows_are_told_with_what_they_begin_with()
    {
        using TestConsole console = WithFfmpeg(new ScriptedEngine());

        Assert.NotEqual(0, await console.RunAsync("transcribe", _folder.Write("a.bin", [1, 2, 3, 4, 5, 6, 7, 8, .. new byte[500]])));

        Assert.Contains("this is no known audio format, and ffmpeg cannot convert it: ", console.Error, StringComparison.Ordinal);
        Assert.Contains("begins with the bytes 0102030405060708", console.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.m4a", "-ar 44100 -ac 2 -c:a alac -movflags frag_keyframe+empty_moov -f mp4", "mp4", "alac", 44100, 2, 16)]
    [InlineData("a.flv", "-ar 22050 -c:a libmp3lame -f flv", "flv", "mp3", 22050, 1, null)]
    public async Task Probing_describes_foreign_files_in_full(string name, string arguments, string container, string encoding, int rate, int channels, int? bits)
    {
        using TestConsole console = WithFfmpeg(new ScriptedEngine());
        string file = _folder.Write(name, await Encoder.EncodeAsync(Samples.PathOf("austen-0880.wav"), arguments, TestContext.Current.CancellationToken));

        Assert.Equal(0, await console.RunAsync("probe", file, "--json"));

        JsonElement json = JsonDocument.Parse(console.Output).RootElement;
        Assert.Equal(container, json.GetProperty("container").GetString());
        Assert.Equal(encoding, json.GetProperty("encoding").GetString());
        Assert.Equal(rate, json.GetProperty("sample_rate").GetInt32());
        Assert.Equal(channels, json.GetProperty("channels").GetInt32());
        Assert.Equal(bits, json.GetProperty("bits_per_sample").ValueKind == JsonValueKind.Null ? null : json.GetProperty("bits_per_sample").GetInt32());
        Assert.Contains("paraformer transcribe converts it on the way", json.GetProperty("problem").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mp3", 22050, null)]
    [InlineData("opus", 16000, null)]
    [InlineData("speex", 8000, "paraformer-realtime-8k-v2")]
    [InlineData("aac", 16000, "paraformer-realtime-v1")]
    [InlineData("amr", 8000, "paraformer-realtime-8k-v1")]
    [InlineData("pcm", 16000, null)]
    [InlineData("wav", 48000, null)]
    public async Task The_command_that_is_printed_makes_a_file_that_fits(string format, int rate, string? model)
    {
        string[] statement = ["--format", format, "--sample-rate", rate.ToString(System.Globalization.CultureInfo.InvariantCulture), .. model is null ? Array.Empty<string>() : ["--model", model]];
        using TestConsole console = WithFfmpeg(new ScriptedEngine());
        string file = _folder.Write("my talk.flac", await Encoder.EncodeAsync(Samples.PathOf("austen-0880.wav"), "-f flac", TestContext.Current.CancellationToken));

        Assert.Equal(1, await console.RunAsync(["probe", file, "--json", .. statement]));

        string command = JsonDocument.Parse(console.Output).RootElement.GetProperty("convert").GetString()!;
        await ShellAsync(command);
        string made = Directory.GetFiles(_folder.Path("")).Single(static f => !f.EndsWith(".flac", StringComparison.Ordinal));
        using TestConsole again = WithFfmpeg(new ScriptedEngine());
        Assert.Equal((0, ""), (await again.RunAsync(["probe", made, .. statement]), again.Error));
    }

    [Fact]
    public async Task A_live_pipe_is_not_held_back_to_be_probed()
    {
        var engine = new ScriptedEngine();
        byte[] stream = await Encoder.EncodeAsync(Samples.PathOf("austen-0880.wav"), "-ar 8000 -ac 1 -c:a libopencore_amrnb -f amr", TestContext.Current.CancellationToken);
        Encoder.Require();
        using var input = new TricklingStream(stream, piece: 32);
        using var console = new TestConsole { Engine = engine, InputStream = input };
        console.Variables["PATH"] = Environment.GetEnvironmentVariable("PATH")!;

        Assert.Equal(0, await console.RunAsync("probe", "-"));

        Assert.InRange(input.Pieces, 2, stream.Length);
        await using var fresh = new TricklingStream(stream, piece: 32);
        await using AudioInput opened = await AudioInput.OpenAsync("-", new TestConsole { InputStream = fresh }.Console, TestContext.Current.CancellationToken);
        Assert.Equal(1, fresh.Pieces);
        Assert.Equal(8000, opened.Probe!.SampleRate);
    }

    private async Task ShellAsync(string command)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the command is for a POSIX shell");
        var start = new System.Diagnostics.ProcessStartInfo("sh", ["-c", command.Replace("ffmpeg ", "ffmpeg -v error -nostdin ", StringComparison.Ordinal)])
        {
            WorkingDirectory = _folder.Path(""),
            RedirectStandardError = true,
        };
        using System.Diagnostics.Process process = System.Diagnostics.Process.Start(start)!;
        string told = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.SkipWhen(told.Contains("Unknown encoder", StringComparison.Ordinal), told);
        Assert.True(process.ExitCode == 0, told);
    }

    /// <summary>A pipe that never has more than one piece at hand.</summary>
    private sealed class TricklingStream(byte[] bytes, int piece) : MemoryStream(bytes, writable: false)
    {
        public int Pieces { get; private set; }

        public override bool CanSeek => false;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Pieces++;
            return base.ReadAsync(buffer[..Math.Min(buffer.Length, piece)], cancellationToken);
        }
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
