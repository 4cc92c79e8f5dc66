namespace Paraformer.Audio.Compressed;

/// <summary>Frames of an AMR-NB file: its header, then 20 ms each (RFC 4867, section 5; sizes: 3GPP TS 26.101).</summary>
internal sealed class AmrReader : FrameReader
{
    public const int SampleRate = 8000;
    private const int FrameSamples = 160;

    // Frame types for pauses: parameters of the noise, and nothing at all. Not every decoder knows them, and silence serves.
    private const int NoiseType = 8;
    private const int NoDataType = 15;

    /// <summary>The encoder looks 5 ms ahead: 3GPP TS 26.090, section 4.</summary>
    private const int EncoderDelay = 40;

    private bool _hasHeader;
    private bool _hasFrame;

    private static ReadOnlySpan<byte> FileHeader => "#!AMR\n"u8;

    // Bytes of a frame by its type, with the type's own byte; 0 where there is no such type.
    private static ReadOnlySpan<byte> FrameSizes => [13, 14, 16, 18, 20, 21, 27, 32, 6, 0, 0, 0, 0, 0, 0, 1];

    protected override int Next(ReadOnlySpan<byte> bytes, bool isEnd, IPacketSink sink)
    {
        if (!_hasHeader)
        {
            return ReadHeader(bytes, isEnd, sink);
        }

        int type = (bytes[0] >> 3) & 0x0F;
        int size = FrameSizes[type];

        // The top bit says in RTP that more frames follow; in a file it is 0, as the two lowest bits are.
        if (size == 0 || (bytes[0] & 0x83) != 0)
        {
            throw Damaged($"The AMR frame at byte {Position} has an impossible header 0x{bytes[0]:x2}: the stream is damaged.");
        }

        if (bytes.Length < size)
        {
            return 0;
        }

        _hasFrame = true;
        if (type is NoiseType or NoDataType)
        {
            sink.Silence(FrameSamples);
        }
        else
        {
            sink.Packet(bytes[..size], FrameSamples);
        }

        return size;
    }

    protected override void Ended()
    {
        if (!_hasHeader || !_hasFrame)
        {
            throw Damaged(_hasHeader ? "The stream is an AMR header without audio." : "The stream ended within its AMR header.");
        }
    }

    private int ReadHeader(ReadOnlySpan<byte> bytes, bool isEnd, IPacketSink sink)
    {
        if (bytes.Length < FileHeader.Length && !isEnd)
        {
            return 0;
        }

        if (!bytes.StartsWith(FileHeader))
        {
            throw Damaged("The stream does not begin with the header of an AMR-NB file, \"#!AMR\" and a line feed: send the file with its header, or state its true format.");
        }

        _hasHeader = true;
        sink.Begin(new CompressedStream(AudioCodec.Amr, "amr", "amr_nb", SampleRate, SampleRate, 1, EncoderDelay, []));
        return FileHeader.Length;
    }
}
