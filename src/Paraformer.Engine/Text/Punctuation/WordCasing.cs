using System.Collections.Frozen;

namespace Paraformer.Engine.Text;

/// <summary>Writes words with the casing that the network chose.</summary>
internal static class WordCasing
{
    private static readonly FrozenDictionary<string, string> s_mixed = new[]
    {
        "iPhone", "iPad", "iOS", "macOS", "MacBook", "YouTube", "GitHub", "JavaScript", "TypeScript", "LinkedIn", "PayPal", "WhatsApp", "OpenAI", "ChatGPT", "PowerPoint", "eBay",
    }.ToFrozenDictionary(word => word.ToLowerInvariant());

    /// <summary>Whether the word has a capital letter already.</summary>
    public static bool IsCased(string word) => word.Any(char.IsUpper);

    /// <summary>The English pronoun, alone or contracted.</summary>
    public static bool IsPronoun(string word) => word is "i" or ['i', '\'' or '’', ..];

    /// <summary>Casing that needs no context: the English pronoun and names written with inner capitals. Null for any other word.</summary>
    public static string? Fixed(string word, string language) =>
        language == "en" && IsPronoun(word) ? string.Concat("I", word.AsSpan(1)) : s_mixed.GetValueOrDefault(word);

    /// <summary>The word with a capital first letter.</summary>
    public static string Capital(string word)
    {
        int letter = 0;
        while (letter < word.Length && !char.IsLetter(word[letter]))
        {
            letter++;
        }

        return letter == word.Length ? word : string.Concat(word.AsSpan(0, letter), char.ToUpperInvariant(word[letter]).ToString(), word.AsSpan(letter + 1));
    }

    /// <summary>The word in capitals, but for an ending after an apostrophe.</summary>
    public static string Upper(string word)
    {
        int apostrophe = word.AsSpan().IndexOfAny('\'', '’');
        return apostrophe < 0 ? word.ToUpperInvariant() : string.Concat(word[..apostrophe].ToUpperInvariant(), word.AsSpan(apostrophe));
    }
}
