namespace Paraformer.Audio.Compressed;

/// <summary>ID3v2 tags, which may stand before frames (id3.org, id3v2.4.0-structure, section 3.1).</summary>
internal static class Id3Tag
{
    public const int HeaderSize = 10;

    /// <summary>Reads a tag's header.</summary>
    /// <param name="bytes">At least <see cref="HeaderSize"/>, or there is none.</param>
    /// <param name="size">The whole tag's size.</param>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out long size)
    {
        size = 0;
        if (bytes.Length < HeaderSize || !bytes.StartsWith("ID3"u8) || bytes[3] is < 2 or > 4 || bytes[4] == 0xFF || (bytes[5] & 0x0F) != 0
            || (bytes[6] | bytes[7] | bytes[8] | bytes[9]) >= 0x80)
        {
            return false;
        }

        int body = (bytes[6] << 21) | (bytes[7] << 14) | (bytes[8] << 7) | bytes[9];
        bool hasFooter = (bytes[5] & 0x10) != 0;
        size = HeaderSize + body + (hasFooter ? HeaderSize : 0);
        return true;
    }
}
