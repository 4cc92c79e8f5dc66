using System.Buffers;
using System.Text;

namespace Paraformer.Engine.Text;

/// <summary>The units the network sees, and where each word's last one is. Not thread-safe; one per call.</summary>
internal sealed class PunctuationUnits
{
    private static readonly SearchValues<char> s_wordBreaks = SearchValues.Create("-–—");
    private readonly List<string> _units = [];
    private readonly List<int> _ends = [];

    /// <summary>Lower-case units, digits as <c>0</c>.</summary>
    public IReadOnlyList<string> Units => _units;

    /// <summary>Index of the last unit of a word; -1 if nothing of it is said.</summary>
    public int LastOf(int word) => _ends[word] == FirstOf(word) ? -1 : _ends[word] - 1;

    /// <summary>Index of the first unit of a word.</summary>
    public int FirstOf(int word) => word == 0 ? 0 : _ends[word - 1];

    /// <summary>Units of a language written with spaces: words, divided at hyphens.</summary>
    public static PunctuationUnits OfWords(IReadOnlyList<string> words)
    {
        var units = new PunctuationUnits();
        foreach (string word in words)
        {
            ReadOnlySpan<char> rest = word;
            while (!rest.IsEmpty)
            {
                int end = rest.IndexOfAny(s_wordBreaks);
                units.AddWord(end < 0 ? rest : rest[..end]);
                rest = end < 0 ? [] : rest[(end + 1)..];
            }

            units._ends.Add(units._units.Count);
        }

        return units;
    }

    /// <summary>Units of a language written without spaces: characters, foreign words and numbers.</summary>
    public static PunctuationUnits OfCharacters(IReadOnlyList<string> words)
    {
        var units = new PunctuationUnits();
        foreach (string word in words)
        {
            units.AddCharacters(word);
            units._ends.Add(units._units.Count);
        }

        return units;
    }

    private static string Shape(ReadOnlySpan<char> text)
    {
        string lower = text.ToString().ToLowerInvariant().Replace('’', '\'');
        return lower.AsSpan().ContainsAnyInRange('0', '9') ? string.Create(lower.Length, lower, static (span, source) =>
        {
            for (int i = 0; i < span.Length; i++)
            {
                span[i] = char.IsAsciiDigit(source[i]) ? '0' : source[i];
            }
        }) : lower;
    }

    private void AddWord(ReadOnlySpan<char> part)
    {
        while (!part.IsEmpty && !char.IsLetterOrDigit(part[0]))
        {
            part = part[1..];
        }

        while (!part.IsEmpty && !char.IsLetterOrDigit(part[^1]))
        {
            part = part[..^1];
        }

        if (!part.IsEmpty)
        {
            _units.Add(Shape(part));
        }
    }

    private void AddCharacters(string word)
    {
        int index = 0;
        while (index < word.Length)
        {
            int start = index;
            if (!Rune.TryGetRuneAt(word, index, out Rune rune))
            {
                index++;
                continue;
            }

            index += rune.Utf16SequenceLength;
            if (IsForeignLetter(rune.Value))
            {
                while (index < word.Length && (IsForeignLetter(word[index]) || IsInnerApostrophe(word, index)))
                {
                    index++;
                }
            }
            else if (char.IsAsciiDigit(word[start]))
            {
                while (index < word.Length && (char.IsAsciiDigit(word[index]) || (word[index] == '.' && index + 1 < word.Length && char.IsAsciiDigit(word[index + 1]))))
                {
                    index++;
                }
            }
            else if (!Rune.IsLetterOrDigit(rune) && rune.Value is not ('々' or 'ー' or '〇' or '%'))
            {
                continue;
            }

            _units.Add(Shape(word.AsSpan(start, index - start)));
        }
    }

    private static bool IsForeignLetter(int c) => c is (>= 'A' and <= 'Z') or (>= 'a' and <= 'z') or (>= 'À' and <= 'ÿ') or (>= 'А' and <= 'я');

    private static bool IsInnerApostrophe(string word, int index) =>
        word[index] is '\'' or '’' && index + 1 < word.Length && char.IsAsciiLetter(word[index + 1]);
}
