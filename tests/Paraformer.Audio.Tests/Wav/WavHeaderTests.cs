using Paraformer.Audio.Wav;

namespace Paraformer.Audio.Tests.Wav;

public class WavHeaderTests
{
    private static readonly byte[] Three = Decoding.S16(16384, -16384, 8192);
    private static readonly float[] ThreeDecoded = [0.5f, -0.5f, 0.25f];

    [Theory]
    [InlineData(AudioCodec.Wav, 1)]
    [InlineData(AudioCodec.Pcm, 1)]
    [InlineData(AudioCodec.Pcm, 7)]
    [InlineData(AudioCodec.Pcm, 1000)]
    public void A_header_counts_under_both_names_and_in_any_pieces(AudioCodec codec, int chunk)
    {
        Decoded decoded = Decoding.Run(codec, new WavBuilder().Build(Three), chunk, statedRate: 16000);
        Assert.Equal(ThreeDecoded, decoded.Samples);
        Assert.Equal(new AudioStreamInfo("wav", "pcm_s16le", 16000, 1, 16), decoded.Info);
    }

    [Theory]
    [InlineData(AudioCodec.Wav)]
    [InlineData(AudioCodec.Pcm)]
    public void A_stated_rate_that_contradicts_the_header_is_refused_with_both_figures(AudioCodec codec)
    {
        var e = Assert.Throws<AudioFormatException>(() => Decoding.Run(codec, new WavBuilder().Build(Three), statedRate: 48000));
        Assert.Equal(AudioFormatError.Undecodable, e.Error);
        Assert.Equal("The stated sample rate is 48000 Hz, but the wav stream's own is 16000 Hz: state 16000, or convert the audio.", e.Message);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(int.MaxValue)]
    public void Other_chunks_before_the_samples_are_skipped_with_their_padding(int chunk)
    {
        var wav = new WavBuilder { ChunksBefore = [("JUNK", new byte[27]), ("bext", new byte[602]), ("LIST", [1]), ("junk", [])] };
        Assert.Equal(ThreeDecoded, Decoding.Run(AudioCodec.Wav, wav.Build(Three), chunk).Samples);
    }

    [Fact]
    public void Bytes_after_the_samples_are_ignored()
    {
        byte[] tail = [.. "LIST"u8, 4, 0, 0, 0, 1, 2, 3, 4];
        Assert.Equal(ThreeDecoded, Decoding.Run(AudioCodec.Wav, new WavBuilder { After = tail }.Build(Three)).Samples);
        Assert.Equal(ThreeDecoded, Decoding.Run(AudioCodec.Wav, new WavBuilder { After = tail }.Build(Three), chunk: 1).Samples);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(uint.MaxValue)]
    [InlineData(1_000_000u)]
    public void Open_and_overstated_data_sizes_go_to_the_end_of_the_stream(uint stated)
    {
        byte[] file = new WavBuilder { StatedDataSize = stated }.Build([.. Three, 9]);
        Assert.Equal(ThreeDecoded, Decoding.Run(AudioCodec.Wav, file).Samples);
    }

    [Theory]
    [InlineData("RF64")]
    [InlineData("BW64")]
    public void A_64_bit_header_states_its_size_in_its_own_chunk(string magic)
    {
        var wav = new WavBuilder { Magic = magic, StatedDataSize = uint.MaxValue, DataSize64 = 6, After = [1, 2, 3, 4] };
        Assert.Equal(ThreeDecoded, Decoding.Run(AudioCodec.Wav, wav.Build(Three)).Samples);
        Assert.Equal(ThreeDecoded, Decoding.Run(AudioCodec.Wav, wav.Build(Three), chunk: 1).Samples);
        Assert.Equal(5, Decoding.Run(AudioCodec.Wav, (wav with { DataSize64 = ulong.MaxValue }).Build(Three)).Samples.Length);
        Assert.Equal(5, Decoding.Run(AudioCodec.Wav, (wav with { DataSize64 = null }).Build(Three)).Samples.Length);
    }

    [Fact]
    public void A_missing_frame_size_follows_from_the_bits()
    {
        byte[] file = new WavBuilder { FrameSize = 0 }.Build(Three);
        Assert.Equal(ThreeDecoded, Decoding.Run(AudioCodec.Wav, file).Samples);
    }

    [Theory]
    [InlineData(0x0002, 4, "0x0002 (Microsoft ADPCM)")]
    [InlineData(0x0011, 4, "0x0011 (IMA ADPCM)")]
    [InlineData(0x0055, 0, "0x0055 (MP3)")]
    [InlineData(0x1234, 16, "0x1234")]
    public void Compressed_samples_are_refused_by_name(int tag, int bits, string name)
    {
        foreach (bool extensible in (bool[])[false, true])
        {
            byte[] file = new WavBuilder { Tag = tag, Bits = bits, FrameSize = 256, Extensible = extensible }.Build(new byte[1024]);
            var e = Decoding.Refused(AudioCodec.Wav, file, chunk: 5);
            Assert.Equal(AudioFormatError.Unsupported, e.Error);
            Assert.Contains(name, e.Message, StringComparison.Ordinal);
        }
    }

    public static TheoryData<string, AudioFormatError, string> Refusals() => new()
    {
        { "no channels", AudioFormatError.Undecodable, "0 channels" },
        { "too many channels", AudioFormatError.Unsupported, "65 channels" },
        { "slow", AudioFormatError.Unsupported, "999 Hz" },
        { "fast", AudioFormatError.Unsupported, "768001 Hz" },
        { "0 bits", AudioFormatError.Unsupported, "0 bits" },
        { "64-bit integers", AudioFormatError.Unsupported, "64 bits" },
        { "16-bit floats", AudioFormatError.Unsupported, "16 bits" },
        { "odd frame", AudioFormatError.Undecodable, "5 bytes a frame" },
        { "small frame", AudioFormatError.Undecodable, "2 bytes a frame" },
        { "strange sub-format", AudioFormatError.Unsupported, "sub-format" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void Headers_that_cannot_be_decoded_say_why(string which, AudioFormatError error, string part)
    {
        WavBuilder wav = which switch
        {
            "no channels" => new() { Channels = 0 },
            "too many channels" => new() { Channels = 65 },
            "slow" => new() { SampleRate = 999 },
            "fast" => new() { SampleRate = 768001 },
            "0 bits" => new() { Bits = 0 },
            "64-bit integers" => new() { Bits = 64 },
            "16-bit floats" => new() { Tag = 3, Bits = 16 },
            "odd frame" => new() { Channels = 2, FrameSize = 5 },
            "small frame" => new() { Channels = 2, FrameSize = 2 },
            _ => new() { Extensible = true, SubFormat = new byte[16] },
        };
        var e = Decoding.Refused(AudioCodec.Wav, wav.Build(Three));
        Assert.Equal(error, e.Error);
        Assert.Contains(part, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stream_that_ends_in_its_header_is_undecodable()
    {
        byte[] file = new WavBuilder().Build(Three);
        for (int length = 12; length < file.Length - Three.Length; length++)
        {
            var e = Decoding.Refused(AudioCodec.Wav, file[..length]);
            Assert.Equal(AudioFormatError.Undecodable, e.Error);
            Assert.Contains($"ends after {length} bytes", e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Samples_before_their_format_and_short_formats_are_undecodable()
    {
        byte[] start = [.. "RIFF"u8, 0, 0, 0, 0, .. "WAVE"u8];
        Assert.Contains("before any fmt chunk", Decoding.Refused(AudioCodec.Wav, [.. start, .. "data"u8, 4, 0, 0, 0, 1, 2, 3, 4]).Message, StringComparison.Ordinal);
        Assert.Contains("14 bytes", Decoding.Refused(AudioCodec.Wav, [.. start, .. "fmt "u8, 14, 0, 0, 0, .. new byte[14]]).Message, StringComparison.Ordinal);
        byte[] shortExtensible = [.. start, .. "fmt "u8, 18, 0, 0, 0, 0xFE, 0xFF, 1, 0, 0x80, 0x3E, 0, 0, 0, 0x7D, 0, 0, 2, 0, 16, 0, 0, 0];
        Assert.Contains("18 bytes", Decoding.Refused(AudioCodec.Wav, shortExtensible).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Absurd_sizes_before_the_samples_are_refused_at_once()
    {
        byte[] start = [.. "RIFF"u8, 0, 0, 0, 0, .. "WAVE"u8];
        byte[] huge = [.. start, .. "LI\nT"u8, 0, 0, 0, 0x7F];
        var e = Decoding.Refused(AudioCodec.Wav, huge);
        Assert.Equal(AudioFormatError.Undecodable, e.Error);
        Assert.Contains("\"LI?T\" at byte 12 states 2130706432 bytes", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Many_small_chunks_add_up_to_the_same_limit()
    {
        byte[] chunk = [.. "JUNK"u8, 0, 0x10, 0, 0, .. new byte[4096]];
        byte[] many = [.. "RIFF"u8, 0, 0, 0, 0, .. "WAVE"u8, .. Enumerable.Repeat(chunk, (int)(WavHeaderReader.MaxHeaderSize / 4096)).SelectMany(static c => c)];
        Assert.Contains("no more than 16777216", Decoding.Refused(AudioCodec.Wav, many).Message, StringComparison.Ordinal);
    }
}
