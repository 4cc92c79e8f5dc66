namespace Paraformer.Audio.Probing;

/// <summary>
/// Recognises MPEG audio and ADTS AAC streams, which have no signature but a sync word in each frame. A sync word alone
/// is common in PCM, so a second frame must follow where the first one says that it ends, with the same fixed fields.
/// Source of the fields: ISO/IEC 11172-3 and 13818-3 (MPEG audio), 13818-7 (ADTS).
/// </summary>
internal static class FrameSync
{
    private const int MpegHeaderSize = 4;
    private const int AdtsHeaderSize = 7;

    private static ReadOnlySpan<short> KilobitsV1L1 => [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448];

    private static ReadOnlySpan<short> KilobitsV1L2 => [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384];

    private static ReadOnlySpan<short> KilobitsV1L3 => [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];

    private static ReadOnlySpan<short> KilobitsV2L1 => [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256];

    private static ReadOnlySpan<short> KilobitsV2L23 => [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];

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
        bool isValid = ((bytes[2] >> 2) & 0x0F) <= 12 && length > AdtsHeaderSize && length + MpegHeaderSize <= ContainerSignatures.Window;
        if (!isValid)
        {
            return Match.No;
        }

        if (bytes.Length < length + MpegHeaderSize)
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
        if (bytes.Length < MpegHeaderSize)
        {
            return Match.NeedsMore;
        }

        int length = MpegFrameLength(bytes, out int layer);
        if (length < MpegHeaderSize || length + MpegHeaderSize > ContainerSignatures.Window)
        {
            return Match.No;
        }

        if (bytes.Length < length + MpegHeaderSize)
        {
            return Match.NeedsMore;
        }

        // Sync, version, layer and sampling rate stay the same throughout a stream.
        ReadOnlySpan<byte> next = bytes[length..];
        bool isSame = next[0] == 0xFF && (next[1] & 0xFE) == (bytes[1] & 0xFE) && (next[2] & 0x0C) == (bytes[2] & 0x0C)
            && MpegFrameLength(next, out _) >= MpegHeaderSize;
        if (!isSame)
        {
            return Match.No;
        }

        format = layer == 3 ? new("mp3", null, AudioCodec.Mp3) : new($"mp{layer}");
        return Match.Yes;
    }

    private static int MpegFrameLength(ReadOnlySpan<byte> header, out int layer)
    {
        int version = (header[1] >> 3) & 3;
        layer = 4 - ((header[1] >> 1) & 3);
        int bitrateIndex = header[2] >> 4;
        int rateIndex = (header[2] >> 2) & 3;
        if (version == 1 || layer == 4 || bitrateIndex is 0 or 15 || rateIndex == 3)
        {
            return 0;
        }

        bool isVersion1 = version == 3;
        ReadOnlySpan<short> kilobits = (isVersion1, layer) switch
        {
            (true, 1) => KilobitsV1L1,
            (true, 2) => KilobitsV1L2,
            (true, _) => KilobitsV1L3,
            (false, 1) => KilobitsV2L1,
            (false, _) => KilobitsV2L23,
        };
        ReadOnlySpan<int> rates = [44100, 48000, 32000];
        int sampleRate = rates[rateIndex] >> (isVersion1 ? 0 : version == 2 ? 1 : 2);
        int bitrate = kilobits[bitrateIndex] * 1000;
        int padding = (header[2] >> 1) & 1;
        return layer switch
        {
            1 => ((12 * bitrate / sampleRate) + padding) * 4,
            3 when !isVersion1 => (72 * bitrate / sampleRate) + padding,
            _ => (144 * bitrate / sampleRate) + padding,
        };
    }
}
