using System.Runtime.InteropServices;

namespace Paraformer.Server.WebSockets;

/// <summary>The masking of RFC 6455, section 5.3.</summary>
internal static class Masking
{
    /// <summary>Unmasks bytes in place.</summary>
    /// <param name="bytes">A piece of a frame's payload.</param>
    /// <param name="mask">The frame's key as a little-endian number.</param>
    /// <returns>The key for the piece that follows.</returns>
    public static uint Apply(Span<byte> bytes, uint mask)
    {
        ulong wide = ((ulong)mask << 32) | mask;
        Span<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        for (int i = 0; i < words.Length; i++)
        {
            words[i] ^= wide;
        }

        Span<byte> rest = bytes[(words.Length * sizeof(ulong))..];
        for (int i = 0; i < rest.Length; i++)
        {
            rest[i] ^= (byte)(mask >> (8 * (i & 3)));
        }

        int shift = 8 * (rest.Length & 3);
        return shift == 0 ? mask : (mask >> shift) | (mask << (32 - shift));
    }
}
