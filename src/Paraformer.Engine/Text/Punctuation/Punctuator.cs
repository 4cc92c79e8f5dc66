using System.Collections.Concurrent;

namespace Paraformer.Engine.Text;

/// <summary>The engine's own punctuation and casing: zh, yue, ja, en, de, fr, ru, ko. One instance serves the whole process.</summary>
internal sealed class Punctuator : IPunctuator
{
    private static readonly Lazy<PunctuationModel> s_words = new(() => PunctuationModel.Load("words"));
    private static readonly Lazy<PunctuationModel> s_characters = new(() => PunctuationModel.Load("characters"));

    // Memories of long texts are not worth keeping.
    private const int LargestKept = 2000;

    private readonly ConcurrentBag<PunctuationMemory> _memories = [];

    private Punctuator()
    {
    }

    /// <summary>The instance; its networks load when first used.</summary>
    public static Punctuator Default { get; } = new();

    public bool Supports(string language) => ModelFor(PunctuationStyle.Primary(language)) is not null;

    public int LookAhead(string language) => ModelFor(PunctuationStyle.Primary(language))?.Value.LookAhead ?? 0;

    public void Punctuate(IReadOnlyList<string> words, string language, Span<PunctuatedWord> result, bool isFinal, PunctuationMemory? memory = null)
    {
        if (result.Length != words.Count)
        {
            throw new ArgumentException($"the result has {result.Length} entries for {words.Count} words", nameof(result));
        }

        string primary = PunctuationStyle.Primary(language);
        PunctuationModel? model = ModelFor(primary)?.Value;
        if (model is null || BringsMarks(words))
        {
            CopyFinished(words, primary, result, isFinal && model is not null);
            return;
        }

        PunctuationMemory? rented = null;
        if (memory is null)
        {
            memory = rented = _memories.TryTake(out PunctuationMemory? free) ? free : new PunctuationMemory();
        }

        model.Run(words, primary, isFinal, memory);
        int count = memory.Units.Units.Count;
        Write(words, primary, memory.Units, new Decisions(memory, model.Delay, isFinal ? count : count - model.LookAhead), result, isFinal);
        if (rented is not null && count < LargestKept)
        {
            rented.Reset();
            _memories.Add(rented);
        }
    }

    private static bool BringsMarks(IReadOnlyList<string> words)
    {
        for (int i = 0; i < words.Count; i++)
        {
            if (PunctuationStyle.EndsWithMark(words[i]))
            {
                return true;
            }
        }

        return false;
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
    /// <param name="Memory">Probabilities, place by place.</param>
    /// <param name="Delay">Places after a unit's own one at which it is decided.</param>
    /// <param name="Known">Number of units whose look-ahead is there.</param>
    private readonly record struct Decisions(PunctuationMemory Memory, int Delay, int Known)
    {
        public PunctuationMark MarkAfter(int unit) => (PunctuationMark)Best(Memory.Marks.AsSpan((unit + Delay) * PunctuationModel.Marks, PunctuationModel.Marks));

        public PunctuationMark EndMarkAfter(int unit) => Of(unit, PunctuationMark.Question) > Of(unit, PunctuationMark.Stop) ? PunctuationMark.Question : PunctuationMark.Stop;

        public float EndProbability(int unit) => Of(unit, PunctuationMark.Question) + Of(unit, PunctuationMark.Stop);

        public int CaseOf(int unit) => Best(Memory.Cases.AsSpan((unit + Delay) * PunctuationModel.Cases, PunctuationModel.Cases));

        private static int Best(ReadOnlySpan<float> values) => System.Numerics.Tensors.TensorPrimitives.IndexOfMax(values);

        private float Of(int unit, PunctuationMark mark) => Memory.Marks[((unit + Delay) * PunctuationModel.Marks) + (int)mark];
    }
}
