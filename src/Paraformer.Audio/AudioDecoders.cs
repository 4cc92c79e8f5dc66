using Paraformer.Audio.Compressed;
using Paraformer.Audio.Probing;
using Paraformer.Audio.Wav;
using Paraformer.Audio.Workers;

namespace Paraformer.Audio;

/// <summary>Makes decoders.</summary>
public static class AudioDecoders
{
    private const string Remedy = "install FFmpeg (Debian and Ubuntu: apt-get install ffmpeg; macOS: brew install ffmpeg)";

    /// <summary>
    /// The formats that can be decoded by this build on this machine: <c>pcm</c> and <c>wav</c>, and with FFmpeg's libavcodec
    /// the others. The first call finds out, which takes about 100 ms.
    /// </summary>
    public static IReadOnlyList<AudioCodec> Supported => [.. Enum.GetValues<AudioCodec>().Where(IsDecodable)];

    /// <summary>
    /// Starts the process in which compressed audio is decoded, so that the first stream does not wait for it. Without this
    /// call it is started by the first stream that needs it. Does nothing where FFmpeg is missing.
    /// </summary>
    public static void Preload() => DecoderPool.Shared.Start();

    /// <summary>Reads a format name as it goes on the wire: <c>pcm</c>, <c>wav</c>, <c>mp3</c>, <c>opus</c>, <c>speex</c>, <c>aac</c> or <c>amr</c>, in lower case.</summary>
    /// <returns>False for any other text.</returns>
    public static bool TryParse(string? name, out AudioCodec codec)
    {
        foreach (AudioCodec candidate in Enum.GetValues<AudioCodec>())
        {
            if (NameOf(candidate) == name)
            {
                codec = candidate;
                return true;
            }
        }

        codec = default;
        return false;
    }

    /// <summary>Makes a decoder.</summary>
    /// <param name="codec">The stated format. <c>pcm</c> and <c>wav</c> streams are sniffed: a RIFF header counts in both, and without one both are raw.</param>
    /// <param name="statedSampleRate">
    /// The rate of the audio, 1,000 to 768,000 Hz. A stream that says its own rate must agree, or is refused with both
    /// figures; for Opus, 8000, 12000, 16000, 24000 and 48000 agree with any.
    /// </param>
    /// <param name="outputRate">8000 or 16000.</param>
    /// <exception cref="AudioFormatException">The format is not supported here.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A rate is out of its range.</exception>
    public static StreamingAudioDecoder Create(AudioCodec codec, int statedSampleRate, int outputRate) =>
        Create(codec, statedSampleRate, outputRate, DecoderPool.Shared);

    /// <inheritdoc cref="Create(AudioCodec, int, int)"/>
    internal static StreamingAudioDecoder Create(AudioCodec codec, int statedSampleRate, int outputRate, DecoderPool pool)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(statedSampleRate, WavFormat.MinSampleRate);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(statedSampleRate, WavFormat.MaxSampleRate);
        if (outputRate is not (8000 or 16000))
        {
            throw new ArgumentOutOfRangeException(nameof(outputRate), outputRate, "The output rate is 8000 or 16000.");
        }

        if (codec is AudioCodec.Pcm or AudioCodec.Wav)
        {
            return new PcmWavDecoder(codec, statedSampleRate, outputRate);
        }

        return pool.Start().Contains(WorkerCodec(codec))
            ? new CompressedDecoder(codec, statedSampleRate, outputRate, pool)
            : throw new AudioFormatException(AudioFormatError.Unsupported, WhyNotDecodable(NameOf(codec), pool));
    }

    /// <summary>The name on the wire.</summary>
    internal static string NameOf(AudioCodec codec) => codec switch
    {
        AudioCodec.Pcm => "pcm",
        AudioCodec.Wav => "wav",
        AudioCodec.Mp3 => "mp3",
        AudioCodec.Opus => "opus",
        AudioCodec.Speex => "speex",
        AudioCodec.Aac => "aac",
        AudioCodec.Amr => "amr",
        _ => throw new ArgumentOutOfRangeException(nameof(codec), codec, "Not one of the seven audio formats."),
    };

    /// <summary>A compressed format's number in a worker.</summary>
    internal static byte WorkerCodec(AudioCodec codec) => codec switch
    {
        AudioCodec.Mp3 => WorkerProtocol.Mp3,
        AudioCodec.Opus => WorkerProtocol.Opus,
        AudioCodec.Speex => WorkerProtocol.Speex,
        AudioCodec.Aac => WorkerProtocol.Aac,
        AudioCodec.Amr => WorkerProtocol.Amr,
        _ => throw new ArgumentOutOfRangeException(nameof(codec), codec, "Not a compressed format."),
    };

    /// <summary>What to do about a stream whose format was stated wrongly.</summary>
    internal static string Advice(DetectedFormat found) => found.Codec is { } codec
        ? $"state {NameOf(codec)}"
        : "convert it to one of the formats that can be stated, such as 16-bit PCM";

    /// <summary>One sentence; null when the format can be decoded.</summary>
    internal static string? WhyNotDecodable(DetectedFormat found) =>
        found.Codec is not { } codec ? $"{found.Describe()} is none of the formats that can be decoded: {SupportedNames}."
        : IsDecodable(codec) ? null
        : WhyNotDecodable(found.Describe(), DecoderPool.Shared);

    private static string SupportedNames => string.Join(", ", Supported.Select(NameOf));

    private static string WhyNotDecodable(string what, DecoderPool pool) =>
        $"{what} cannot be decoded here, for {pool.WhyUnavailable ?? "FFmpeg was built without it"}: {Remedy}, or use pcm or wav.";

    private static bool IsDecodable(AudioCodec codec) => codec is AudioCodec.Pcm or AudioCodec.Wav || DecoderPool.Shared.Start().Contains(WorkerCodec(codec));
}
