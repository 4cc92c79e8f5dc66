using System.Buffers;
using System.Text;

namespace Paraformer.Engine.Text;

/// <summary>The units the network sees of a list of words, and where each word's last one is. Not thread-safe.</summary>
internal sealed class PunctuationUnits
{
    private static readonly SearchValues<char> s_wordBreaks = SearchValues.Create("-–—");
    private readonly List<string> _words = [];
    private readonly List<string> _units = [];
    private readonly List<int> _ends = [];

    /// <summary>Lower-case units, digits as <c>0</c>.</summary>
    public IReadOnlyList<string> Units => _units;

    /// <summary>Index of the last unit of a word; -1 if nothing of it is said.</summary>
    public int LastOf(int word) => _ends[word] == FirstOf(word) ? -1 : _ends[word] - 1;

    /// <summary>Index of the first unit of a word.</summary>
    public int FirstOf(int word) => word == 0 ? 0 : _ends[word - 1];

    /// <summary>Takes other words.</summary>
    /// <param name="words">The words.</param>
    /// <param name="byCharacter">Whether units are characters, foreign words and numbers instead of words divided at hyphens.</param>
    /// <returns>Number of units in front that are as before.</returns>
    public int Set(IReadOnlyList<string> words, bool byCharacter)
    {
        int same = 0;
        while (same < words.Count && same < _words.Count && words[same] == _words[same])
        {
            same++;
        }

        int units = same == 0 ? 0 : _ends[same - 1];
        _words.RemoveRange(same, _words.Count - same);
        _ends.RemoveRange(same, _ends.Count - same);
        _units.RemoveRange(units, _units.Count - units);
        for (int i = same; i < words.Count; i++)
        {
            _words.Add(words[i]);
            Add(words[i], byCharacter);
            _ends.Add(_units.Count);
        }

        return units;
    }

    /// <summary>Forgets the words.</summary>
    public void Clear()
    {
        _words.Clear();
        _units.Clear();
        _ends.Clear();
    }

    private void Add(string word, bool byCharacter)
    {
        if (byCharacter)
        {
            AddCharacters(word);
            return;
        }

        ReadOnlySpan<char> rest = word;
        while (!rest.IsEmpty)
        {
            int end = rest.IndexOfAny(s_wordBreaks);
            AddWord(end < 0 ? rest : rest[..end]);
            rest = end < 0 ? [] : rest[(end + 1)..];
        }
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
