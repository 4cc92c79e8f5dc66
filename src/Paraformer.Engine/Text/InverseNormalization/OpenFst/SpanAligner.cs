namespace Paraformer.Engine.Text.InverseNormalization.OpenFst;

/// <summary>Finds the words behind the pieces of a text that was rewritten as a whole.</summary>
internal static class SpanAligner
{
    /// <summary>
    /// Characters of the longest common subsequence stand for themselves; what was replaced between two of them is one token over
    /// the words that it touches.
    /// </summary>
    public static List<NormalizedToken> Align(SourceLine line, string written)
    {
        bool[] sourceKept = new bool[line.Text.Length];
        int[] writtenAt = new int[line.Text.Length];
        Match(line.Text, written, sourceKept, writtenAt);
        var tokens = new List<NormalizedToken>();
        int from = 0;
        for (int word = 0; word < line.Words.Count;)
        {
            int end = word;
            while (end < line.Words.Count && !EndsCleanly(line, end, sourceKept))
            {
                end++;
            }

            end = Math.Min(end, line.Words.Count - 1);
            int next = end == line.Words.Count - 1 ? line.Text.Length : line.StartOf(end + 1);
            int to = next == line.Text.Length ? written.Length : writtenAt[next];
            if (end > word || to > from)
            {
                tokens.Add(new NormalizedToken(written[from..to].Trim(), word, end - word + 1));
            }
            else if (tokens.Count > 0)
            {
                tokens[^1] = tokens[^1] with { WordCount = tokens[^1].WordCount + 1 };
            }
            else
            {
                tokens.Add(new NormalizedToken("", word, 1));
            }

            from = to;
            word = end + 1;
        }

        return tokens;
    }

    /// <summary>A character that stayed stands on one side of the gap after a word, or the text ends.</summary>
    private static bool EndsCleanly(SourceLine line, int word, bool[] kept)
    {
        if (word + 1 >= line.Words.Count)
        {
            return true;
        }

        int next = line.StartOf(word + 1);
        int last = line.EndOf(word) - 1;
        return (next < kept.Length && kept[next]) || (last >= 0 && kept[last]);
    }

    private static void Match(string source, string written, bool[] kept, int[] writtenAt)
    {
        int prefix = 0;
        while (prefix < source.Length && prefix < written.Length && source[prefix] == written[prefix])
        {
            kept[prefix] = true;
            writtenAt[prefix] = prefix;
            prefix++;
        }

        int rows = source.Length - prefix;
        int columns = written.Length - prefix;
        var longest = new int[rows + 1, columns + 1];
        for (int i = rows - 1; i >= 0; i--)
        {
            for (int j = columns - 1; j >= 0; j--)
            {
                longest[i, j] = source[prefix + i] == written[prefix + j] ? longest[i + 1, j + 1] + 1 : Math.Max(longest[i + 1, j], longest[i, j + 1]);
            }
        }

        for (int i = 0, j = 0; i < rows;)
        {
            writtenAt[prefix + i] = prefix + j;
            if (j < columns && source[prefix + i] == written[prefix + j])
            {
                kept[prefix + i] = true;
                i++;
                j++;
            }
            else if (j >= columns || longest[i + 1, j] >= longest[i, j + 1])
            {
                i++;
            }
            else
            {
                j++;
            }
        }
    }
}
