namespace Paraformer.Audio.Compressed;

/// <summary>A frame header of MPEG audio (ISO/IEC 11172-3, 13818-3 and the 2.5 extension).</summary>
internal readonly record struct MpegHeader
{
    public const int Size = 4;

    private static ReadOnlySpan<short> KilobitsV1L1 => [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448];

    private static ReadOnlySpan<short> KilobitsV1L2 => [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384];

    private static ReadOnlySpan<short> KilobitsV1L3 => [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];

    private static ReadOnlySpan<short> KilobitsV2L1 => [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256];

    private static ReadOnlySpan<short> KilobitsV2L23 => [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];

    /// <summary>1 to 3.</summary>
    public int Layer { get; private init; }

    public int SampleRate { get; private init; }

    public int Channels { get; private init; }

    /// <summary>Bytes of the whole frame.</summary>
    public int FrameSize { get; private init; }

    public bool HasCrc { get; private init; }

    /// <summary>Whether it is MPEG-1, not 2 or 2.5.</summary>
    public bool IsVersion1 { get; private init; }

    public int SamplesPerFrame => Layer == 1 ? 384 : Layer == 3 && !IsVersion1 ? 576 : 1152;

    /// <summary>Bytes between the header and a layer III frame's data.</summary>
    public int SideInfoSize => (IsVersion1, Channels) switch
    {
        (true, 1) => 17,
        (true, _) => 32,
        (false, 1) => 9,
        _ => 17,
    };

    /// <summary>Reads a header; false where there is none, and for the free format, whose frames do not tell their size.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out MpegHeader header)
    {
        header = default;
        if (bytes.Length < Size || bytes[0] != 0xFF || (bytes[1] & 0xE0) != 0xE0)
        {
            return false;
        }

        int version = (bytes[1] >> 3) & 3;
        int layer = 4 - ((bytes[1] >> 1) & 3);
        int bitrateIndex = bytes[2] >> 4;
        int rateIndex = (bytes[2] >> 2) & 3;
        if (version == 1 || layer == 4 || bitrateIndex is 0 or 15 || rateIndex == 3)
        {
            return false;
        }

        bool isVersion1 = version == 3;
        ReadOnlySpan<int> rates = [44100, 48000, 32000];
        int sampleRate = rates[rateIndex] >> (isVersion1 ? 0 : version == 2 ? 1 : 2);
        int bitrate = Kilobits(isVersion1, layer)[bitrateIndex] * 1000;
        int padding = (bytes[2] >> 1) & 1;
        header = new MpegHeader
        {
            Layer = layer,
            SampleRate = sampleRate,
            Channels = bytes[3] >> 6 == 3 ? 1 : 2,
            HasCrc = (bytes[1] & 1) == 0,
            IsVersion1 = isVersion1,
            FrameSize = layer switch
            {
                1 => ((12 * bitrate / sampleRate) + padding) * 4,
                3 when !isVersion1 => (72 * bitrate / sampleRate) + padding,
                _ => (144 * bitrate / sampleRate) + padding,
            },
        };
        return true;
    }

    /// <summary>Layer and sampling rate stay the same throughout a stream.</summary>
    public bool IsSameStream(MpegHeader other) => Layer == other.Layer && SampleRate == other.SampleRate;

    private static ReadOnlySpan<short> Kilobits(bool isVersion1, int layer) => (isVersion1, layer) switch
    {
        (true, 1) => KilobitsV1L1,
        (true, 2) => KilobitsV1L2,
        (true, _) => KilobitsV1L3,
        (false, 1) => KilobitsV2L1,
        (false, _) => KilobitsV2L23,
    };
}
