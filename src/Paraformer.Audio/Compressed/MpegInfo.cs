using System.Buffers.Binary;

namespace Paraformer.Audio.Compressed;

/// <summary>
/// The frame without sound that encoders put before the others to say how many there are and how much of them is padding:
/// the Xing or Info frame with LAME's extension, or Fraunhofer's VBRI.
/// </summary>
/// <param name="Frames">Frames that follow; null where it does not say.</param>
/// <param name="Delay">Samples before the sound, decoder's delay included; null where it does not say.</param>
/// <param name="Padding">Samples of silence that the encoder put behind the sound.</param>
internal readonly record struct MpegInfo(long? Frames, int? Delay, int Padding)
{
    /// <summary>A layer III decoder puts the sound out so many samples late (ISO/IEC 11172-3: synthesis filter and overlap).</summary>
    public const int DecoderDelay = 529;

    /// <summary>With LAME's delay of 576, for streams that do not say.</summary>
    public const int UsualDelay = DecoderDelay + 576;

    private const int VbriOffset = MpegHeader.Size + 32;
    private const int LameExtensionSize = 36;
    private const int ChecksumSize = 2;

    /// <summary>Reads it.</summary>
    /// <returns>False when the frame holds sound.</returns>
    public static bool TryRead(ReadOnlySpan<byte> frame, MpegHeader header, out MpegInfo info)
    {
        info = default;
        if (frame.Length > VbriOffset + 26 && frame[VbriOffset..].StartsWith("VBRI"u8))
        {
            return true;
        }

        // LAME puts it where it would be without a checksum, other programs behind the checksum.
        int at = MpegHeader.Size + header.SideInfoSize;
        if (header.HasCrc && !IsMark(frame, at))
        {
            at += ChecksumSize;
        }

        if (!IsMark(frame, at))
        {
            return false;
        }

        int flags = frame[at + 7];
        ReadOnlySpan<byte> rest = frame[(at + 8)..];
        long? frames = (flags & 1) != 0 && rest.Length >= 4 ? BinaryPrimitives.ReadUInt32BigEndian(rest) : null;

        // Frame count, byte count, seek table, quality.
        int before = ((flags & 1) != 0 ? 4 : 0) + ((flags & 2) != 0 ? 4 : 0) + ((flags & 4) != 0 ? 100 : 0) + ((flags & 8) != 0 ? 4 : 0);
        if (rest.Length < before + LameExtensionSize || rest[before] == 0)
        {
            info = new(frames, null, 0);
            return true;
        }

        ReadOnlySpan<byte> delays = rest[(before + 21)..];
        info = new(frames, ((delays[0] << 4) | (delays[1] >> 4)) + DecoderDelay, ((delays[1] & 0x0F) << 8) | delays[2]);
        return true;
    }

    /// <summary>Where the sound ends, in samples from the first one decoded; null where the frame does not say, or says something impossible.</summary>
    public long? EndOfSound(int samplesPerFrame)
    {
        if (Frames is not (> 0 and { } frames) || Padding < DecoderDelay)
        {
            return null;
        }

        long end = (frames * samplesPerFrame) - Padding + DecoderDelay;
        return end > 0 ? end : null;
    }

    private static bool IsMark(ReadOnlySpan<byte> frame, int at) =>
        frame.Length >= at + 8 && (frame[at..].StartsWith("Xing"u8) || frame[at..].StartsWith("Info"u8));
}
