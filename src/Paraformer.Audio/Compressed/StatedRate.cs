namespace Paraformer.Audio.Compressed;

/// <summary>
/// Compares the sample rate that a task states with a stream's own. A wrong one is the most common reason for results
/// that are empty, so it is told instead of being passed over.
/// </summary>
internal static class StatedRate
{
    /// <summary>Compares with the header.</summary>
    /// <exception cref="AudioFormatException">They contradict each other.</exception>
    public static void CheckHeader(int stated, CompressedStream stream)
    {
        bool fits = stream.Codec switch
        {
            // Every Opus decoder can put out any of these from any stream, so clients state whichever they think in.
            AudioCodec.Opus => stated == stream.NominalRate || stated is 8000 or 12000 or 16000 or 24000 or 48000,

            // HE-AAC's header has half of the rate; whether it is HE-AAC shows when it is decoded.
            AudioCodec.Aac => stated == stream.SampleRate || stated == 2 * stream.SampleRate,
            _ => stated == stream.SampleRate,
        };
        if (!fits)
        {
            throw Contradiction(stated, stream.NominalRate, AudioDecoders.NameOf(stream.Codec));
        }
    }

    /// <summary>Compares with what the first packet gave.</summary>
    /// <exception cref="AudioFormatException">They contradict each other.</exception>
    public static void CheckDecoded(int stated, CompressedStream stream, int decoded)
    {
        if (stream.Codec == AudioCodec.Aac && stated != stream.SampleRate && stated != decoded)
        {
            throw Contradiction(stated, decoded, AudioDecoders.NameOf(stream.Codec));
        }
    }

    /// <summary>The error, with both figures.</summary>
    public static AudioFormatException Contradiction(int stated, int actual, string name) => new(
        AudioFormatError.Undecodable, $"The stated sample rate is {stated} Hz, but the {name} stream's own is {actual} Hz: state {actual}, or convert the audio.");
}
