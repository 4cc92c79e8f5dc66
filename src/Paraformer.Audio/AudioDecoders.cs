using Paraformer.Audio.Probing;
using Paraformer.Audio.Wav;

namespace Paraformer.Audio;

/// <summary>Makes decoders.</summary>
public static class AudioDecoders
{
    private static readonly AudioCodec[] Decodable = [AudioCodec.Pcm, AudioCodec.Wav];

    /// <summary>The formats that can be decoded by this build on this machine.</summary>
    public static IReadOnlyList<AudioCodec> Supported { get; } = Array.AsReadOnly(Decodable);

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
    /// <param name="statedSampleRate">The rate of headerless audio, 1,000 to 768,000 Hz. A header's own rate wins.</param>
    /// <param name="outputRate">8000 or 16000.</param>
    /// <exception cref="AudioFormatException">The format is not supported here.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A rate is out of its range.</exception>
    public static StreamingAudioDecoder Create(AudioCodec codec, int statedSampleRate, int outputRate)
    {
        if (!Decodable.Contains(codec))
        {
            throw new AudioFormatException(AudioFormatError.Unsupported, $"{NameOf(codec)} cannot be decoded here; supported: {SupportedNames}.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(statedSampleRate, WavFormat.MinSampleRate);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(statedSampleRate, WavFormat.MaxSampleRate);
        if (outputRate is not (8000 or 16000))
        {
            throw new ArgumentOutOfRangeException(nameof(outputRate), outputRate, "The output rate is 8000 or 16000.");
        }

        return new PcmWavDecoder(codec, statedSampleRate, outputRate);
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

    /// <summary>What to do about a stream whose format was stated wrongly.</summary>
    internal static string Advice(DetectedFormat found) => IsDecodable(found)
        ? $"state {NameOf(found.Codec!.Value)}"
        : $"convert it to 16-bit PCM, for it cannot be decoded here (supported: {SupportedNames})";

    /// <summary>One sentence; null when the format can be decoded.</summary>
    internal static string? WhyNotDecodable(DetectedFormat found) =>
        IsDecodable(found) ? null : $"{found.Describe()} cannot be decoded here; supported: {SupportedNames}.";

    private static string SupportedNames => string.Join(", ", Decodable.Select(NameOf));

    private static bool IsDecodable(DetectedFormat found) => found.Codec is { } codec && Decodable.Contains(codec);
}
