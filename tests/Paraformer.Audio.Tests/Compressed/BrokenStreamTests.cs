namespace Paraformer.Audio.Tests.Compressed;

public class BrokenStreamTests
{
    public static TheoryData<string, int> Headers => new()
    {
        { "mp3 16k 32k", 0 },
        { "opus 24k", 47 },
        { "speex 16k", 108 },
        { "aac 16k 32k", 7 },
        { "amr 12.2k", 6 },
    };

    [Theory]
    [MemberData(nameof(Encodings.OneOfEach), MemberType = typeof(Encodings))]
    public async Task An_empty_stream_is_refused(string name)
    {
        (AudioCodec codec, int rate) = await KnownAsync(name);
        AssertClear(Assert.Throws<AudioFormatException>(() => Decoding.Run(codec, [], statedRate: rate)));
    }

    [Theory]
    [MemberData(nameof(Headers))]
    public async Task A_header_without_audio_is_refused(string name, int size)
    {
        (AudioCodec codec, int rate) = await KnownAsync(name);
        byte[] stream = await Encodings.GetAsync(name);
        foreach (int cut in (int[])[size / 2, size])
        {
            AssertClear(Assert.Throws<AudioFormatException>(() => Decoding.Run(codec, stream[..cut], 5, rate)));
        }
    }

    [Theory]
    [MemberData(nameof(Encodings.OneOfEach), MemberType = typeof(Encodings))]
    public async Task A_truncated_stream_gives_what_is_there(string name)
    {
        (AudioCodec codec, int rate) = await KnownAsync(name);
        byte[] stream = await Encodings.GetAsync(name);
        float[] whole = Decoding.Run(codec, stream, statedRate: rate).Samples;
        foreach (int cut in (int[])[stream.Length / 3, stream.Length / 2, stream.Length - 7])
        {
            float[] part = Decoding.Run(codec, stream[..cut], 1000, rate).Samples;
            double share = (double)cut / stream.Length;
            Assert.InRange((double)part.Length / whole.Length, share - 0.15, 1.01);

            // The resampler's last samples lean on what follows.
            int common = Math.Min(part.Length, whole.Length) - 200;
            Assert.Equal(whole[..common], part[..common]);
        }
    }

    [Theory]
    [MemberData(nameof(Encodings.OneOfEach), MemberType = typeof(Encodings))]
    public async Task Two_streams_in_a_row_give_both(string name)
    {
        (AudioCodec codec, int rate) = await KnownAsync(name);
        byte[] stream = await Encodings.GetAsync(name);
        byte[] second = codec == AudioCodec.Amr ? stream[6..] : stream;
        float[] once = Decoding.Run(codec, stream, statedRate: rate).Samples;

        float[] twice = Decoding.Run(codec, [.. stream, .. second], 777, rate).Samples;

        Assert.InRange(twice.Length, (2 * once.Length) - 100, (2 * once.Length) + 2200);
        Assert.Equal(once[..(once.Length - 200)], twice[..(once.Length - 200)]);
        double energy = twice[once.Length..].Sum(static s => (double)s * s) / once.Sum(static s => (double)s * s);
        Assert.InRange(energy, 0.9, 1.1);
    }

    [Fact]
    public async Task Streams_of_other_rates_may_follow()
    {
        byte[] first = await Encodings.GetAsync("mp3 16k 32k");
        byte[] second = await Encodings.GetAsync("mp3 44k stereo");
        int expected = Decoding.Run(AudioCodec.Mp3, first).Samples.Length + Decoding.Run(AudioCodec.Mp3, second, statedRate: 44100).Samples.Length;
        Assert.InRange(Decoding.Run(AudioCodec.Mp3, [.. first, .. second], 1000).Samples.Length, expected - 2, expected + 2);
    }

    [Theory]
    [MemberData(nameof(Encodings.OneOfEach), MemberType = typeof(Encodings))]
    public async Task Every_other_format_is_refused_by_its_name(string name)
    {
        byte[] stream = await Encodings.GetAsync(name);
        AudioCodec truth = Encodings.Of(name).Codec;
        foreach (AudioCodec stated in Enum.GetValues<AudioCodec>().Where(c => c != truth))
        {
            foreach (int chunk in (int[])[1, 3200])
            {
                AudioFormatException e = Decoding.Refused(stated, stream, chunk);
                AssertClear(e);

                // An MP3 file begins with a tag that AAC may have, too.
                if (truth != AudioCodec.Mp3 || stated != AudioCodec.Aac)
                {
                    Assert.Contains($"state {truth.ToString().ToLowerInvariant()}", e.Message, StringComparison.Ordinal);
                }
            }
        }
    }

    [Theory]
    [InlineData(AudioCodec.Mp3)]
    [InlineData(AudioCodec.Opus)]
    [InlineData(AudioCodec.Speex)]
    [InlineData(AudioCodec.Aac)]
    [InlineData(AudioCodec.Amr)]
    public void Wav_and_raw_samples_under_a_compressed_name_are_refused(AudioCodec stated)
    {
        Encodings.RequireDecoder(stated);
        byte[] wav = File.ReadAllBytes(Encodings.Recording);
        Assert.Contains("The stream is wav", Decoding.Refused(stated, wav, 100).Message, StringComparison.Ordinal);
        AssertClear(Decoding.Refused(stated, wav[44..], 1000));
        AssertClear(Decoding.Refused(stated, new byte[200_000], 1000));
        AssertClear(Decoding.Refused(stated, "This is a letter and no recording at all, whatever its name says."u8.ToArray(), 7));
    }

    [Theory]
    [InlineData("mp3 16k 32k", 44100)]
    [InlineData("opus 24k", 44100)]
    [InlineData("speex 16k", 8000)]
    [InlineData("aac 16k 32k", 48000)]
    [InlineData("aac 16k 32k", 32000)]
    [InlineData("amr 12.2k", 16000)]
    public async Task A_stated_rate_that_contradicts_the_stream_is_refused_with_both_figures(string name, int stated)
    {
        byte[] stream = await Encodings.GetAsync(name);
        (AudioCodec codec, int rate) = Encodings.Of(name);
        var e = Assert.Throws<AudioFormatException>(() => Decoding.Run(codec, stream, 100, stated));
        Assert.Contains($"{stated} Hz", e.Message, StringComparison.Ordinal);
        Assert.Contains($"{rate} Hz", e.Message, StringComparison.Ordinal);
        AssertClear(e);
    }

    [Fact]
    public async Task Any_rate_that_opus_knows_may_be_stated()
    {
        byte[] stream = await Encodings.GetAsync("opus 24k");
        float[] expected = Decoding.Run(AudioCodec.Opus, stream, statedRate: 16000).Samples;
        foreach (int rate in (int[])[8000, 12000, 24000, 48000])
        {
            Assert.Equal(expected, Decoding.Run(AudioCodec.Opus, stream, statedRate: rate).Samples);
        }
    }

    [Fact]
    public async Task A_bomb_is_cut_off()
    {
        // 120 ms of silence in two bytes of packet and one of page.
        Encodings.RequireDecoder(AudioCodec.Opus);
        byte[] head = (await Encodings.GetAsync("opus 24k"))[..47];
        byte[] stream = OggBuilder.Pages(head, Enumerable.Repeat((byte[])[0x1B, 0x02], 20_000));
        AudioFormatException e = Decoding.Refused(AudioCodec.Opus, stream, 1000);
        Assert.Contains("is cut off here", e.Message, StringComparison.Ordinal);
        AssertClear(e);
    }

    [Fact]
    public async Task A_damaged_ogg_page_is_told()
    {
        byte[] stream = [.. await Encodings.GetAsync("opus 24k")];
        stream[stream.Length / 2] ^= 0x10;
        Assert.Contains("damaged", Decoding.Refused(AudioCodec.Opus, stream, 1000).Message, StringComparison.Ordinal);
    }

    private static void AssertClear(AudioFormatException e)
    {
        Assert.Equal(AudioFormatError.Undecodable, e.Error);
        Assert.DoesNotContain('\n', e.Message);
        Assert.EndsWith(".", e.Message, StringComparison.Ordinal);
    }

    private static async Task<(AudioCodec Codec, int Rate)> KnownAsync(string name)
    {
        await Encodings.GetAsync(name);
        return Encodings.Of(name);
    }
}
