using Paraformer.Audio.Compressed;

namespace Paraformer.Audio.Probing;

/// <summary>
/// Recognises MPEG audio and ADTS AAC streams, which have no signature but a sync word in each frame. A sync word alone
/// is common in PCM, so a second frame must follow where the first one says that it ends, with the same fixed fields.
/// Source of the fields: ISO/IEC 11172-3 and 13818-3 (MPEG audio), 13818-7 (ADTS).
/// </summary>
internal static class FrameSync
{
    private const int AdtsHeaderSize = 7;

    public static Match Check(ReadOnlySpan<byte> bytes, out DetectedFormat? format)
    {
        format = null;
        if (bytes[0] != 0xFF)
        {
            return Match.No;
        }

        if (bytes.Length < 2)
        {
            return Match.NeedsMore;
        }

        if ((bytes[1] & 0xF6) == 0xF0)
        {
            return CheckAdts(bytes, out format);
        }

        return (bytes[1] & 0xE0) == 0xE0 ? CheckMpeg(bytes, out format) : Match.No;
    }

    private static Match CheckAdts(ReadOnlySpan<byte> bytes, out DetectedFormat? format)
    {
        format = null;
        if (bytes.Length < AdtsHeaderSize)
        {
            return Match.NeedsMore;
        }

        int length = ((bytes[3] & 3) << 11) | (bytes[4] << 3) | (bytes[5] >> 5);
        bool isValid = ((bytes[2] >> 2) & 0x0F) <= 12 && length > AdtsHeaderSize && length + MpegHeader.Size <= ContainerSignatures.Window;
        if (!isValid)
        {
            return Match.No;
        }

        if (bytes.Length < length + MpegHeader.Size)
        {
            return Match.NeedsMore;
        }

        ReadOnlySpan<byte> next = bytes[length..];
        bool isSame = next[0] == 0xFF && next[1] == bytes[1] && next[2] == bytes[2] && (next[3] & 0xF0) == (bytes[3] & 0xF0);
        format = isSame ? new("aac", null, AudioCodec.Aac) : null;
        return isSame ? Match.Yes : Match.No;
    }

    private static Match CheckMpeg(ReadOnlySpan<byte> bytes, out DetectedFormat? format)
    {
        format = null;
        if (bytes.Length < MpegHeader.Size)
        {
            return Match.NeedsMore;
        }

        bool isHeader = MpegHeader.TryRead(bytes, out MpegHeader header);
        int length = header.FrameSize;
        if (!isHeader || length + MpegHeader.Size > ContainerSignatures.Window)
        {
            return Match.No;
        }

        if (bytes.Length < length + MpegHeader.Size)
        {
            return Match.NeedsMore;
        }

        // Sync, version, layer and sampling rate stay the same throughout a stream.
        ReadOnlySpan<byte> next = bytes[length..];
        bool isSame = next[0] == 0xFF && (next[1] & 0xFE) == (bytes[1] & 0xFE) && (next[2] & 0x0C) == (bytes[2] & 0x0C)
            && MpegHeader.TryRead(next, out _);
        if (!isSame)
        {
            return Match.No;
        }

        format = header.Layer == 3 ? new("mp3", null, AudioCodec.Mp3) : new($"mp{header.Layer}");
        return Match.Yes;
    }
}
