using System.Text;

namespace Paraformer.Engine.Pipeline;

/// <summary>Writes words one after the other as their scripts do: Chinese and Japanese without spaces, all others with.</summary>
internal static class WordJoiner
{
    /// <summary>Joins the words' texts.</summary>
    public static string Join(IEnumerable<RecognizedWord> words)
    {
        var text = new StringBuilder();
        foreach (RecognizedWord word in words)
        {
            if (NeedsSpace(text, word.Text))
            {
                text.Append(' ');
            }

            text.Append(word.Text);
        }

        return text.ToString();
    }

    private static bool NeedsSpace(StringBuilder before, string after) =>
        before.Length > 0 && after.Length > 0 && !IsUnspaced(before[^1]) && !IsUnspaced(after[0]);

    // Ideographs (surrogates are the rarer ones), kana, and the punctuation between them. Hangul is written with spaces.
    private static bool IsUnspaced(char c) =>
        c is (>= '\u2E80' and <= '\u312F') or (>= '\u31A0' and <= '\u9FFF') or (>= '\uF900' and <= '\uFAFF') or (>= '\uFF00' and <= '\uFFEF')
        || char.IsSurrogate(c);
}
