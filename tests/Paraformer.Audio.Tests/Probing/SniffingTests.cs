using System.Text;
using CsCheck;
using Paraformer.Audio.Probing;

namespace Paraformer.Audio.Tests.Probing;

public class SniffingTests
{
    [Theory]
    [MemberData(nameof(ForeignStreams.Names), MemberType = typeof(ForeignStreams))]
    public void Streams_of_another_format_are_refused_by_name(string name)
    {
        foreach (AudioCodec codec in (AudioCodec[])[AudioCodec.Pcm, AudioCodec.Wav])
        {
            foreach (int chunk in (int[])[1, 320, int.MaxValue])
            {
                var e = Decoding.Refused(codec, ForeignStreams.Get(name), chunk);
                Assert.Equal(AudioFormatError.Undecodable, e.Error);
                Assert.StartsWith($"The stream is {ForeignStreams.Description(name)}, but the stated format is {(codec == AudioCodec.Wav ? "wav" : "pcm")}: ", e.Message, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData("<!DOCTYPE html><html><head><title>404 Not Found</title></head><body>The file is not here.</body></html>")]
    [InlineData("大家好,这是一份会议记录,不是音频文件。它被错误地命名为录音文件,应当得到一个清楚的错误信息。")]
    [InlineData("one\r\ntwo\tthree\r\nfour\r\nfive\r\nsix\r\nseven\r\neight\r\nnine\r\nten\r\neleven\r\ntwelve")]
    public void Text_under_the_name_wav_is_refused(string text)
    {
        byte[] once = Encoding.UTF8.GetBytes(text);
        byte[] often = [.. Enumerable.Repeat(once, 50).SelectMany(static b => b)];
        foreach (byte[] stream in (byte[][])[once, often])
        {
            foreach (int chunk in (int[])[1, 100, int.MaxValue])
            {
                var e = Decoding.Refused(AudioCodec.Wav, stream, chunk);
                Assert.Equal(AudioFormatError.Undecodable, e.Error);
                Assert.Contains("is text, not audio", e.Message, StringComparison.Ordinal);
            }
        }

        Assert.Equal(once.Length / 2, Decoding.Run(AudioCodec.Pcm, once).Samples.Length);
    }

    [Fact]
    public void Text_that_turns_binary_within_the_first_kilobyte_is_raw()
    {
        byte[] stream = [.. Enumerable.Repeat("text and "u8.ToArray(), 100).SelectMany(static b => b), 0, 0];
        Assert.Equal(stream.Length / 2, Decoding.Run(AudioCodec.Wav, stream, chunk: 50).Samples.Length);
    }

    [Theory]
    [InlineData(new byte[] { 0xFF, 0xFB, 0x90, 0x64 })]
    [InlineData(new byte[] { 0xFF, 0xF1, 0x50, 0x80, 0x19, 0x1F, 0xFC })]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF })]
    public void One_sync_word_alone_is_raw(byte[] start)
    {
        byte[] stream = [.. start, .. new byte[5000]];
        Assert.Equal(stream.Length / 2, Decoding.Run(AudioCodec.Pcm, stream).Samples.Length);
        Assert.Equal(stream.Length / 2, Decoding.Run(AudioCodec.Pcm, stream, chunk: 13).Samples.Length);
    }

    [Fact]
    public void Recognition_does_not_depend_on_how_the_bytes_arrive() =>
        (from start in Gen.OneOf(Gen.Byte.Array[0, 40], Gen.OneOf([.. ForeignStreams.Names.Select(static n => n.Data)]).Select(ForeignStreams.Get))
         from cut in Gen.Int[0, 60]
         from tail in Gen.Byte.Array[0, 40]
         select (byte[])[.. start[..Math.Min(cut, start.Length)], .. tail]).Sample(stream =>
        {
            Match whole = ContainerSignatures.Detect(stream, isAll: true, out DetectedFormat? expected);
            Assert.NotEqual(Match.NeedsMore, whole);
            for (int length = 0; length <= stream.Length; length++)
            {
                Match part = ContainerSignatures.Detect(stream.AsSpan(0, length), isAll: false, out DetectedFormat? found);
                Assert.True(part == Match.NeedsMore || (part == whole && found == expected));
            }
        });

    [Theory]
    [MemberData(nameof(ForeignStreams.Names), MemberType = typeof(ForeignStreams))]
    public void Containers_are_named(string name) =>
        Assert.Equal(name.Split(' ')[0], AudioProbe.DetectContainer(ForeignStreams.Get(name)));

    [Fact]
    public void Wav_is_named_and_raw_bytes_are_not()
    {
        Assert.Equal("wav", AudioProbe.DetectContainer("RIFF....WAVE"u8));
        Assert.Equal("wav", AudioProbe.DetectContainer("RF64....WAVE"u8));
        Assert.Null(AudioProbe.DetectContainer("RIFF....WAV"u8));
        Assert.Null(AudioProbe.DetectContainer([]));
        Assert.Null(AudioProbe.DetectContainer(new byte[100]));
        Assert.Null(AudioProbe.DetectContainer("ID3"u8));
    }
}
