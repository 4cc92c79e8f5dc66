namespace Paraformer.Engine.Tokens;

/// <summary>The characters that icefall's byte-level vocabularies write bytes with.</summary>
internal static class ByteLevel
{
    // First character, last character, byte of the first.
    private static readonly (char First, char Last, byte Byte)[] s_ranges =
    [
        ('\u0100', '\u011F', 0x00), ('\u2047', '\u2047', 0x20), ('\u0021', '\u007E', 0x21), ('\u0120', '\u0131', 0x7F), ('\u0134', '\u013E', 0x91),
        ('\u0141', '\u0148', 0x9C), ('\u014A', '\u017E', 0xA4), ('\u0180', '\u01A6', 0xD9),
    ];

    /// <summary>The byte of a character.</summary>
    public static bool TryMap(char c, out byte value)
    {
        foreach ((char first, char last, byte begin) in s_ranges)
        {
            if (c >= first && c <= last)
            {
                value = (byte)(begin + (c - first));
                return true;
            }
        }

        value = 0;
        return false;
    }

    /// <summary>The character of a byte.</summary>
    public static char CharacterOf(byte value)
    {
        foreach ((char first, char last, byte begin) in s_ranges)
        {
            if (value >= begin && value <= begin + (last - first))
            {
                return (char)(first + (value - begin));
            }
        }

        throw new ArgumentOutOfRangeException(nameof(value));
    }
}
