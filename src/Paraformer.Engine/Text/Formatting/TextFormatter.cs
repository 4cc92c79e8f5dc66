using System.Buffers;

namespace Paraformer.Engine.Text;

/// <summary>
/// Makes text of recognised words: disfluency removal, then punctuation and casing of what is left, then inverse text
/// normalisation, which never reaches across the end of a sentence. Every piece of text keeps the words it came from, so that
/// times survive. Usable from any thread.
/// </summary>
internal sealed class TextFormatter(IPunctuator? punctuator)
{
    /// <summary>From this probability on a sentence ends.</summary>
    public const float EndThreshold = 0.5f;

    /// <summary>Formats words.</summary>
    /// <param name="words">Words as a recogniser gives them.</param>
    /// <param name="language">Code of their language.</param>
    /// <param name="options">What is to be done.</param>
    /// <param name="isFinal">Whether the words are all there will be of the sentence.</param>
    /// <param name="wantEnds">Whether the ends of sentences are wanted, punctuation or not.</param>
    /// <param name="result">Gets the pieces of text, in order.</param>
    public void Format(IReadOnlyList<string> words, string language, TextOptions options, bool isFinal, bool wantEnds, List<TextToken> result)
    {
        if (words.Count == 0)
        {
            return;
        }

        IReadOnlyList<string> kept = words;
        IReadOnlyList<int>? origin = null;
        if (options.DisfluencyRemoval && DisfluencyRemover.For(language)?.Survivors(words) is { } survivors)
        {
            origin = survivors;
            kept = [.. survivors.Select(index => words[index])];
        }

        PunctuatedWord[] marked = ArrayPool<PunctuatedWord>.Shared.Rent(Math.Max(1, kept.Count));
        try
        {
            Span<PunctuatedWord> marks = marked.AsSpan(0, kept.Count);
            Mark(kept, language, options.Punctuation, isFinal, wantEnds, marks);
            int first = 0;
            while (first < kept.Count)
            {
                int last = first;
                while (last < kept.Count - 1 && !EndsSentence(marks[last]))
                {
                    last++;
                }

                Write(kept, first, last, marks, options.InverseTextNormalization ? InverseTextNormalizers.For(language) : null, origin, result);
                first = last + 1;
            }
        }
        finally
        {
            ArrayPool<PunctuatedWord>.Shared.Return(marked, clearArray: true);
        }
    }

    private static bool EndsSentence(PunctuatedWord word) => word.EndProbability >= EndThreshold;

    private void Mark(IReadOnlyList<string> words, string language, bool punctuation, bool isFinal, bool wantEnds, Span<PunctuatedWord> marks)
    {
        if (punctuator is not null && (punctuation || wantEnds))
        {
            punctuator.Punctuate(words, language, marks, isFinal);
        }

        if (punctuator is null || !punctuation)
        {
            for (int i = 0; i < words.Count; i++)
            {
                marks[i] = new PunctuatedWord(words[i], "", punctuator is not null && wantEnds ? marks[i].EndProbability : 0);
            }
        }
    }

    private static void Write(
        IReadOnlyList<string> words, int first, int last, ReadOnlySpan<PunctuatedWord> marks, IInverseTextNormalizer? normalizer, IReadOnlyList<int>? origin, List<TextToken> result)
    {
        if (normalizer is null)
        {
            for (int i = first; i <= last; i++)
            {
                result.Add(new TextToken(marks[i].Text, marks[i].Punctuation, Origin(i), Origin(i), marks[i].EndProbability));
            }

            return;
        }

        foreach (NormalizedToken token in normalizer.Normalize(new WordRange(words, first, last - first + 1)))
        {
            int begin = first + token.FirstWord;
            int end = begin + token.WordCount - 1;
            PunctuatedWord mark = marks[end];
            string text = token.WordCount == 1 && token.Text == words[begin] ? mark.Text : WithCase(token.Text, words[begin], marks[begin].Text);
            result.Add(new TextToken(text, mark.Punctuation, Origin(begin), Origin(end), mark.EndProbability));
        }

        int Origin(int index) => origin is null ? index : origin[index];
    }

    // "january fifth" becomes "january 5": where the text begins with the first word, that word's capitals are kept.
    private static string WithCase(string text, string spoken, string cased) =>
        cased != spoken && cased.Length == spoken.Length && text.StartsWith(spoken, StringComparison.Ordinal) && (text.Length == spoken.Length || !char.IsLetter(text[spoken.Length]))
            ? string.Concat(cased, text.AsSpan(spoken.Length))
            : text;
}
