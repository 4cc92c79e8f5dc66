using System.Buffers.Binary;
using System.Text;

namespace Paraformer.Engine.Text;

/// <summary>
/// A hashed vocabulary without its words: a key may lie in one of two slots, and a slot keeps 16 bits of its owner's hash, so that a key never seen in
/// training is told from those that were. Hashes are FNV-1a over UTF-8; eng/training/punctuation/features.py makes the tables.
/// </summary>
internal sealed class FingerprintTable
{
    private const uint OffsetBasis = 0x811C9DC5;
    private const uint Prime = 0x01000193;
    private const int StackBytes = 256;

    private readonly ushort[] _fingerprints;

    private FingerprintTable(ushort[] fingerprints)
    {
        _fingerprints = fingerprints;
    }

    /// <summary>Number of rows that keys have: the slots, and row 0 for what is unknown. The row after them stands for no unit at all.</summary>
    public int Rows => _fingerprints.Length + 1;

    /// <summary>Reads one table: the number of slots as a 32-bit integer, then 16 bits a slot, all little-endian.</summary>
    /// <exception cref="EndOfStreamException">The data ends early.</exception>
    public static FingerprintTable Read(Stream stream)
    {
        Span<byte> header = stackalloc byte[sizeof(int)];
        stream.ReadExactly(header);
        byte[] data = new byte[BinaryPrimitives.ReadInt32LittleEndian(header) * sizeof(ushort)];
        stream.ReadExactly(data);
        var fingerprints = new ushort[data.Length / sizeof(ushort)];
        for (int i = 0; i < fingerprints.Length; i++)
        {
            fingerprints[i] = BinaryPrimitives.ReadUInt16LittleEndian(data.AsSpan(i * sizeof(ushort)));
        }

        return new FingerprintTable(fingerprints);
    }

    /// <summary>Row of a key in the embedding; 0 when it is unknown.</summary>
    public int Row(ReadOnlySpan<char> key)
    {
        int size = Encoding.UTF8.GetMaxByteCount(key.Length);
        Span<byte> bytes = size <= StackBytes ? stackalloc byte[StackBytes] : new byte[size];
        uint first = OffsetBasis;
        foreach (byte value in bytes[..Encoding.UTF8.GetBytes(key, bytes)])
        {
            first = (first ^ value) * Prime;
        }

        uint second = (first ^ 0xFF) * Prime;
        uint third = (second ^ 0xFE) * Prime;
        ushort fingerprint = (ushort)(third >> 16);
        fingerprint = fingerprint == 0 ? (ushort)1 : fingerprint;
        int slot = (int)(first % (uint)_fingerprints.Length);
        if (_fingerprints[slot] != fingerprint)
        {
            slot = (int)(second % (uint)_fingerprints.Length);
            if (_fingerprints[slot] != fingerprint)
            {
                return 0;
            }
        }

        return slot + 1;
    }
}
