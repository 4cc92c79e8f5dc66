namespace Paraformer.Engine.Pipeline;

/// <summary>Turns hypotheses into sentences: numbers them and keeps every time in order and inside the audio.</summary>
internal sealed class SentenceBuilder(int sampleRate)
{
    private long _previousEnd;

    /// <summary>The number of the sentence in progress.</summary>
    public int CurrentId { get; private set; } = 1;

    /// <summary>Makes a sentence, or null where there is no word.</summary>
    /// <param name="words">Words on the recogniser's clock.</param>
    /// <param name="clockOffset">What to add to the recogniser's clock to get the stream's, in samples.</param>
    /// <param name="heardSamples">Length of the stream so far.</param>
    /// <param name="isFinal">Whether the sentence ends here.</param>
    public RecognizedSentence? Build(IReadOnlyList<WordHypothesis> words, long clockOffset, long heardSamples, bool isFinal)
    {
        if (words.Count == 0)
        {
            return null;
        }

        long audioMs = Milliseconds(heardSamples);
        var result = new List<RecognizedWord>(words.Count);
        long end = _previousEnd;
        foreach (WordHypothesis word in words)
        {
            if (IsNoise(word.Text))
            {
                continue;
            }

            long begin = Math.Clamp(Milliseconds(word.BeginSample + clockOffset), end, Math.Max(end, audioMs));
            end = Math.Clamp(Milliseconds(word.EndSample + clockOffset), begin, Math.Max(begin, audioMs));
            result.Add(new RecognizedWord(begin, end, word.Text, "", word.Confidence, isFinal));
        }

        if (result.Count == 0)
        {
            return null;
        }

        var sentence = new RecognizedSentence
        {
            Id = CurrentId,
            BeginMs = result[0].BeginMs,
            EndMs = end,
            Text = WordJoiner.Join(result),
            Words = result,
            IsFinal = isFinal,
            AudioMs = audioMs,
        };
        if (isFinal)
        {
            _previousEnd = end;
            CurrentId++;
        }

        return sentence;
    }

    private static bool IsNoise(string word) => word.Length == 0 || word[0] is '<' or '[';

    private long Milliseconds(long samples) => ((samples * 1000) + (sampleRate / 2)) / sampleRate;
}
