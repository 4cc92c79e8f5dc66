using System.Globalization;
using System.Text;

namespace Paraformer.Cli.Output;

/// <summary>How many terminal columns text takes: two for East Asian wide and full-width characters, none for combining ones.</summary>
internal static class DisplayWidth
{
    // Wide and full-width blocks of Unicode's East Asian Width property, neighbouring blocks merged.
    private static readonly (int First, int Last)[] Wide =
    [
        (0x1100, 0x115F), (0x231A, 0x231B), (0x2329, 0x232A), (0x23E9, 0x23EC), (0x23F0, 0x23F0), (0x23F3, 0x23F3),
        (0x2614, 0x2615), (0x26A1, 0x26A1), (0x26BD, 0x26BE), (0x2705, 0x2705), (0x274C, 0x274C), (0x2753, 0x2755),
        (0x2E80, 0x303E), (0x3041, 0x4DBF), (0x4E00, 0xA4CF), (0xA960, 0xA97F), (0xAC00, 0xD7A3), (0xF900, 0xFAFF),
        (0xFE10, 0xFE19), (0xFE30, 0xFE6F), (0xFF01, 0xFF60), (0xFFE0, 0xFFE6), (0x17000, 0x18CFF), (0x1B000, 0x1B2FF),
        (0x1F300, 0x1F64F), (0x1F680, 0x1F6FF), (0x1F900, 0x1FAFF), (0x20000, 0x3FFFD),
    ];

    /// <summary>Columns of a text without control characters.</summary>
    public static int Of(string text)
    {
        int width = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            width += Of(rune);
        }

        return width;
    }

    /// <summary>The text, or its end behind an ellipsis where it takes more than <paramref name="columns"/>: the newest words stay in sight.</summary>
    public static string KeepEnd(string text, int columns)
    {
        if (Of(text) <= columns)
        {
            return text;
        }

        int room = columns - 1;
        int start = text.Length;
        while (start > 0)
        {
            int length = start > 1 && char.IsLowSurrogate(text[start - 1]) && char.IsHighSurrogate(text[start - 2]) ? 2 : 1;
            int width = Rune.TryGetRuneAt(text, start - length, out Rune rune) ? Of(rune) : 1;
            if (width > room)
            {
                break;
            }

            room -= width;
            start -= length;
        }

        return columns > 0 ? "…" + text[start..] : "";
    }

    private static int Of(Rune rune)
    {
        switch (Rune.GetUnicodeCategory(rune))
        {
            case UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format or UnicodeCategory.Control:
                return 0;
        }

        int value = rune.Value;
        if (value < Wide[0].First)
        {
            return 1;
        }

        int low = 0;
        int high = Wide.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            if (value < Wide[middle].First)
            {
                high = middle - 1;
            }
            else if (value > Wide[middle].Last)
            {
                low = middle + 1;
            }
            else
            {
                return 2;
            }
        }

        return 1;
    }
}
