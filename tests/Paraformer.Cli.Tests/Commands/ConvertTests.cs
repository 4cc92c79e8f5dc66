using Paraformer.Cli.Tests.Fakes;
using Paraformer.Testing;

namespace Paraformer.Cli.Tests.Commands;

public sealed class ConvertTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_recording_that_fits_stays_as_it_is()
    {
        using var console = new TestConsole();
        string target = _folder.Path("out.wav");

        Assert.Equal(0, await console.RunAsync("convert", Samples.PathOf("austen-0880.wav"), "-o", target));

        Assert.Equal(await File.ReadAllBytesAsync(Samples.PathOf("austen-0880.wav"), TestContext.Current.CancellationToken), await File.ReadAllBytesAsync(target, TestContext.Current.CancellationToken));
        Assert.Equal($"paraformer: {target}: 00:02.99, 16000 Hz, 16 bits, mono\n", console.Error);
        Assert.Equal("", console.Output);
    }

    [Theory]
    [InlineData("paraformer-realtime-v2", 44100, 2, 24, 16000)]
    [InlineData("paraformer-realtime-8k-v1", 48000, 1, 32, 8000)]
    [InlineData("paraformer-realtime-8k-v2", 8000, 3, 8, 8000)]
    public async Task What_is_made_fits_the_model(string model, int rate, int channels, int bits, int madeRate)
    {
        using var console = new TestConsole();
        string target = _folder.Path("out.wav");

        Assert.Equal(0, await console.RunAsync("convert", _folder.Wav(sampleRate: rate, channels: channels, bits: bits, milliseconds: 1500), "-o", target, "--model", model));

        Assert.Equal(44 + (madeRate * 3 / 2 * 2), new FileInfo(target).Length);
        using var probe = new TestConsole();
        Assert.Equal((0, ""), (await probe.RunAsync("probe", target, "--model", model, "--format", "wav", "--sample-rate", $"{madeRate}"), probe.Error));
        Assert.Contains("duration     00:01.50 (1.500 s)", probe.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.mp3", "-c:a libmp3lame -b:a 64k -f mp3")]
    [InlineData("a.opus", "-c:a libopus -f ogg")]
    [InlineData("a.m4a", "-c:a aac -movflags frag_keyframe+empty_moov -f mp4")]
    [InlineData("a.flac", "-f flac")]
    public async Task Any_file_becomes_wav(string name, string arguments)
    {
        Encoder.Require();
        using var console = new TestConsole();
        console.Variables["PATH"] = Environment.GetEnvironmentVariable("PATH")!;
        string file = _folder.Write(name, await Encoder.EncodeAsync(Samples.PathOf("austen-0880.wav"), arguments, TestContext.Current.CancellationToken));
        string target = _folder.Path("out.wav");

        Assert.Equal(0, await console.RunAsync("convert", file, "-o", target));

        Assert.InRange(new FileInfo(target).Length - new FileInfo(Samples.PathOf("austen-0880.wav")).Length, -100, 8000);
    }

    [Fact]
    public async Task Raw_samples_come_from_a_pipe_with_the_rate_that_is_stated()
    {
        using var console = new TestConsole { Input = new byte[96_000] };
        string target = _folder.Path("out.wav");

        Assert.Equal(0, await console.RunAsync("convert", "-", "-o", target, "--format", "pcm", "--sample-rate", "48000"));

        Assert.Equal(44 + 32_000, new FileInfo(target).Length);
    }

    [Fact]
    public async Task Samples_beyond_full_scale_are_clipped()
    {
        byte[] wav = TestFolder.MakeWav(16000, 1, 32, 128);
        wav[20] = 3;
        float[] samples = [1.5f, -1.5f, 0.5f];
        Buffer.BlockCopy(samples, 0, wav, 44, 12);
        using var console = new TestConsole();
        string target = _folder.Path("out.wav");

        Assert.Equal(0, await console.RunAsync("convert", _folder.Write("loud.wav", wav), "-o", target));

        Assert.Equal([0xFF, 0x7F, 0x00, 0x80, 0x00, 0x40], (await File.ReadAllBytesAsync(target, TestContext.Current.CancellationToken))[44..50]);
    }

    [Fact]
    public async Task What_can_be_decoded_of_a_damaged_file_is_kept_and_the_rest_told()
    {
        Encoder.Require();
        byte[] speex = await Encoder.EncodeAsync(Samples.PathOf("austen-0880.wav"), "-c:a libspeex -f ogg", TestContext.Current.CancellationToken);
        speex[^1] ^= 0x55;
        using var console = new TestConsole();
        string target = _folder.Path("out.wav");

        Assert.Equal(1, await console.RunAsync("convert", _folder.Write("a.spx", speex), "-o", target));

        Assert.Contains("before it are in " + target, console.Error, StringComparison.Ordinal);
        using var probe = new TestConsole();
        Assert.Equal(0, await probe.RunAsync("probe", target));
        Assert.True(new FileInfo(target).Length > 44 + 32_000);
    }

    [Fact]
    public async Task A_file_cut_off_is_converted_with_a_warning()
    {
        using var console = new TestConsole();
        string target = _folder.Path("out.wav");

        Assert.Equal(0, await console.RunAsync("convert", _folder.Wav(milliseconds: 500, announcedMilliseconds: 900), "-o", target));

        Assert.StartsWith("paraformer: warning: the file is cut off", console.Error, StringComparison.Ordinal);
        Assert.Equal(44 + 16_000, new FileInfo(target).Length);
    }

    [Fact]
    public async Task The_recording_is_never_overwritten_and_nothing_is_written_where_nothing_fits()
    {
        string wav = _folder.Wav();
        string text = _folder.Write("notes.wav", "some notes, no sound"u8.ToArray());
        using var console = new TestConsole();

        Assert.Equal(2, await console.RunAsync("convert", wav, "-o", wav));
        Assert.Equal(2, await console.RunAsync("convert", text, "-o", _folder.Path("out.wav")));
        Assert.Equal(2, await console.RunAsync("convert", _folder.Path("none.wav"), "-o", _folder.Path("out.wav")));
        Assert.Equal(2, await console.RunAsync("convert", wav));

        Assert.False(File.Exists(_folder.Path("out.wav")));
        Assert.Contains("would overwrite the recording", console.Error, StringComparison.Ordinal);
        Assert.Contains("this is text, not audio", console.Error, StringComparison.Ordinal);
        Assert.Contains("there is no such file", console.Error, StringComparison.Ordinal);
        Assert.Contains("-o", console.Error, StringComparison.Ordinal);
    }
}
