using CsCheck;

namespace Paraformer.Audio.Tests.Probing;

public class AudioProbeTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_wav_file_is_described_in_full()
    {
        byte[] file = new WavBuilder { Bits = 24, Channels = 2, SampleRate = 44100, ChunksBefore = [("JUNK", new byte[9000])] }.Build(new byte[6 * 44100 * 2]);
        AudioProbeResult? result = await AudioProbe.ProbeAsync(new MemoryStream(file), Token);
        var expected = new AudioProbeResult
        {
            Container = "wav",
            Encoding = "pcm_s24le",
            Codec = AudioCodec.Wav,
            SampleRate = 44100,
            Channels = 2,
            BitsPerSample = 24,
            Duration = TimeSpan.FromSeconds(2),
            IsTruncated = false,
            CanDecode = true,
        };
        Assert.Equal(expected, result);
    }

    [Fact]
    public async Task The_duration_is_that_of_the_bytes_that_are_there()
    {
        byte[] file = new WavBuilder { StatedDataSize = 64000 }.Build(new byte[16000]);
        AudioProbeResult? result = await AudioProbe.ProbeAsync(new MemoryStream(file), Token);
        Assert.Equal(TimeSpan.FromSeconds(0.5), result!.Duration);
        Assert.True(result.IsTruncated);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(uint.MaxValue)]
    [InlineData(0x7FFFF000u)]
    [InlineData(0x80000000u)]
    public async Task A_streamed_file_is_not_called_truncated(uint stated)
    {
        byte[] file = new WavBuilder { StatedDataSize = stated }.Build(new byte[32000]);
        AudioProbeResult? result = await AudioProbe.ProbeAsync(new MemoryStream(file), Token);
        Assert.Equal(TimeSpan.FromSeconds(1), result!.Duration);
        Assert.Null(result.IsTruncated);
    }

    [Fact]
    public async Task Bytes_after_the_samples_do_not_lengthen_them()
    {
        byte[] file = new WavBuilder { After = new byte[5000] }.Build(new byte[32000]);
        AudioProbeResult? result = await AudioProbe.ProbeAsync(new MemoryStream(file), Token);
        Assert.Equal(TimeSpan.FromSeconds(1), result!.Duration);
        Assert.False(result.IsTruncated);
    }

    [Fact]
    public async Task A_stream_that_cannot_seek_gives_the_stated_duration()
    {
        byte[] file = new WavBuilder { StatedDataSize = 64000 }.Build(new byte[100]);
        using var stream = new ForwardStream(file);
        AudioProbeResult? result = await AudioProbe.ProbeAsync(stream, Token);
        Assert.Equal(TimeSpan.FromSeconds(2), result!.Duration);
        Assert.Null(result.IsTruncated);
    }

    [Fact]
    public async Task Probing_starts_where_the_stream_stands_reads_little_and_puts_it_back()
    {
        byte[] file = [1, 2, 3, .. new WavBuilder().Build(new byte[3_200_000])];
        using var stream = new ForwardStream(file) { Position = 3, Seekable = true };
        AudioProbeResult? result = await AudioProbe.ProbeAsync(stream, Token);
        Assert.Equal(TimeSpan.FromSeconds(100), result!.Duration);
        Assert.Equal(3, stream.Position);
        Assert.InRange(stream.BytesRead, 44, 8192);
    }

    [Fact]
    public async Task A_wav_that_cannot_be_decoded_says_why()
    {
        byte[] file = new WavBuilder { Tag = 0x11, Bits = 4, FrameSize = 256 }.Build(new byte[1024]);
        AudioProbeResult? result = await AudioProbe.ProbeAsync(new MemoryStream(file), Token);
        Assert.False(result!.CanDecode);
        Assert.Contains("IMA ADPCM", result.Problem, StringComparison.Ordinal);

        AudioProbeResult? cut = await AudioProbe.ProbeAsync(new MemoryStream(file[..30]), Token);
        Assert.False(cut!.CanDecode);
        Assert.Contains("ends after 30 bytes", cut.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(ForeignStreams.Names), MemberType = typeof(ForeignStreams))]
    public async Task Other_formats_are_named_with_the_reason_where_they_cannot_be_decoded(string name)
    {
        AudioProbeResult? result = await AudioProbe.ProbeAsync(new MemoryStream(ForeignStreams.Get(name)), Token);
        Assert.Equal(name.Split(' ')[0], result!.Container);
        AudioCodec? codec = name switch
        {
            "mp3 (ID3)" or "mp3" or "mp3 (MPEG-2)" => AudioCodec.Mp3,
            "aac" => AudioCodec.Aac,
            "ogg (opus)" => AudioCodec.Opus,
            "ogg (speex)" => AudioCodec.Speex,
            "amr (amr_nb)" => AudioCodec.Amr,
            _ => null,
        };
        Assert.Equal(codec, result.Codec);
        Assert.Equal(codec is { } known && AudioDecoders.Supported.Contains(known), result.CanDecode);
        Assert.Equal(result.CanDecode, result.Problem is null);
        Assert.Equal(codec is null, result.Problem?.Contains("none of the formats that can be decoded: pcm, wav", StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task Raw_bytes_and_nothing_are_unknown()
    {
        Assert.Null(await AudioProbe.ProbeAsync(new MemoryStream(new byte[10_000]), Token));
        Assert.Null(await AudioProbe.ProbeAsync(new MemoryStream(), Token));
    }

    [Fact]
    public async Task Cancellation_ends_the_probing()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => AudioProbe.ProbeAsync(new MemoryStream(new byte[10]), cancelled.Token));
    }

    [Fact]
    public async Task Random_bytes_after_the_magic_never_break_the_probe() =>
        await (from body in Gen.Byte.Array[0, 6000] select body).SampleAsync(async body =>
        {
            byte[] file = [.. "RIFF"u8, 0, 0, 0, 0, .. "WAVE"u8, .. body];
            AudioProbeResult? result = await AudioProbe.ProbeAsync(new MemoryStream(file), Token);
            Assert.Equal(result!.CanDecode, result.Problem is null);
        });

    private sealed class ForwardStream(byte[] bytes) : MemoryStream(bytes)
    {
        public bool Seekable { get; init; }

        public long BytesRead { get; private set; }

        public override bool CanSeek => Seekable;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int count = await base.ReadAsync(buffer[..Math.Min(buffer.Length, 1000)], cancellationToken);
            BytesRead += count;
            return count;
        }
    }
}
