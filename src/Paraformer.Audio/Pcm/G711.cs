namespace Paraformer.Audio.Pcm;

/// <summary>The two companded telephone encodings, ITU-T G.711: 8 bits expand to 16-bit linear, full scale 1.</summary>
internal static class G711
{
    public static readonly float[] ALaw = BuildTable(ExpandALaw);
    public static readonly float[] MuLaw = BuildTable(ExpandMuLaw);

    private static float[] BuildTable(Func<int, int> expand)
    {
        var table = new float[256];
        for (int code = 0; code < table.Length; code++)
        {
            table[code] = SampleScale.FromInt16((short)expand(code));
        }

        return table;
    }

    private static int ExpandALaw(int code)
    {
        code ^= 0x55;
        int segment = (code >> 4) & 7;
        int magnitude = ((code & 0x0F) << 4) + 8;
        if (segment > 0)
        {
            magnitude = (magnitude + 0x100) << (segment - 1);
        }

        return (code & 0x80) != 0 ? magnitude : -magnitude;
    }

    private static int ExpandMuLaw(int code)
    {
        const int bias = 0x84;
        code = ~code & 0xFF;
        int magnitude = ((((code & 0x0F) << 3) + bias) << ((code >> 4) & 7)) - bias;
        return (code & 0x80) != 0 ? -magnitude : magnitude;
    }
}
