namespace Paraformer.Audio.Probing;

/// <summary>Recognises an Ogg stream and what its first packet says it holds (RFC 3533).</summary>
internal static class OggPage
{
    private const int FixedHeaderSize = 27;
    private const int LongestMark = 8;

    public static Match Check(ReadOnlySpan<byte> bytes, bool isFinal, out DetectedFormat? format)
    {
        format = null;
        ReadOnlySpan<byte> start = "OggS\0"u8;
        int length = Math.Min(bytes.Length, start.Length);
        if (!bytes[..length].SequenceEqual(start[..length]))
        {
            return Match.No;
        }

        if (length < start.Length)
        {
            return Match.NeedsMore;
        }

        int packetAt = bytes.Length < FixedHeaderSize ? FixedHeaderSize : FixedHeaderSize + bytes[FixedHeaderSize - 1];
        if (bytes.Length < packetAt + LongestMark && !isFinal)
        {
            return Match.NeedsMore;
        }

        format = Identify(bytes.Length > packetAt ? bytes[packetAt..] : default);
        return Match.Yes;
    }

    private static DetectedFormat Identify(ReadOnlySpan<byte> packet)
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

        return packet.StartsWith("\u007FFLAC"u8) ? new("ogg", "flac") : new("ogg");
    }
}
