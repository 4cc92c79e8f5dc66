using System.Buffers.Binary;

namespace Paraformer.Audio.Compressed;

/// <summary>The header of an Ogg page (RFC 3533, section 6).</summary>
/// <param name="IsContinued">Whether the page begins in the middle of a packet.</param>
/// <param name="IsFirst">Whether it begins a logical stream.</param>
/// <param name="IsLast">Whether it ends one.</param>
/// <param name="Granule">The position, in samples, behind the last packet that ends on the page; -1 where none does.</param>
/// <param name="Serial">The logical stream's number.</param>
/// <param name="Checksum">Over the page with this field zero.</param>
internal readonly record struct OggPageHeader(bool IsContinued, bool IsFirst, bool IsLast, long Granule, uint Serial, uint Checksum)
{
    public const int FixedSize = 27;

    private const int ChecksumOffset = 22;

    private static ReadOnlySpan<byte> Magic => "OggS\0"u8;

    /// <summary>Whether the bytes begin like a page, as far as they go.</summary>
    public static bool MayBegin(ReadOnlySpan<byte> bytes)
    {
        int length = Math.Min(bytes.Length, Magic.Length);
        return bytes[..length].SequenceEqual(Magic[..length]);
    }

    /// <summary>Reads the fixed part.</summary>
    /// <param name="bytes">At least <see cref="FixedSize"/> that <see cref="MayBegin"/> a page.</param>
    public static OggPageHeader Read(ReadOnlySpan<byte> bytes) => new(
        (bytes[5] & 1) != 0,
        (bytes[5] & 2) != 0,
        (bytes[5] & 4) != 0,
        BinaryPrimitives.ReadInt64LittleEndian(bytes[6..]),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[14..]),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[ChecksumOffset..]));

    /// <summary>The checksum of a whole header, to be gone on with over the page's body.</summary>
    public static uint ChecksumOf(ReadOnlySpan<byte> header)
    {
        ReadOnlySpan<byte> zero = [0, 0, 0, 0];
        uint crc = OggCrc.Update(0, header[..ChecksumOffset]);
        crc = OggCrc.Update(crc, zero);
        return OggCrc.Update(crc, header[(ChecksumOffset + zero.Length)..]);
    }
}
