using Paraformer.Testing;

namespace Paraformer.Audio.Tests.Compressed;

public class EncodedSpeechTests
{
    private const int MaxLag = 1600;

    [Theory]
    [MemberData(nameof(Encodings.Names), MemberType = typeof(Encodings))]
    public async Task Sound_keeps_its_time_and_length(string name)
    {
        byte[] stream = await Encodings.GetAsync(name);
        (AudioCodec codec, int rate) = Encodings.Of(name);
        float[] original = WaveFile.Read16BitMono(Encodings.Recording);

        Decoded decoded = Decoding.Run(codec, stream, chunk: 1000, statedRate: rate);

        // 6 ms: what the speech codecs leave of the waveform fits itself best a pitch period away now and then.
        // The delay of AAC at low rates is taken for the middle of what encoders have.
        int tolerance = name == "aac 8k" ? 1024 + 100 : 100;
        Assert.InRange(Lag(original, decoded.Samples), -tolerance, tolerance);

        // Padding at the end that the format does not tell of: at most two frames and what the codec adds.
        Assert.InRange(decoded.Samples.Length - original.Length, -300 - tolerance, 4200);
        Assert.InRange(decoded.Samples.Max(Math.Abs), 0.1f, 1f);
    }

    [Theory]
    [MemberData(nameof(Encodings.Names), MemberType = typeof(Encodings))]
    public async Task Any_chunking_gives_the_same_samples(string name)
    {
        byte[] stream = await Encodings.GetAsync(name);
        (AudioCodec codec, int rate) = Encodings.Of(name);
        float[] whole = Decoding.Run(codec, stream, statedRate: rate).Samples;
        int tenth = stream.Length / (whole.Length / 1600);

        foreach (int chunk in (int[])[1, 37, tenth, 4096, 5001])
        {
            Assert.Equal(whole, Decoding.Run(codec, stream, chunk, rate).Samples);
        }
    }

    [Theory]
    [MemberData(nameof(Encodings.OneOfEach), MemberType = typeof(Encodings))]
    public async Task What_has_arrived_is_decoded_but_for_the_last_frame(string name)
    {
        byte[] stream = await Encodings.GetAsync(name);
        (AudioCodec codec, int rate) = Encodings.Of(name);
        using StreamingAudioDecoder decoder = AudioDecoders.Create(codec, rate, 16000);
        var output = new System.Buffers.ArrayBufferWriter<float>();
        decoder.Decode(stream.AsSpan(0, stream.Length / 2), output);
        int early = output.WrittenCount;
        decoder.Decode(stream.AsSpan(stream.Length / 2), output);

        // What came of the second half's first tenth of a second must have been there without it.
        using StreamingAudioDecoder again = AudioDecoders.Create(codec, rate, 16000);
        var all = new System.Buffers.ArrayBufferWriter<float>();
        int at = 0;
        while (all.WrittenCount <= early)
        {
            again.Decode(stream.AsSpan(at++, 1), all);
        }

        Assert.InRange(at - (stream.Length / 2), 1, stream.Length / (output.WrittenCount / 1600));
    }

    [Theory]
    [MemberData(nameof(Encodings.OneOfEach), MemberType = typeof(Encodings))]
    public async Task The_stream_is_described(string name)
    {
        byte[] stream = await Encodings.GetAsync(name);
        (AudioCodec codec, int rate) = Encodings.Of(name);
        AudioStreamInfo info = Decoding.Run(codec, stream, statedRate: rate).Info!;
        Assert.Equal(rate, info.SampleRate);
        Assert.Equal(1, info.Channels);
        Assert.Equal(codec is AudioCodec.Opus or AudioCodec.Speex ? "ogg" : codec.ToString().ToLowerInvariant(), info.Container);
    }

    [Fact]
    public void An_encoder_of_aac_with_twice_the_delay_keeps_the_time_within_80_ms()
    {
        Encodings.RequireDecoder(AudioCodec.Aac);
        byte[] stream = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Compressed", "speech-8k.aac"));
        Decoded decoded = Decoding.Run(AudioCodec.Aac, stream, chunk: 37, statedRate: 8000);
        Assert.InRange(Lag(WaveFile.Read16BitMono(Encodings.Recording), decoded.Samples), -1280, 1280);
    }

    [Fact]
    public void He_aac_decodes_at_twice_the_rate_of_its_header()
    {
        Encodings.RequireDecoder(AudioCodec.Aac);
        byte[] stream = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Compressed", "speech-he.aac"));
        float[] original = WaveFile.Read16BitMono(Encodings.Recording);

        foreach (int stated in (int[])[16000, 32000])
        {
            Decoded decoded = Decoding.Run(AudioCodec.Aac, stream, chunk: 37, statedRate: stated);
            Assert.Equal(32000, decoded.Info!.SampleRate);
            Assert.InRange(Lag(original, decoded.Samples), -100, 100);
        }

        AudioFormatException e = Assert.Throws<AudioFormatException>(() => Decoding.Run(AudioCodec.Aac, stream, statedRate: 44100));
        Assert.Contains("44100 Hz", e.Message, StringComparison.Ordinal);
    }

    /// <summary>How much later the second signal is than the first, in samples of 16 kHz: where they correlate best.</summary>
    private static int Lag(float[] first, float[] second)
    {
        double best = double.MinValue;
        int lag = 0;
        int end = Math.Min(first.Length, second.Length) - MaxLag;
        for (int candidate = -MaxLag; candidate <= MaxLag; candidate++)
        {
            double product = 0, energy = 0;
            for (int i = MaxLag; i < end; i += 3)
            {
                product += first[i] * second[i + candidate];
                energy += second[i + candidate] * second[i + candidate];
            }

            double likeness = product / Math.Sqrt(energy + 1e-9);
            (best, lag) = likeness > best ? (likeness, candidate) : (best, lag);
        }

        return lag;
    }
}
