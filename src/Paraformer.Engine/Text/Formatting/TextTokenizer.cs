namespace Paraformer.Engine.Text;

/// <summary>
/// Cuts a line into words as a recogniser would give them: at white space, and between the characters of scripts that write none.
/// Runs of letters and digits stay whole, and a mark stays with the word before it.
/// </summary>
internal static class TextTokenizer
{
    /// <summary>The words of a line.</summary>
    public static List<string> Split(string line)
    {
        var words = new List<string>();
        int start = 0;
        for (int i = 0; i < line.Length; i++)
        {
            if (char.IsWhiteSpace(line[i]))
            {
                Add(line, start, i, words);
                start = i + 1;
            }
            else if (i > start && IsBoundary(line, i))
            {
                Add(line, start, i, words);
                start = i;
            }
        }

        Add(line, start, line.Length, words);
        return words;
    }

    private static bool IsBoundary(string line, int index)
    {
        char before = line[index - 1], here = line[index];
        if (char.IsLowSurrogate(here) || IsMark(here))
        {
            return false;
        }

        return IsIdeograph(here) || IsIdeograph(before) || (IsMark(before) && WordSpacing.IsUnspaced(before));
    }

    private static bool IsIdeograph(char c) => WordSpacing.IsUnspaced(c) && !IsMark(c);

    private static bool IsMark(char c) => char.IsPunctuation(c) && WordSpacing.IsUnspaced(c);

    private static void Add(string line, int start, int end, List<string> words)
    {
        if (end > start)
        {
            words.Add(line[start..end]);
        }
    }
}
