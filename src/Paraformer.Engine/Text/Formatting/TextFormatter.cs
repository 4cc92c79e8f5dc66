using System.Buffers;

namespace Paraformer.Engine.Text;

/// <summary>
/// Makes text of recognised words: disfluency removal, then punctuation and casing of what is left, then inverse text
/// normalisation, which never reaches across the end of a sentence. Every piece of text keeps the words it came from, so that
/// times survive. Usable from any thread.
/// </summary>
/// <param name="punctuator">Puts the marks; null for none.</param>
/// <param name="normalizers">The normaliser of a language, null where it has none; null for the engine's own grammars.</param>
internal sealed class TextFormatter(IPunctuator? punctuator, Func<string, IInverseTextNormalizer?>? normalizers = null)
{
    private readonly Func<string, IInverseTextNormalizer?> _normalizers = normalizers ?? InverseTextNormalizers.For;

    /// <summary>From this probability on a sentence ends.</summary>
    public const float EndThreshold = 0.5f;

    /// <summary>Formats words.</summary>
    /// <param name="words">Words as a recogniser gives them.</param>
    /// <param name="language">Code of their language.</param>
    /// <param name="options">What is to be done.</param>
    /// <param name="isFinal">Whether the words are all there will be of the sentence.</param>
    /// <param name="wantEnds">Whether the ends of sentences are wanted, punctuation or not.</param>
    /// <param name="result">Gets the pieces of text, in order.</param>
    /// <param name="memory">What the stream's words before gave, for what has not changed since; null to compute everything.</param>
    public void Format(
        IReadOnlyList<string> words, string language, TextOptions options, bool isFinal, bool wantEnds, List<TextToken> result, TextMemory? memory = null)
    {
        if (words.Count == 0 || memory?.Recall(words, language, options, isFinal, result) == true)
        {
            return;
        }

        int before = result.Count;

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
            Mark(kept, language, options.Punctuation, isFinal, wantEnds, marks, memory?.Punctuation);
            IInverseTextNormalizer? normalizer = options.InverseTextNormalization ? _normalizers(language) : null;
            if (normalizer is not null)
            {
                SentenceJoints.Close(kept, marks, EndThreshold, normalizer, memory?.Normalized);
            }

            int first = 0;
            while (first < kept.Count)
            {
                int last = first;
                while (last < kept.Count - 1 && !EndsSentence(marks[last]))
                {
                    last++;
                }

                Write(new WordRange(kept, first, last - first + 1), marks.Slice(first, last - first + 1), first, normalizer, origin, result, memory?.Normalized);
                first = last + 1;
            }

            memory?.Keep(words, language, options, isFinal, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(result)[before..]);
        }
        finally
        {
            ArrayPool<PunctuatedWord>.Shared.Return(marked, clearArray: true);
        }
    }

    private static bool EndsSentence(PunctuatedWord word) => word.EndProbability >= EndThreshold;

    private void Mark(IReadOnlyList<string> words, string language, bool punctuation, bool isFinal, bool wantEnds, Span<PunctuatedWord> marks, PunctuationMemory? memory)
    {
        if (punctuator is not null && (punctuation || wantEnds))
        {
            punctuator.Punctuate(words, language, marks, isFinal, memory);
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
        WordRange words, ReadOnlySpan<PunctuatedWord> marks, int first, IInverseTextNormalizer? normalizer, IReadOnlyList<int>? origin, List<TextToken> result, NormalizedMemory? memory)
    {
        if (normalizer is null)
        {
            for (int i = 0; i < marks.Length; i++)
            {
                result.Add(new TextToken(marks[i].Text, marks[i].Punctuation, Origin(i), Origin(i), marks[i].EndProbability));
            }

            return;
        }

        foreach (NormalizedToken token in memory?.Normalize(normalizer, words, first) ?? normalizer.Normalize(words))
        {
            int begin = token.FirstWord;
            int end = begin + token.WordCount - 1;
            PunctuatedWord mark = marks[end];
            string text = token.WordCount == 1 && token.Text == words[begin] ? mark.Text : WithCase(token.Text, words, marks.Slice(begin, token.WordCount), begin);
            string point = mark.Punctuation == "." && text.EndsWith('.') ? "" : mark.Punctuation;
            result.Add(new TextToken(text, point, Origin(begin), Origin(end), mark.EndProbability));
        }

        int Origin(int index) => origin is null ? first + index : origin[first + index];
    }

    private static bool IsAddress(string text)
    {
        if (text.Contains('@'))
        {
            return true;
        }

        int dot = text.IndexOf('.');
        return dot > 0 && dot + 1 < text.Length && char.IsLetter(text[dot + 1]);
    }

    // "halb acht uhr" becomes "07:30 Uhr": what is written as it was said has that word's capitals.
    private static string WithCase(string text, WordRange words, ReadOnlySpan<PunctuatedWord> marks, int first)
    {
        for (int i = 1; i < marks.Length; i++)
        {
            string spoken = words[first + i];
            string cased = marks[i].Text;
            int at = cased == spoken || cased.Length != spoken.Length ? -1 : text.IndexOf(spoken, StringComparison.Ordinal);
            if (at >= 0 && (at == 0 || text[at - 1] == ' ') && (at + spoken.Length == text.Length || text[at + spoken.Length] == ' '))
            {
                text = string.Concat(text.AsSpan(0, at), cased, text.AsSpan(at + spoken.Length));
            }
        }

        return WithCase(text, words[first], marks[0].Text);
    }

    // "january fifth" becomes "january 5": where the text begins with the first word, that word's capitals are kept.
    private static string WithCase(string text, string spoken, string cased) =>
        cased != spoken && cased.Length == spoken.Length && text.StartsWith(spoken, StringComparison.Ordinal) && (text.Length == spoken.Length || !char.IsLetter(text[spoken.Length])) && !IsAddress(text)
            ? string.Concat(cased, text.AsSpan(spoken.Length))
            : text;
}
