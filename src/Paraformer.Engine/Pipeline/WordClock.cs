namespace Paraformer.Engine.Pipeline;

/// <summary>Puts hypotheses on the stream's clock and keeps every time in order and inside the audio.</summary>
internal sealed class WordClock(int sampleRate)
{
    private long _previousEnd;

    /// <summary>Adds the words of an utterance; noises are left out.</summary>
    /// <param name="words">Words on the recogniser's clock.</param>
    /// <param name="clockOffset">What to add to the recogniser's clock to get the stream's, in samples.</param>
    /// <param name="heardSamples">Length of the stream so far.</param>
    /// <param name="isFinal">Whether the utterance has ended: the next one's words come after these.</param>
    /// <param name="result">Gets the words.</param>
    public void Place(IReadOnlyList<WordHypothesis> words, long clockOffset, long heardSamples, bool isFinal, List<TimedWord> result)
    {
        long audioMs = Milliseconds(heardSamples);
        long end = _previousEnd;
        foreach (WordHypothesis word in words)
        {
            if (IsNoise(word.Text))
            {
                continue;
            }

            long begin = Math.Clamp(Milliseconds(word.BeginSample + clockOffset), end, Math.Max(end, audioMs));
            end = Math.Clamp(Milliseconds(word.EndSample + clockOffset), begin, Math.Max(begin, audioMs));
            result.Add(new TimedWord(word.Text, begin, end, word.Confidence));
        }

        if (isFinal)
        {
            _previousEnd = end;
        }
    }

    /// <summary>Samples as milliseconds, rounded to the nearest.</summary>
    public long Milliseconds(long samples) => ((samples * 1000) + (sampleRate / 2)) / sampleRate;

    private static bool IsNoise(string word) => word.Length == 0 || word[0] is '<' or '[';
}
