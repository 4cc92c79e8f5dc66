using Paraformer.Audio.Compressed;

namespace Paraformer.Audio.Probing;

/// <summary>
/// Recognises an Ogg stream and what the first packets of the streams in it say they hold (RFC 3533): of several side by
/// side, the one that can be stated.
/// </summary>
internal static class OggPage
{
    private const int MarkSize = 5;
    private const int LongestName = 8;

    public static Match Check(ReadOnlySpan<byte> bytes, bool isFinal, out DetectedFormat? format)
    {
        format = null;
        if (!OggPageHeader.MayBegin(bytes))
        {
            return Match.No;
        }

        if (bytes.Length < MarkSize)
        {
            return Match.NeedsMore;
        }

        // First pages come before all others.
        format = new("ogg");
        while (OggPageHeader.MayBegin(bytes))
        {
            int packetAt = bytes.Length < OggPageHeader.FixedSize ? int.MaxValue : OggPageHeader.FixedSize + bytes[OggPageHeader.FixedSize - 1];
            if (bytes.Length < packetAt)
            {
                return isFinal ? Match.Yes : Match.NeedsMore;
            }

            if (!OggPageHeader.Read(bytes).IsFirst)
            {
                return Match.Yes;
            }

            int size = packetAt;
            foreach (byte segment in bytes[OggPageHeader.FixedSize..packetAt])
            {
                size += segment;
            }

            // What lies behind the page is not its packet's, however it looks.
            int named = Math.Min(size, packetAt + LongestName);
            if (bytes.Length < named && !isFinal)
            {
                return Match.NeedsMore;
            }

            if (Identify(bytes[packetAt..Math.Min(bytes.Length, named)]) is { } found && (found.Codec is not null || format.Encoding is null))
            {
                format = found;
            }

            if (format.Codec is not null || bytes.Length <= size)
            {
                return format.Codec is not null || isFinal ? Match.Yes : Match.NeedsMore;
            }

            bytes = bytes[size..];
        }

        return Match.Yes;
    }

    private static DetectedFormat? Identify(ReadOnlySpan<byte> packet)
    {
        if (packet.StartsWith("OpusHead"u8))
        {
            return new("ogg", "opus", AudioCodec.Opus);
        }

        if (packet.StartsWith("Speex   "u8))
        {
            return new("ogg", "speex", AudioCodec.Speex);
        }

        if (packet.StartsWith("\u0001vorbis"u8))
        {
            return new("ogg", "vorbis");
        }

        return packet.StartsWith("\u007FFLAC"u8) ? new("ogg", "flac") : null;
    }
}
