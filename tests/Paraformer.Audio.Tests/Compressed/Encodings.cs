using System.Collections.Concurrent;
using Paraformer.Testing;

namespace Paraformer.Audio.Tests.Compressed;

/// <summary>One recording of speech in the compressed formats.</summary>
internal static class Encodings
{
    private static readonly ConcurrentDictionary<string, Task<byte[]>> Made = new();

    /// <summary>Name, format, what to state, and how to make it.</summary>
    private static readonly (string Name, AudioCodec Codec, int Rate, string Arguments)[] All =
    [
        ("mp3 16k 32k", AudioCodec.Mp3, 16000, "-ar 16000 -b:a 32k -f mp3"),
        ("mp3 8k 16k", AudioCodec.Mp3, 8000, "-ar 8000 -b:a 16k -f mp3"),
        ("mp3 22k 48k", AudioCodec.Mp3, 22050, "-ar 22050 -b:a 48k -f mp3"),
        ("mp3 44k stereo", AudioCodec.Mp3, 44100, "-ar 44100 -ac 2 -b:a 128k -f mp3"),
        ("mp3 48k vbr", AudioCodec.Mp3, 48000, "-ar 48000 -q:a 4 -f mp3"),
        ("mp3 no tags", AudioCodec.Mp3, 16000, "-ar 16000 -b:a 64k -id3v2_version 0 -write_xing 0 -f mp3"),
        ("opus 12k", AudioCodec.Opus, 16000, "-c:a libopus -b:a 12k -f ogg"),
        ("opus 24k", AudioCodec.Opus, 16000, "-c:a libopus -b:a 24k -page_duration 20000 -f ogg"),
        ("opus 64k stereo", AudioCodec.Opus, 48000, "-ar 48000 -ac 2 -c:a libopus -b:a 64k -f ogg"),
        ("opus 8k band", AudioCodec.Opus, 8000, "-ar 8000 -c:a libopus -b:a 16k -f ogg"),
        ("opus 60 ms frames", AudioCodec.Opus, 48000, "-c:a libopus -b:a 16k -frame_duration 60 -f ogg"),
        ("speex 8k", AudioCodec.Speex, 8000, "-ar 8000 -c:a libspeex -f ogg"),
        ("speex 16k", AudioCodec.Speex, 16000, "-ar 16000 -c:a libspeex -f ogg"),
        ("speex 32k", AudioCodec.Speex, 32000, "-ar 32000 -c:a libspeex -f ogg"),
        ("speex 16k 4 frames", AudioCodec.Speex, 16000, "-ar 16000 -c:a libspeex -frames_per_packet 4 -b:a 16k -f ogg"),
        ("aac 16k 32k", AudioCodec.Aac, 16000, "-ar 16000 -c:a aac -b:a 32k -f adts"),
        ("aac 8k", AudioCodec.Aac, 8000, "-ar 8000 -c:a aac -b:a 16k -f adts"),
        ("aac 44k stereo", AudioCodec.Aac, 44100, "-ar 44100 -ac 2 -c:a aac -b:a 96k -f adts"),
        ("amr 12.2k", AudioCodec.Amr, 8000, "-ar 8000 -ac 1 -c:a libopencore_amrnb -b:a 12.2k -f amr"),
        ("amr 4.75k", AudioCodec.Amr, 8000, "-ar 8000 -ac 1 -c:a libopencore_amrnb -b:a 4.75k -f amr"),
    ];

    public static TheoryData<string> Names => [.. All.Select(static e => e.Name)];

    /// <summary>One of each format.</summary>
    public static TheoryData<string> OneOfEach => ["mp3 16k 32k", "opus 24k", "speex 16k", "aac 16k 32k", "amr 12.2k"];

    public static string Recording => Samples.PathOf("austen-0880.wav");

    public static (AudioCodec Codec, int Rate) Of(string name)
    {
        var found = All.Single(e => e.Name == name);
        return (found.Codec, found.Rate);
    }

    /// <summary>The encoded recording; the test is skipped where it cannot be made or decoded.</summary>
    public static async Task<byte[]> GetAsync(string name)
    {
        var found = All.Single(e => e.Name == name);
        RequireDecoder(found.Codec);
        return await Made.GetOrAdd(name, _ => Encoder.EncodeAsync(Recording, found.Arguments));
    }

    public static void RequireDecoder(AudioCodec codec) =>
        Assert.SkipUnless(AudioDecoders.Supported.Contains(codec), "FFmpeg's libavcodec is not installed: apt-get install ffmpeg");
}
