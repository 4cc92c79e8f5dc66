namespace Paraformer.Audio.Compressed;

/// <summary>Takes what a <see cref="PacketReader"/> finds in a stream.</summary>
internal interface IPacketSink
{
    /// <summary>A stream begins: the first, or one more in a chain.</summary>
    void Begin(CompressedStream stream);

    /// <summary>The next packet.</summary>
    /// <param name="packet">Its bytes, valid during the call.</param>
    /// <param name="duration">Its length in samples at the stream's <see cref="CompressedStream.SampleRate"/>.</param>
    void Packet(ReadOnlySpan<byte> packet, int duration);

    /// <summary>A pause that the encoder sent nothing for, or next to nothing.</summary>
    /// <param name="duration">Its length in samples at the stream's <see cref="CompressedStream.SampleRate"/>.</param>
    void Silence(int duration);

    /// <summary>Says where the current stream's sound ends: what is decoded behind it is padding.</summary>
    /// <param name="samples">Samples from the first packet's first one on.</param>
    void EndAt(long samples);
}

/// <summary>What the header of a compressed stream says.</summary>
/// <param name="Codec">Which of the five.</param>
/// <param name="Container">Short name: <c>ogg</c>, <c>mp3</c>, …</param>
/// <param name="Encoding">Short name: <c>opus</c>, <c>aac</c>, …</param>
/// <param name="SampleRate">Samples per second in which packets count. AAC may decode to twice as many.</param>
/// <param name="NominalRate">Samples per second of the sound that was encoded: for Opus what its header says.</param>
/// <param name="Channels">Channel count as the header has it; 0 where it does not say.</param>
/// <param name="Skip">Samples at the start that are the encoder's and decoder's delay, not sound.</param>
/// <param name="Header">The codec's own header for the decoder; empty where it needs none.</param>
internal sealed record CompressedStream(
    AudioCodec Codec, string Container, string Encoding, int SampleRate, int NominalRate, int Channels, int Skip, byte[] Header)
{
    /// <summary><see cref="Skip"/> where the decoder gives twice as many samples as packets count, for AAC with SBR.</summary>
    public int SkipDoubled { get; init; } = Skip;
}

/// <summary>Finds the packets of a compressed stream that arrives in pieces cut anywhere, each as soon as its last byte is there.</summary>
internal abstract class PacketReader : IDisposable
{
    /// <summary>So much that is no part of the format is passed over before the stream counts as damaged.</summary>
    public const int MaxJunkBytes = 64 * 1024;

    /// <summary>Takes the next bytes.</summary>
    /// <exception cref="AudioFormatException">They are not what the format allows.</exception>
    public abstract void Read(ReadOnlySpan<byte> data, IPacketSink sink);

    /// <summary>Ends the stream. A packet that is cut off is dropped.</summary>
    /// <exception cref="AudioFormatException">The stream's header was not found.</exception>
    public abstract void Complete(IPacketSink sink);

    public abstract void Dispose();

    /// <summary>A reader for one of the five formats.</summary>
    public static PacketReader Create(AudioCodec codec) => codec switch
    {
        AudioCodec.Mp3 => new MpegReader(),
        AudioCodec.Aac => new AdtsReader(),
        AudioCodec.Amr => new AmrReader(),
        AudioCodec.Opus => new OggReader(new OpusMapping()),
        AudioCodec.Speex => new OggReader(new SpeexMapping()),
        _ => throw new ArgumentOutOfRangeException(nameof(codec), codec, "Not a compressed format."),
    };

    protected static AudioFormatException Damaged(string message) => new(AudioFormatError.Undecodable, message);
}
