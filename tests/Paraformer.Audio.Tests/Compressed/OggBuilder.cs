using System.Buffers.Binary;

namespace Paraformer.Audio.Tests.Compressed;

/// <summary>Writes Ogg pages.</summary>
internal static class OggBuilder
{
    private const int PacketsPerPage = 200;

    /// <summary>A first page as it is, then pages with packets of fewer than 255 bytes each.</summary>
    public static byte[] Pages(byte[] firstPage, IEnumerable<byte[]> packets)
    {
        var stream = new List<byte>(firstPage);
        int sequence = 1;
        foreach (byte[][] onPage in packets.Chunk(PacketsPerPage))
        {
            byte[] page = [.. "OggS"u8, 0, 0, .. new byte[8], .. firstPage.AsSpan(14, 4), .. new byte[8], (byte)onPage.Length, .. onPage.Select(static p => (byte)p.Length), .. onPage.SelectMany(static p => p)];
            page.AsSpan(6, 8).Fill(0xFF);
            BinaryPrimitives.WriteInt32LittleEndian(page.AsSpan(18), sequence++);
            BinaryPrimitives.WriteUInt32LittleEndian(page.AsSpan(22), Checksum(page));
            stream.AddRange(page);
        }

        return [.. stream];
    }

    /// <summary>A first page with one packet, of a stream of its own.</summary>
    public static byte[] FirstPage(byte[] packet, int serial)
    {
        byte[] page = [.. "OggS"u8, 0, 2, .. new byte[8], .. BitConverter.GetBytes(serial), .. new byte[8], 1, (byte)packet.Length, .. packet];
        BinaryPrimitives.WriteUInt32LittleEndian(page.AsSpan(22), Checksum(page));
        return page;
    }

    /// <summary>Bit by bit, as RFC 3533 defines it.</summary>
    public static uint Checksum(ReadOnlySpan<byte> page)
    {
        uint crc = 0;
        foreach (byte value in page)
        {
            crc ^= (uint)value << 24;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 0x8000_0000) != 0 ? (crc << 1) ^ 0x04C1_1DB7 : crc << 1;
            }
        }

        return crc;
    }
}
