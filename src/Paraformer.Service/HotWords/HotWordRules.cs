using System.Text;

namespace Paraformer.Service.HotWords;

/// <summary>What the protocol allows in hot-word lists (v2 models) and phrase lists (v1 models).</summary>
public static class HotWordRules
{
    /// <summary>Words that one list may hold.</summary>
    public const int MaxWords = 500;

    /// <summary>Longest text in ASCII alone, in characters; a bound of this service.</summary>
    public const int MaxAsciiLength = 128;

    private const int MaxCharacters = 15;
    private const int MaxPieces = 7;
    private const int MaxPhraseCharacters = 10;
    private const int MaxPhrasePieces = 5;

    /// <summary>The codes that a hot word's <c>lang</c> may have.</summary>
    public static IReadOnlyList<string> Languages { get; } = ["zh", "en", "ja", "yue", "ko", "de", "fr", "ru"];

    /// <summary>Whether a hot word may have this weight.</summary>
    public static bool IsWeight(int weight) => weight is >= 1 and <= 5;

    /// <summary>Whether a phrase may have this weight.</summary>
    public static bool IsPhraseWeight(int weight) => weight is (>= 1 and <= 5) or (>= -6 and <= -1);

    /// <summary>What is wrong with the text of a hot word, as the end of a sentence; null where nothing is.</summary>
    public static string? FindFault(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (FindBadCharacter(text) is { } bad)
        {
            return bad;
        }

        if (Ascii.IsValid(text))
        {
            return FindAsciiFault(text, MaxPieces);
        }

        int length = CountCharacters(text);
        return length > MaxCharacters ? $"has {length} characters; at most {MaxCharacters} are allowed where any is not ASCII" : null;
    }

    /// <summary>What is wrong with the text of a phrase, as the end of a sentence; null where nothing is.</summary>
    public static string? FindPhraseFault(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (FindBadCharacter(text) is { } bad)
        {
            return bad;
        }

        if (text.EnumerateRunes().All(IsHan))
        {
            int length = CountCharacters(text);
            return length > MaxPhraseCharacters ? $"has {length} characters; at most {MaxPhraseCharacters} are allowed in Chinese" : null;
        }

        return FindAsciiFault(text, MaxPhrasePieces);
    }

    private static string? FindAsciiFault(string text, int maxPieces)
    {
        int pieces = text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;
        return pieces > maxPieces ? $"has {pieces} words separated by spaces; at most {maxPieces} are allowed"
            : text.Length > MaxAsciiLength ? $"has {text.Length} characters; at most {MaxAsciiLength} are allowed"
            : null;
    }

    private static string? FindBadCharacter(string text)
    {
        bool hasContent = false;
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (Rune.IsControl(rune) || rune == Rune.ReplacementChar)
            {
                return "holds a character that cannot be written";
            }

            if (Rune.IsLetter(rune) && !IsKnownScript(rune.Value))
            {
                return $"holds U+{rune.Value:X4}, which belongs to none of the languages {string.Join(", ", Languages)}";
            }

            hasContent |= Rune.IsLetterOrDigit(rune);
        }

        return hasContent ? null : "has neither a letter nor a digit";
    }

    private static int CountCharacters(string text) => text.EnumerateRunes().Count();

    private static bool IsHan(Rune rune) => rune.Value is (>= 0x3400 and <= 0x9FFF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x20000 and <= 0x3FFFF) or 0x3007;

    // Latin, Cyrillic, kana, Hangul, Han, and the letter-like, half-width and full-width forms of these.
    private static bool IsKnownScript(int value) =>
        value is <= 0x024F or (>= 0x0400 and <= 0x052F) or (>= 0x1100 and <= 0x11FF) or (>= 0x1E00 and <= 0x1EFF) or (>= 0x2100 and <= 0x214F)
            or (>= 0x3005 and <= 0x30FF) or (>= 0x3130 and <= 0x318F) or (>= 0x31F0 and <= 0x31FF) or (>= 0x3400 and <= 0x9FFF)
            or (>= 0xA960 and <= 0xA97F) or (>= 0xAC00 and <= 0xD7FF) or (>= 0xF900 and <= 0xFAFF) or (>= 0xFF00 and <= 0xFFEF) or (>= 0x20000 and <= 0x3FFFF);
}
