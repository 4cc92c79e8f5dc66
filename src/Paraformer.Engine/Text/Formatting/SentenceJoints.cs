namespace Paraformer.Engine.Text;

/// <summary>
/// Takes back ends of sentences that fall into one number, address or code: where the words around an end are written otherwise
/// together than apart, the grammar settles the punctuator's doubt.
/// </summary>
internal static class SentenceJoints
{
    // How far around an end is looked.
    private const int Reach = 10;

    // So few words may be the end of one sentence and the beginning of the next: "We were five. Ten went."
    private const int FewWords = 2;

    // From this probability on an end among few words stands.
    private const float SureEnd = 0.65f;

    /// <summary>Clears the ends within pieces.</summary>
    public static void Close(IReadOnlyList<string> words, Span<PunctuatedWord> marks, float threshold, IInverseTextNormalizer normalizer, NormalizedMemory? memory)
    {
        for (int end = 0; end < words.Count - 1; end++)
        {
            float probability = marks[end].EndProbability;

            // A biased stop can be the mark of a word whose ends all together stay below the threshold.
            bool isEnd = probability >= threshold || marks[end].Punctuation is "." or "?" or "。" or "？";
            if (isEnd && WordsOfPiece(words, end, normalizer, memory) > (probability < SureEnd ? 0 : FewWords))
            {
                marks[end] = new PunctuatedWord(marks[end].Text, "", 0);
                marks[end + 1] = marks[end + 1] with { Text = words[end + 1] };
            }
        }
    }

    /// <summary>How many words are written otherwise when the words after an end are taken with those before it.</summary>
    private static int WordsOfPiece(IReadOnlyList<string> words, int end, IInverseTextNormalizer normalizer, NormalizedMemory? memory)
    {
        int first = Math.Max(0, end - Reach + 1);
        int split = end + 1 - first;
        int count = Math.Min(words.Count, end + 1 + Reach) - first;
        IReadOnlyList<NormalizedToken> whole = Written(0, first, count);
        IReadOnlyList<NormalizedToken> left = Written(1, first, split);
        IReadOnlyList<NormalizedToken> right = Written(2, end + 1, count - split);
        int before = 0;
        while (before < left.Count && before < whole.Count && whole[before] == left[before])
        {
            before++;
        }

        int after = 0;
        while (after < right.Count && after < whole.Count && whole[^(after + 1)] == right[^(after + 1)] with { FirstWord = right[^(after + 1)].FirstWord + split })
        {
            after++;
        }

        if (before == left.Count && after == right.Count)
        {
            return 0;
        }

        // "12:05 a.m.": what follows means something else behind what stands before, and that stays as it is.
        if (before == left.Count)
        {
            return count;
        }

        int begin = left[before].FirstWord;
        return (after == 0 ? count : whole[^after].FirstWord) - begin;

        // Sentences are remembered by where they begin; what stands around an end by numbers that no sentence has.
        IReadOnlyList<NormalizedToken> Written(int part, int from, int length)
        {
            var range = new WordRange(words, from, length);
            return memory?.Normalize(normalizer, range, ~((end * 3) + part)) ?? normalizer.Normalize(range);
        }
    }
}
