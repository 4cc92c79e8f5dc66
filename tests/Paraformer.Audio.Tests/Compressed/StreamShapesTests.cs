namespace Paraformer.Audio.Tests.Compressed;

/// <summary>Shapes of streams that encoders of people give and one recording through ffmpeg does not.</summary>
public class StreamShapesTests
{
    private const string Noise = "\u0044\0\0\0\0\0";
    private const byte NoData = 0x7C;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_long_pause_of_amr_is_silence(bool onlyPause)
    {
        byte[] stream = await Encodings.GetAsync("amr 12.2k");
        byte[] pause = [.. Enumerable.Repeat((byte[])[.. Noise.Select(static c => (byte)c), .. Enumerable.Repeat(NoData, 7)], 40).SelectMany(static p => p)];
        const int pauseSamples = 40 * 8 * 320;
        byte[] whole = onlyPause ? [.. "#!AMR\n"u8, .. pause] : [.. stream, .. pause, .. stream[6..]];
        int speech = onlyPause ? 0 : Decoding.Run(AudioCodec.Amr, stream, statedRate: 8000).Samples.Length;

        float[] samples = Decoding.Run(AudioCodec.Amr, whole, 50, 8000).Samples;

        Assert.InRange(samples.Length - pauseSamples - (2 * speech), -100, 100);
        Assert.All(samples[(speech + 1000)..(speech + pauseSamples - 1000)], static s => Assert.Equal(0, s));
        Assert.Equal(samples, Decoding.Run(AudioCodec.Amr, whole, statedRate: 8000).Samples);
    }

    [Fact]
    public async Task A_pause_of_amr_is_put_out_while_it_lasts()
    {
        byte[] stream = await Encodings.GetAsync("amr 12.2k");
        using StreamingAudioDecoder decoder = AudioDecoders.Create(AudioCodec.Amr, 8000, 16000);
        var output = new System.Buffers.ArrayBufferWriter<float>();
        decoder.Decode(stream, output);
        int before = output.WrittenCount;

        decoder.Decode([.. Enumerable.Repeat(NoData, 50)], output);

        Assert.Equal(16000, output.WrittenCount - before);
    }

    [Fact]
    public async Task All_frames_of_a_speex_packet_are_there_when_the_packet_is()
    {
        byte[] single = await Encodings.GetAsync("speex 16k");
        byte[] packed = await Encodings.GetAsync("speex 16k 4 frames");
        int expected = Decoding.Run(AudioCodec.Speex, single).Samples.Length;

        // The last packet is filled up with frames of silence.
        Assert.InRange(Decoding.Run(AudioCodec.Speex, packed).Samples.Length - expected, 0, 3 * 320);
    }

    [Theory]
    [InlineData("speex 16k", AudioCodec.Speex)]
    [InlineData("opus 24k", AudioCodec.Opus)]
    public async Task A_stream_beside_others_in_ogg_is_found(string name, AudioCodec codec)
    {
        byte[] stream = await Encodings.GetAsync(name);
        byte[] beside = [.. OggBuilder.FirstPage([.. "fishead\0"u8, .. new byte[56]], 77), .. OggBuilder.FirstPage([1, .. "vorbis"u8, .. new byte[23]], 78), .. stream];

        Assert.Equal(Decoding.Run(codec, stream).Samples, Decoding.Run(codec, beside, 13).Samples);

        AudioProbeResult? probe = await AudioProbe.ProbeAsync(new MemoryStream(beside), TestContext.Current.CancellationToken);
        Assert.Equal(codec, probe!.Codec);
        Assert.Equal(16000, probe.SampleRate);
    }

    [Fact]
    public async Task Ogg_that_goes_on_with_another_codec_is_told()
    {
        byte[] stream = await Encodings.GetAsync("opus 24k");
        byte[] vorbis = OggBuilder.Pages(OggBuilder.FirstPage([1, .. "vorbis"u8, .. new byte[23]], 78), [new byte[20]]);
        Assert.Contains("holds no Opus any more", Decoding.Refused(AudioCodec.Opus, [.. stream, .. vorbis], 100).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 0)]
    [InlineData(false, 2)]
    public async Task The_encoders_frame_is_found_where_frames_have_checksums(bool isWithout, int behind)
    {
        byte[] stream = await Encodings.GetAsync("mp3 no tags");

        // LAME leaves its mark where it is without a checksum, others behind the checksum. It says the delay that is usual anyway.
        byte[] mark = [.. "Info"u8, 0, 0, 0, 1, 0, 1, 0, 0, .. "LAME3.100"u8, .. new byte[12], 0x24, 0x02, 0x58, .. new byte[12]];
        byte[] frame = [stream[0], (byte)(isWithout ? stream[1] : stream[1] & 0xFE), stream[2], stream[3], .. new byte[9 + behind], .. mark, .. new byte[288 - 13 - behind - mark.Length]];

        Assert.Equal(Decoding.Run(AudioCodec.Mp3, stream).Samples, Decoding.Run(AudioCodec.Mp3, [.. frame, .. stream], 100).Samples);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(300_000)]
    public async Task What_stands_behind_a_tag_is_found(int size)
    {
        byte[] tag = [.. "ID3"u8, 4, 0, 0, (byte)(size >> 21), (byte)((size >> 14) & 0x7F), (byte)((size >> 7) & 0x7F), (byte)(size & 0x7F), .. new byte[size]];
        foreach ((string name, AudioCodec codec) in ((string, AudioCodec)[])[("aac 16k 32k", AudioCodec.Aac), ("mp3 no tags", AudioCodec.Mp3)])
        {
            AudioProbeResult? probe = await AudioProbe.ProbeAsync(new MemoryStream([.. tag, .. tag, .. await Encodings.GetAsync(name)]), TestContext.Current.CancellationToken);
            Assert.Equal(codec, probe!.Codec);
            Assert.Equal(16000, probe.SampleRate);
        }

        AudioProbeResult? flac = await AudioProbe.ProbeAsync(new MemoryStream([.. tag, .. "fLaC"u8, .. new byte[50]]), TestContext.Current.CancellationToken);
        Assert.Equal("flac", flac!.Container);
    }
}
