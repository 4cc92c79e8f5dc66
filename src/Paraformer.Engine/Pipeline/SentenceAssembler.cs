using System.Text;
using Paraformer.Engine.Text;

namespace Paraformer.Engine.Pipeline;

/// <summary>
/// Makes numbered sentences of utterances. By silence, an utterance is a sentence. By meaning, an utterance may hold the end of
/// one sentence and the beginning of the next: words whose sentence has not ended wait for the next utterance, and words that a
/// partial already shows beyond the end of its sentence are its stash. Not thread-safe.
/// </summary>
internal sealed class SentenceAssembler(int sampleRate, TextFormatter formatter, SentenceOptions options)
{
    private readonly WordClock _clock = new(sampleRate);
    private readonly List<TimedWord> _pending = [];
    private readonly List<TimedWord> _words = [];
    private readonly List<string> _texts = [];
    private readonly List<TextToken> _tokens = [];
    private readonly TextMemory _memory = new();
    private string _language = options.Language;
    private UtteranceTags? _tags;
    private int _id = 1;

    /// <summary>Whether words wait for the rest of their sentence.</summary>
    public bool IsWaiting => _pending.Count > 0;

    /// <summary>The sentence in progress, or null where nothing has been said.</summary>
    /// <param name="words">The utterance so far, on the recogniser's clock.</param>
    /// <param name="language">Its language; null where the recogniser does not tell.</param>
    /// <param name="clockOffset">What to add to the recogniser's clock to get the stream's, in samples.</param>
    /// <param name="heardSamples">Length of the stream so far.</param>
    public RecognizedSentence? Partial(IReadOnlyList<WordHypothesis> words, string? language, long clockOffset, long heardSamples)
    {
        _language = language ?? _language;
        _words.Clear();
        _words.AddRange(_pending);
        _clock.Place(words, clockOffset, heardSamples, isFinal: false, _words);
        Format(_words, isFinal: false);
        int end = options.Semantic ? FirstEnd() : -1;
        if (end < 0 || end == _tokens.Count - 1)
        {
            return Build(_words, 0, _tokens.Count, _id, heardSamples, isFinal: false);
        }

        return Build(_words, 0, end + 1, _id, heardSamples, isFinal: false)! with
        {
            Stash = Build(_words, end + 1, _tokens.Count, _id + 1, heardSamples, isFinal: false),
        };
    }

    /// <summary>Takes an utterance that has ended and adds the sentences that end with it.</summary>
    public void EndUtterance(
        IReadOnlyList<WordHypothesis> words, string? language, long clockOffset, long heardSamples, ICollection<RecognizedSentence> results, UtteranceTags? tags = null)
    {
        _language = language ?? _language;
        _tags = tags;
        _clock.Place(words, clockOffset, heardSamples, isFinal: true, _pending);
        if (!options.Semantic)
        {
            Flush(heardSamples, results);
            return;
        }

        Format(_pending, isFinal: true);
        int first = 0;
        for (int i = 0; i < _tokens.Count; i++)
        {
            bool ends = _tokens[i].EndProbability >= (i == _tokens.Count - 1 ? options.PauseEndThreshold : TextFormatter.EndThreshold);
            if (ends || i - first + 1 >= options.MaxSentenceWords)
            {
                i = ends ? i : Likeliest(first, i);
                Emit(first, i + 1, heardSamples, results);
                first = i + 1;
            }
        }

        int consumed = first < _tokens.Count ? _tokens[first].FirstWord : _pending.Count;
        _pending.RemoveRange(0, consumed);
    }

    /// <summary>Ends the sentence whose words wait, if there is one.</summary>
    public void Flush(long heardSamples, ICollection<RecognizedSentence> results)
    {
        Format(_pending, isFinal: true);
        int first = 0;
        for (int i = 0; options.Semantic && i < _tokens.Count - 1; i++)
        {
            if (_tokens[i].EndProbability >= TextFormatter.EndThreshold)
            {
                Emit(first, i + 1, heardSamples, results);
                first = i + 1;
            }
        }

        Emit(first, _tokens.Count, heardSamples, results);
        _pending.Clear();
    }

    private void Format(List<TimedWord> words, bool isFinal)
    {
        _texts.Clear();
        _tokens.Clear();
        foreach (TimedWord word in words)
        {
            _texts.Add(word.Text);
        }

        formatter.Format(_texts, _language, options.Text, isFinal, options.Semantic, _tokens, _memory);
    }

    private int FirstEnd()
    {
        for (int i = 0; i < _tokens.Count; i++)
        {
            if (_tokens[i].EndProbability >= TextFormatter.EndThreshold)
            {
                return i;
            }
        }

        return -1;
    }

    private int Likeliest(int first, int last)
    {
        int best = last;
        for (int i = first; i <= last; i++)
        {
            best = _tokens[i].EndProbability > _tokens[best].EndProbability ? i : best;
        }

        return best;
    }

    private void Emit(int first, int end, long heardSamples, ICollection<RecognizedSentence> results)
    {
        if (Build(_pending, first, end, _id, heardSamples, isFinal: true) is { } sentence)
        {
            results.Add(sentence);
            _id++;
        }
    }

    private RecognizedSentence? Build(List<TimedWord> words, int first, int end, int id, long heardSamples, bool isFinal)
    {
        if (first >= end)
        {
            return null;
        }

        var text = new StringBuilder();
        var result = new RecognizedWord[end - first];
        for (int i = first; i < end; i++)
        {
            TextToken token = _tokens[i];
            float confidence = 1;
            for (int w = token.FirstWord; w <= token.LastWord; w++)
            {
                confidence = Math.Min(confidence, words[w].Confidence);
            }

            WordSpacing.Append(text, token.Text, token.Punctuation);
            result[i - first] = new RecognizedWord(
                words[token.FirstWord].BeginMs, words[token.LastWord].EndMs, token.Text, token.Punctuation, confidence, isFinal);
        }

        return new RecognizedSentence
        {
            Id = id,
            BeginMs = result[0].BeginMs,
            EndMs = result[^1].EndMs,
            Text = text.ToString(),
            Words = result,
            IsFinal = isFinal,
            AudioMs = _clock.Milliseconds(heardSamples),
            Language = _language.Length == 0 ? null : _language,
            Emotion = isFinal ? _tags?.Emotion : null,
            EmotionConfidence = isFinal && _tags?.Emotion is not null ? _tags.EmotionConfidence : null,
            AudioEvent = isFinal ? _tags?.AudioEvent : null,
        };
    }
}
