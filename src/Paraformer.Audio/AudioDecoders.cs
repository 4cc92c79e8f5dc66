namespace Paraformer.Audio;

/// <summary>Makes decoders.</summary>
public static class AudioDecoders
{
    /// <summary>The formats that can be decoded by this build on this machine.</summary>
    public static IReadOnlyList<AudioCodec> Supported => throw new NotImplementedException();

    /// <summary>Reads a format name as it goes on the wire.</summary>
    public static bool TryParse(string? name, out AudioCodec codec) => throw new NotImplementedException();

    /// <summary>Makes a decoder.</summary>
    /// <param name="codec">The stated format. <c>pcm</c> and <c>wav</c> streams are sniffed: a RIFF header counts in both, and without one both are raw.</param>
    /// <param name="statedSampleRate">The rate of headerless audio, 1,000 to 768,000 Hz. A header's own rate wins.</param>
    /// <param name="outputRate">8000 or 16000.</param>
    /// <exception cref="AudioFormatException">The format is not supported here.</exception>
    public static StreamingAudioDecoder Create(AudioCodec codec, int statedSampleRate, int outputRate) => throw new NotImplementedException();
}
