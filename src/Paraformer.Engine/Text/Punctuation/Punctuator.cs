using System.Buffers;

namespace Paraformer.Engine.Text;

/// <summary>The engine's own punctuation and casing: zh, yue, ja, en, de, fr, ru, ko. One instance serves the whole process.</summary>
internal sealed class Punctuator : IPunctuator
{
    private static readonly Lazy<PunctuationModel> s_words = new(() => PunctuationModel.Load("words"));
    private static readonly Lazy<PunctuationModel> s_characters = new(() => PunctuationModel.Load("characters"));

    private Punctuator()
    {
    }

    /// <summary>The instance; its networks load when first used.</summary>
    public static Punctuator Default { get; } = new();

    public bool Supports(string language) => ModelFor(PunctuationStyle.Primary(language)) is not null;

    public int LookAhead(string language) => ModelFor(PunctuationStyle.Primary(language))?.Value.LookAhead ?? 0;

    public void Punctuate(IReadOnlyList<string> words, string language, Span<PunctuatedWord> result, bool isFinal)
    {
        if (result.Length != words.Count)
        {
            throw new ArgumentException($"the result has {result.Length} entries for {words.Count} words", nameof(result));
        }

        string primary = PunctuationStyle.Primary(language);
        PunctuationModel? model = ModelFor(primary)?.Value;
        if (model is null || words.Any(PunctuationStyle.EndsWithMark))
        {
            CopyFinished(words, primary, result, isFinal && model is not null);
            return;
        }

        PunctuationUnits units = model.Split(words);
        int count = units.Units.Count;
        float[] marks = ArrayPool<float>.Shared.Rent(count * PunctuationModel.Marks);
        float[] cases = ArrayPool<float>.Shared.Rent(count * PunctuationModel.Cases);
        try
        {
            model.Run(units.Units, primary, marks, cases);
            Write(words, primary, units, new Decisions(marks, cases, isFinal ? count : count - model.LookAhead), result, isFinal);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(marks);
            ArrayPool<float>.Shared.Return(cases);
        }
    }

    private static Lazy<PunctuationModel>? ModelFor(string primary) => primary switch
    {
        "zh" or "yue" or "ja" => s_characters,
        "en" or "de" or "fr" or "ru" or "ko" => s_words,
        _ => null,
    };

    /// <summary>Words that bring marks of their own are finished text: only a missing end mark is added.</summary>
    private static void CopyFinished(IReadOnlyList<string> words, string language, Span<PunctuatedWord> result, bool needsEnd)
    {
        for (int i = 0; i < words.Count; i++)
        {
            bool last = needsEnd && i == words.Count - 1;
            string mark = last && !PunctuationStyle.EndsWithMark(words[i]) ? PunctuationStyle.Write(language, PunctuationMark.Stop) : string.Empty;
            result[i] = new PunctuatedWord(words[i], mark, PunctuationStyle.EndsWithStop(words[i]) || mark.Length > 0 ? 1 : 0);
        }
    }

    private static void Write(IReadOnlyList<string> words, string language, PunctuationUnits units, Decisions decisions, Span<PunctuatedWord> result, bool isFinal)
    {
        bool cased = PunctuationStyle.IsCased(language);
        bool sentenceStart = true;
        for (int i = 0; i < words.Count; i++)
        {
            int unit = units.LastOf(i);
            bool known = unit >= 0 && unit < decisions.Known;
            PunctuationMark mark = known ? decisions.MarkAfter(unit) : PunctuationMark.None;
            if (isFinal && i == words.Count - 1 && mark is not (PunctuationMark.Stop or PunctuationMark.Question))
            {
                mark = known ? decisions.EndMarkAfter(unit) : PunctuationMark.Stop;
            }

            string text = cased ? Cased(words[i], language, units.FirstOf(i), decisions, sentenceStart) : words[i];
            float end = known ? decisions.EndProbability(unit) : 0;
            result[i] = new PunctuatedWord(text, PunctuationStyle.Write(language, mark), end);
            sentenceStart = mark is PunctuationMark.Stop or PunctuationMark.Question || (sentenceStart && unit < 0);
        }
    }

    private static string Cased(string word, string language, int unit, Decisions decisions, bool sentenceStart)
    {
        if (WordCasing.IsCased(word))
        {
            return word;
        }

        if (WordCasing.Fixed(word, language) is { } written)
        {
            return written;
        }

        return (unit < decisions.Known ? decisions.CaseOf(unit) : 0) switch
        {
            2 => WordCasing.Upper(word),
            1 => WordCasing.Capital(word),
            _ => sentenceStart ? WordCasing.Capital(word) : word,
        };
    }

    /// <summary>What the network says of each unit.</summary>
    /// <param name="Marks">Probabilities of the marks.</param>
    /// <param name="Cases">Probabilities of the casings.</param>
    /// <param name="Known">Number of units whose look-ahead is there.</param>
    private readonly record struct Decisions(float[] Marks, float[] Cases, int Known)
    {
        public PunctuationMark MarkAfter(int unit) => (PunctuationMark)Best(Marks.AsSpan(unit * PunctuationModel.Marks, PunctuationModel.Marks));

        public PunctuationMark EndMarkAfter(int unit) => Of(unit, PunctuationMark.Question) > Of(unit, PunctuationMark.Stop) ? PunctuationMark.Question : PunctuationMark.Stop;

        public float EndProbability(int unit) => Of(unit, PunctuationMark.Question) + Of(unit, PunctuationMark.Stop);

        public int CaseOf(int unit) => Best(Cases.AsSpan(unit * PunctuationModel.Cases, PunctuationModel.Cases));

        private static int Best(ReadOnlySpan<float> values) => System.Numerics.Tensors.TensorPrimitives.IndexOfMax(values);

        private float Of(int unit, PunctuationMark mark) => Marks[(unit * PunctuationModel.Marks) + (int)mark];
    }
}
