using CsCheck;

namespace Paraformer.Audio.Tests.Pcm;

public class RawPcmTests
{
    [Theory]
    [InlineData(AudioCodec.Pcm)]
    [InlineData(AudioCodec.Wav)]
    public void Headerless_bytes_are_16_bit_mono_under_both_names(AudioCodec codec)
    {
        Decoded decoded = Decoding.Run(codec, Decoding.S16(0, 16384, -32768, 32767));
        Assert.Equal([0f, 0.5f, -1f, 32767f / 32768f], decoded.Samples);
        Assert.Equal(new AudioStreamInfo("raw", "pcm_s16le", 16000, 1, 16), decoded.Info);
    }

    [Fact]
    public void Samples_may_be_cut_anywhere_and_a_partial_last_one_is_dropped() =>
        (from stream in Gen.Byte.Array[0, 300]
         from chunks in Gen.Int[1, 20].Array[1, 30]
         select (stream, chunks)).Sample(t =>
        {
            byte[] stream = [1, 0, .. t.stream];
            Decoded decoded = Decoding.Run(AudioCodec.Pcm, stream, [.. t.chunks, stream.Length]);
            Assert.Equal(stream.Length / 2, decoded.Samples.Length);
            for (int i = 0; i < decoded.Samples.Length; i++)
            {
                Assert.Equal(BitConverter.ToInt16(stream, 2 * i) / 32768.0, decoded.Samples[i]);
            }
        });

    [Fact]
    public void The_first_samples_come_out_with_the_first_bytes()
    {
        using StreamingAudioDecoder decoder = AudioDecoders.Create(AudioCodec.Wav, 16000, 16000);
        var output = new System.Buffers.ArrayBufferWriter<float>();
        decoder.Decode(Decoding.S16(100, -100, 3, 4, 5), output);
        Assert.Equal(5, output.WrittenCount);
        Assert.NotNull(decoder.Info);
    }

    [Theory]
    [InlineData(AudioCodec.Pcm)]
    [InlineData(AudioCodec.Wav)]
    public void A_stream_too_short_for_any_signature_is_raw(AudioCodec codec)
    {
        Assert.Equal(5, Decoding.Run(codec, [.. "RIFFxxxxWA"u8]).Samples.Length);
        Assert.Empty(Decoding.Run(codec, []).Samples);
        Assert.Empty(Decoding.Run(codec, [7]).Samples);
    }

    [Fact]
    public void The_stated_rate_is_the_rate_of_headerless_audio()
    {
        Decoded decoded = Decoding.Run(AudioCodec.Pcm, Decoding.Tone(440, 8000, 8000), statedRate: 8000);
        Assert.Equal(16000, decoded.Samples.Length);
        Assert.Equal(8000, decoded.Info!.SampleRate);
    }

    [Theory]
    [InlineData(0x2020)]
    [InlineData(0x4142)]
    [InlineData(0x7E7E)]
    public void Loud_constants_made_of_printable_bytes_are_not_taken_for_text(short level)
    {
        byte[] stream = Decoding.S16([.. Enumerable.Repeat(level, 2000)]);
        Assert.Equal(2000, Decoding.Run(AudioCodec.Wav, stream, chunk: 320).Samples.Length);
    }

    [Fact]
    public void Noise_of_any_loudness_is_never_refused() =>
        (from scale in Gen.Int[0, 32767]
         from offset in Gen.Int[-16000, 16000]
         from seed in Gen.Int
         from codec in Gen.OneOf(AudioCodec.Pcm, AudioCodec.Wav)
         select (scale, offset, seed, codec)).Sample(t =>
        {
            var random = new Random(t.seed);
            short[] noise = [.. Enumerable.Range(0, 1500).Select(_ => (short)Math.Clamp(random.Next(-t.scale, t.scale + 1) + t.offset, -32768, 32767))];
            Assert.Equal(noise.Length, Decoding.Run(t.codec, Decoding.S16(noise), chunk: 640).Samples.Length);
        });
}
