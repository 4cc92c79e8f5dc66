namespace Paraformer.Audio.Compressed;

/// <summary>The checksum of Ogg pages: CRC-32 with polynomial 0x04C11DB7, not reflected, from 0 (RFC 3533, section 6).</summary>
internal static class OggCrc
{
    private const uint Polynomial = 0x04C11DB7;

    private static readonly uint[] Table = MakeTable();

    /// <summary>Goes on with a checksum over more bytes.</summary>
    public static uint Update(uint crc, ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes)
        {
            crc = (crc << 8) ^ Table[(crc >> 24) ^ value];
        }

        return crc;
    }

    private static uint[] MakeTable()
    {
        var table = new uint[256];
        for (uint i = 0; i < table.Length; i++)
        {
            uint crc = i << 24;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc << 1) ^ ((crc & 0x8000_0000) != 0 ? Polynomial : 0);
            }

            table[i] = crc;
        }

        return table;
    }
}
