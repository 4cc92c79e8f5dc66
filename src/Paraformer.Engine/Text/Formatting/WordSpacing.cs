using System.Text;

namespace Paraformer.Engine.Text;

/// <summary>Where words are written apart.</summary>
internal static class WordSpacing
{
    /// <summary>Whether a space goes between two pieces of text: not beside Chinese or Japanese characters and their marks.</summary>
    public static bool IsNeeded(ReadOnlySpan<char> before, ReadOnlySpan<char> after) =>
        !before.IsEmpty && !after.IsEmpty && !IsUnspaced(before[^1]) && !IsUnspaced(after[0]);

    /// <summary>Appends a piece with its mark, and a space before it where one is needed.</summary>
    public static void Append(StringBuilder text, string piece, string punctuation)
    {
        if (text.Length > 0 && piece.Length > 0 && !IsUnspaced(text[^1]) && !IsUnspaced(piece[0]))
        {
            text.Append(' ');
        }

        text.Append(piece).Append(punctuation);
    }

    /// <summary>Chinese and Japanese characters and their marks; not Hangul, which is written with spaces.</summary>
    public static bool IsUnspaced(char c) =>
        c is (>= '\u2E80' and <= '\u30FF') or (>= '\u31C0' and <= '\u9FFF') or (>= '\uD840' and <= '\uD8BF')
            or (>= '\uDC00' and <= '\uDFFF') or (>= '\uF900' and <= '\uFAFF') or (>= '\uFE30' and <= '\uFE4F') or (>= '\uFF00' and <= '\uFFEF');
}
