using System.Text;

namespace Paraformer.Engine.Text;

/// <summary>
/// Punctuation by a CT-Transformer pack, for Chinese with English inside. The text is taken 20 units at a time behind what the window before left open; a window
/// settles its text up to its last sentence end. Until the end only whole windows are taken, so what is settled stays when words follow.
/// </summary>
internal sealed class CtTransformerPunctuator(CtTransformerModel model) : IPunctuator, IDisposable
{
    private const int WindowStep = 20;
    private const int LongestOpen = 200;

    public int LookAhead(string language) => WindowStep;

    public bool Supports(string language) => PunctuationStyle.Primary(language) is "zh" or "en";

    public void Punctuate(IReadOnlyList<string> words, string language, Span<PunctuatedWord> result, bool isFinal, PunctuationMemory? memory = null)
    {
        if (result.Length != words.Count)
        {
            throw new ArgumentException($"the result has {result.Length} entries for {words.Count} words", nameof(result));
        }

        string primary = PunctuationStyle.Primary(language);
        bool finished = !Supports(primary) || words.Any(PunctuationStyle.EndsWithMark);
        (List<int> ids, List<int> ends) = Units(words);
        var marks = new PunctuationMark[ids.Count];
        int settled = finished ? 0 : Settle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(ids), marks, isFinal);
        bool sentenceStart = true;
        for (int i = 0; i < words.Count; i++)
        {
            int unit = ends[i] - 1;
            bool said = unit >= (i == 0 ? 0 : ends[i - 1]);
            PunctuationMark mark = said && unit < settled ? marks[unit] : PunctuationMark.None;
            if (isFinal && i == words.Count - 1 && mark is not (PunctuationMark.Stop or PunctuationMark.Question) && !PunctuationStyle.EndsWithMark(words[i]) && Supports(primary))
            {
                mark = PunctuationMark.Stop;
            }

            bool endsSentence = mark is PunctuationMark.Stop or PunctuationMark.Question || PunctuationStyle.EndsWithStop(words[i]);
            string text = primary == "en" && !finished ? Cased(words[i], sentenceStart) : words[i];
            result[i] = new PunctuatedWord(text, PunctuationStyle.Write(primary, mark), endsSentence ? 1 : 0);
            sentenceStart = endsSentence || (sentenceStart && !said);
        }
    }

    public void Dispose() => model.Dispose();

    private static string Cased(string word, bool sentenceStart) => WordCasing.IsCased(word) ? word
        : WordCasing.Fixed(word, "en") ?? (sentenceStart ? WordCasing.Capital(word) : word);

    /// <summary>Runs of ASCII and single other characters, and where each word's end.</summary>
    private (List<int> Ids, List<int> Ends) Units(IReadOnlyList<string> words)
    {
        List<int> ids = [], ends = [];
        foreach (string word in words)
        {
            int start = 0;
            while (start < word.Length)
            {
                int end = start;
                while (end < word.Length && char.IsAscii(word[end]))
                {
                    end++;
                }

                if (end == start)
                {
                    end += Rune.TryGetRuneAt(word, start, out Rune rune) ? rune.Utf16SequenceLength : 1;
                }

                ids.Add(model.IdOf(word[start..end]));
                start = end;
            }

            ends.Add(ids.Count);
        }

        return (ids, ends);
    }

    /// <summary>Number of units whose marks are decided.</summary>
    private int Settle(ReadOnlySpan<int> ids, Span<PunctuationMark> marks, bool isFinal)
    {
        int settled = 0;
        int taken = 0;
        while (taken < ids.Length && (isFinal || ids.Length - taken >= WindowStep))
        {
            taken = Math.Min(ids.Length, taken + WindowStep);
            Span<PunctuationMark> window = marks[settled..taken];
            model.Run(ids[settled..taken], window);
            bool last = isFinal && taken == ids.Length;
            settled += last ? window.Length : SettledOf(window);
        }

        return settled;
    }

    /// <summary>How much of a window is decided: up to its last sentence end but not its very last unit, or in a very long one up to its last comma, which becomes a stop.</summary>
    private static int SettledOf(Span<PunctuationMark> window)
    {
        int comma = -1;
        for (int i = window.Length - 2; i > 0; i--)
        {
            if (window[i] is PunctuationMark.Stop or PunctuationMark.Question)
            {
                return i + 1;
            }

            comma = comma < 0 && window[i] == PunctuationMark.Comma ? i : comma;
        }

        if (window.Length <= LongestOpen || comma < 0)
        {
            return 0;
        }

        window[comma] = PunctuationMark.Stop;
        return comma + 1;
    }
}
