using System.Text;

namespace Paraformer.Engine.Text.InverseNormalization;

/// <summary>Words as one text, and where each of them stands in it.</summary>
internal sealed class SourceLine
{
    private readonly int[] _starts;

    private SourceLine(string text, int[] starts, IReadOnlyList<string> words)
    {
        Text = text;
        _starts = starts;
        Words = words;
    }

    public string Text { get; }

    public IReadOnlyList<string> Words { get; }

    /// <summary>Joins words; those of scripts without spaces follow each other directly unless <paramref name="spaced"/>.</summary>
    public static SourceLine Join(IReadOnlyList<string> words, bool spaced)
    {
        var text = new StringBuilder();
        var starts = new int[words.Count];
        for (int i = 0; i < words.Count; i++)
        {
            string word = words[i];
            if (text.Length > 0 && word.Length > 0 && (spaced || (!HasNoSpaces(text[^1]) && !HasNoSpaces(word[0]))))
            {
                text.Append(' ');
            }

            starts[i] = text.Length;
            text.Append(word);
        }

        return new SourceLine(text.ToString(), starts, words);
    }

    public int StartOf(int word) => _starts[word];

    public int EndOf(int word) => _starts[word] + Words[word].Length;

    /// <summary>The word that holds a character or, for a space, the word after it.</summary>
    public int WordAt(int position)
    {
        int found = Array.BinarySearch(_starts, position);
        if (found < 0)
        {
            found = ~found - 1;
            return position < EndOf(found) ? found : found + 1;
        }

        while (Words[found].Length == 0 && found + 1 < _starts.Length)
        {
            found++;
        }

        return found;
    }

    /// <summary>Han, kana and what stands between them; Hangul is written with spaces.</summary>
    private static bool HasNoSpaces(char c) => c is >= '\u2E80' and <= '\u9FFF' or >= '\uF900' and <= '\uFAFF' or >= '\uFF00' and <= '\uFFEF' or >= '\uD800' and <= '\uDFFF';
}
