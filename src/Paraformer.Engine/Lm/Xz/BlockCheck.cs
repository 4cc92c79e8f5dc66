using System.Buffers.Binary;

namespace Paraformer.Engine.Lm.Xz;

/// <summary>An .xz block's integrity check: none (0), CRC-32 (1) or CRC-64 (4).</summary>
internal sealed class BlockCheck(byte type)
{
    private static readonly ulong[] s_table64 = MakeTable();
    private ulong _value;

    /// <summary>Bytes of the stored check.</summary>
    public int Size => type switch { 1 => 4, 4 => 8, _ => 0 };

    public void Start() => _value = ulong.MaxValue;

    public void Add(ReadOnlySpan<byte> data)
    {
        if (type == 1)
        {
            _value = Crc32.Update((uint)_value, data);
        }
        else if (type == 4)
        {
            ulong value = _value;
            foreach (byte b in data)
            {
                value = s_table64[(byte)value ^ b] ^ (value >> 8);
            }

            _value = value;
        }
    }

    /// <exception cref="InvalidDataException">The data are not what was stored.</exception>
    public void Verify(ReadOnlySpan<byte> stored)
    {
        bool same = type switch
        {
            1 => BinaryPrimitives.ReadUInt32LittleEndian(stored) == ~(uint)_value,
            4 => BinaryPrimitives.ReadUInt64LittleEndian(stored) == ~_value,
            _ => true,
        };
        if (!same)
        {
            throw new InvalidDataException("the .xz data do not match their check sum");
        }
    }

    // ECMA-182, reflected.
    private static ulong[] MakeTable()
    {
        var table = new ulong[256];
        for (uint i = 0; i < 256; i++)
        {
            ulong value = i;
            for (int k = 0; k < 8; k++)
            {
                value = (value & 1) != 0 ? (value >> 1) ^ 0xC96C5795D7870F42 : value >> 1;
            }

            table[i] = value;
        }

        return table;
    }
}

/// <summary>CRC-32 of IEEE 802.3.</summary>
internal static class Crc32
{
    private static readonly uint[] s_table = MakeTable();

    public static uint Compute(ReadOnlySpan<byte> data) => ~Update(uint.MaxValue, data);

    public static uint Update(uint value, ReadOnlySpan<byte> data)
    {
        foreach (byte b in data)
        {
            value = s_table[(byte)value ^ b] ^ (value >> 8);
        }

        return value;
    }

    private static uint[] MakeTable()
    {
        var table = new uint[256];
        for (uint i = 0; i < 256; i++)
        {
            uint value = i;
            for (int k = 0; k < 8; k++)
            {
                value = (value & 1) != 0 ? (value >> 1) ^ 0xEDB88320 : value >> 1;
            }

            table[i] = value;
        }

        return table;
    }
}
