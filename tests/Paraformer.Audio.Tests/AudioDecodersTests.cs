namespace Paraformer.Audio.Tests;

public class AudioDecodersTests
{
    [Theory]
    [InlineData("pcm", AudioCodec.Pcm)]
    [InlineData("wav", AudioCodec.Wav)]
    [InlineData("mp3", AudioCodec.Mp3)]
    [InlineData("opus", AudioCodec.Opus)]
    [InlineData("speex", AudioCodec.Speex)]
    [InlineData("aac", AudioCodec.Aac)]
    [InlineData("amr", AudioCodec.Amr)]
    public void Every_wire_name_is_read(string name, AudioCodec expected)
    {
        Assert.True(AudioDecoders.TryParse(name, out AudioCodec codec));
        Assert.Equal(expected, codec);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("PCM")]
    [InlineData(" wav")]
    [InlineData("flac")]
    [InlineData("1")]
    public void Any_other_name_is_not(string? name) => Assert.False(AudioDecoders.TryParse(name, out _));

    [Fact]
    public void Supported_formats_can_be_created_and_the_others_say_what_is_supported()
    {
        foreach (AudioCodec codec in Enum.GetValues<AudioCodec>())
        {
            if (AudioDecoders.Supported.Contains(codec))
            {
                using StreamingAudioDecoder decoder = AudioDecoders.Create(codec, 16000, 8000);
                Assert.Equal(8000, decoder.OutputRate);
                Assert.Null(decoder.Info);
            }
            else
            {
                var e = Assert.Throws<AudioFormatException>(() => AudioDecoders.Create(codec, 16000, 16000));
                Assert.Equal(AudioFormatError.Unsupported, e.Error);
                Assert.Contains("supported: pcm, wav", e.Message, StringComparison.Ordinal);
                Assert.DoesNotContain('\n', e.Message);
            }
        }
    }

    [Theory]
    [InlineData(999, 16000)]
    [InlineData(768001, 16000)]
    [InlineData(0, 16000)]
    [InlineData(-1, 16000)]
    [InlineData(16000, 44100)]
    [InlineData(16000, 0)]
    public void Rates_out_of_range_are_refused(int stated, int output) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => AudioDecoders.Create(AudioCodec.Pcm, stated, output));

    [Fact]
    public void A_decoder_takes_no_more_after_its_end_and_none_after_disposal()
    {
        var output = new System.Buffers.ArrayBufferWriter<float>();
        StreamingAudioDecoder decoder = AudioDecoders.Create(AudioCodec.Pcm, 16000, 16000);
        decoder.Decode([0, 0x40], output);
        decoder.Complete(output);
        decoder.Complete(output);
        Assert.Equal([0.5f], output.WrittenSpan.ToArray());
        Assert.Throws<InvalidOperationException>(() => decoder.Decode([1, 2], output));
        decoder.Dispose();
        decoder.Dispose();
        Assert.Throws<ObjectDisposedException>(() => decoder.Decode([1, 2], output));
        Assert.Throws<ObjectDisposedException>(() => decoder.Complete(output));
    }

    [Fact]
    public void A_failed_decoder_stays_failed_with_the_same_message()
    {
        var output = new System.Buffers.ArrayBufferWriter<float>();
        using StreamingAudioDecoder decoder = AudioDecoders.Create(AudioCodec.Wav, 16000, 16000);
        var first = Assert.Throws<AudioFormatException>(() => decoder.Decode("fLaC...."u8, output));
        var again = Assert.Throws<AudioFormatException>(() => decoder.Decode([1, 2], output));
        var end = Assert.Throws<AudioFormatException>(() => decoder.Complete(output));
        Assert.Equal(first.Message, again.Message);
        Assert.Equal(first.Message, end.Message);
        Assert.Equal(0, output.WrittenCount);
    }
}
