using System.Text;

namespace Paraformer.Extensions;

/// <summary>Joins sentences into running text.</summary>
internal static class SentenceText
{
    /// <summary>Joins, with a space except between characters of scripts that write none.</summary>
    public static string Join(IEnumerable<string> sentences)
    {
        var text = new StringBuilder();
        foreach (string sentence in sentences.Where(s => s.Length > 0))
        {
            if (text.Length > 0 && !(IsUnspaced(text[^1]) || IsUnspaced(sentence[0])))
            {
                text.Append(' ');
            }

            text.Append(sentence);
        }

        return text.ToString();
    }

    // Chinese and Japanese characters and their punctuation; not Hangul, which is written with spaces.
    private static bool IsUnspaced(char c) => c is (>= '\u2E80' and <= '\u30FF') or (>= '\u31C0' and <= '\u9FFF') or (>= '\uF900' and <= '\uFAFF') or (>= '\uFF00' and <= '\uFFEF');
}
