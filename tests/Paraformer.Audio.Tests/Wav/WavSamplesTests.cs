namespace Paraformer.Audio.Tests.Wav;

public class WavSamplesTests
{
    public static TheoryData<string, int, int> Encodings()
    {
        var data = new TheoryData<string, int, int>();
        foreach (string encoding in (string[])["u8", "s16le", "s24le", "s32le", "f32le", "f64le", "alaw", "mulaw", "s16be", "s24be", "s32be", "f32be", "f64be"])
        {
            foreach (int channels in (int[])[1, 2, 3, 6, 64])
            {
                foreach (int chunk in (int[])[1, 37, 3200, int.MaxValue])
                {
                    data.Add(encoding, channels, chunk);
                }
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Encodings))]
    public void Samples_decode_to_their_values_mixed_to_mono(string encoding, int channels, int chunk)
    {
        StoredSamples audio = StoredSamples.Make(encoding, channels, 400, seed: channels);
        foreach (bool extensible in (bool[])[false, true])
        {
            byte[] file = (Describe(encoding, channels) with { Extensible = extensible }).Build(audio.Bytes);
            Decoded decoded = Decoding.Run(AudioCodec.Wav, file, chunk);
            Assert.Equal(audio.Mono.Length, decoded.Samples.Length);
            for (int i = 0; i < audio.Mono.Length; i++)
            {
                Assert.Equal(audio.Mono[i], decoded.Samples[i], 1e-6);
            }

            int bits = Describe(encoding, channels).Bits;
            Assert.Equal(new AudioStreamInfo("wav", $"pcm_{encoding}", 16000, channels, bits), decoded.Info);
        }
    }

    [Theory]
    [InlineData("u8", 1, 44100)]
    [InlineData("s16le", 2, 44100)]
    [InlineData("s24le", 2, 48000)]
    [InlineData("mulaw", 1, 8000)]
    [InlineData("f64le", 3, 12345)]
    public void Cutting_the_stream_never_changes_a_bit_of_the_output(string encoding, int channels, int sampleRate)
    {
        StoredSamples audio = StoredSamples.Make(encoding, channels, 6000, seed: 5);
        byte[] file = (Describe(encoding, channels) with { SampleRate = (uint)sampleRate }).Build(audio.Bytes);
        float[] whole = Decoding.Run(AudioCodec.Wav, file).Samples;
        Assert.Equal((int)Math.Round(6000 * 16000.0 / sampleRate, MidpointRounding.AwayFromZero), whole.Length);
        foreach (int chunk in (int[])[1, 37, sampleRate / 10 * channels * 2])
        {
            Assert.Equal(whole, Decoding.Run(AudioCodec.Wav, file, chunk).Samples);
        }
    }

    [Fact]
    public void Fewer_valid_bits_sit_at_the_top_of_their_container()
    {
        var twentyIn24 = new WavBuilder { Bits = 24, Extensible = true, ValidBits = 20 };
        Decoded decoded = Decoding.Run(AudioCodec.Wav, twentyIn24.Build([0x10, 0x00, 0x40, 0xF0, 0xFF, 0x7F]));
        Assert.Equal([0.5f + (1f / 524288f), 1f - (1f / 524288f)], decoded.Samples);
        Assert.Equal(20, decoded.Info!.BitsPerSample);

        var twelveIn16 = new WavBuilder { Bits = 12 };
        Assert.Equal([0.5f], Decoding.Run(AudioCodec.Wav, twelveIn16.Build([0x00, 0x40])).Samples);

        var twentyFourIn32 = new WavBuilder { Bits = 24, FrameSize = 4 };
        Assert.Equal([-0.5f], Decoding.Run(AudioCodec.Wav, twentyFourIn32.Build([0, 0, 0, 0xC0])).Samples);

        var fourIn8 = new WavBuilder { Bits = 4 };
        Assert.Equal([-1f, 0f], Decoding.Run(AudioCodec.Wav, fourIn8.Build([0, 0x80])).Samples);
    }

    [Fact]
    public void Float_samples_that_are_no_numbers_become_silence_and_loud_ones_full_scale()
    {
        float[] stored = [float.NaN, float.PositiveInfinity, float.NegativeInfinity, 1.5f, -100f, float.MaxValue, 0.25f];
        byte[] singles = [.. stored.SelectMany(BitConverter.GetBytes)];
        var wav = new WavBuilder { Tag = 3, Bits = 32 };
        float[] expected = [0, 0, 0, 1, -1, 1, 0.25f];
        Assert.Equal(expected, Decoding.Run(AudioCodec.Wav, wav.Build(singles)).Samples);

        byte[] doubles = [.. new[] { double.NaN, double.MaxValue, -0.5 }.SelectMany(BitConverter.GetBytes)];
        Assert.Equal([0f, 1f, -0.5f], Decoding.Run(AudioCodec.Wav, (wav with { Bits = 64 }).Build(doubles)).Samples);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(11025)]
    [InlineData(22050)]
    [InlineData(192000)]
    [InlineData(768000)]
    public void A_second_of_any_rate_is_a_second(int sampleRate)
    {
        byte[] file = new WavBuilder { SampleRate = (uint)sampleRate }.Build(Decoding.Tone(100, sampleRate, sampleRate));
        Assert.Equal(16000, Decoding.Run(AudioCodec.Wav, file).Samples.Length);
        Assert.Equal(8000, Decoding.Run(AudioCodec.Wav, file, outputRate: 8000).Samples.Length);
    }

    private static WavBuilder Describe(string encoding, int channels) => new()
    {
        Channels = channels,
        Magic = encoding.EndsWith("be", StringComparison.Ordinal) ? "RIFX" : "RIFF",
        Tag = encoding switch { "alaw" => 6, "mulaw" => 7, ['f', ..] => 3, _ => 1 },
        Bits = encoding switch
        {
            "u8" or "alaw" or "mulaw" => 8,
            _ => int.Parse(encoding[1..3], System.Globalization.CultureInfo.InvariantCulture),
        },
    };
}
