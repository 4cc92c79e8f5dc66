using System.Buffers.Binary;
using Paraformer.Audio.Compressed;

namespace Paraformer.Fuzz;

/// <summary>Makes the checksums of changed Ogg pages right, so that what lies behind the check is tried, too.</summary>
internal static class OggRepair
{
    private const int ChecksumOffset = 22;

    public static void Apply(Span<byte> bytes)
    {
        while (bytes.Length >= OggPageHeader.FixedSize)
        {
            int start = bytes.IndexOf("OggS\0"u8);
            if (start < 0 || bytes.Length - start < OggPageHeader.FixedSize)
            {
                return;
            }

            bytes = bytes[start..];
            int headerSize = OggPageHeader.FixedSize + bytes[OggPageHeader.FixedSize - 1];
            int size = headerSize;
            for (int i = OggPageHeader.FixedSize; i < Math.Min(headerSize, bytes.Length); i++)
            {
                size += bytes[i];
            }

            if (size > bytes.Length)
            {
                return;
            }

            uint checksum = OggCrc.Update(OggPageHeader.ChecksumOf(bytes[..headerSize]), bytes[headerSize..size]);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[ChecksumOffset..], checksum);
            bytes = bytes[size..];
        }
    }
}
