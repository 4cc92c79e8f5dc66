namespace Paraformer.Engine.Vosk;

/// <summary>
/// Gives the words of Vosk's best path their times: those that the lagging aligned lattice already holds take its times,
/// the newest ones are placed by when they were first seen.
/// </summary>
internal sealed class PartialWordTimes
{
    // Measured on read English: a word enters the best path 0.2 to 0.5 s after its end.
    private const long DecodingLag = VoskRecognizer.SampleRate * 3 / 10;
    private const long SamplesPerLetter = VoskRecognizer.SampleRate * 7 / 100;

    private readonly List<WordHypothesis> _joined = [];
    private readonly List<(string Word, long FirstSeen)> _seen = [];
    private readonly List<int> _match = [];

    /// <summary>Joins a best path with the aligned words of the same utterance.</summary>
    /// <param name="bestPath">Every word so far, in order.</param>
    /// <param name="aligned">The words that have times, in order; usually a prefix of <paramref name="bestPath"/>.</param>
    /// <param name="now">The recogniser's clock.</param>
    public IReadOnlyList<WordHypothesis> Join(IReadOnlyList<string> bestPath, IReadOnlyList<WordHypothesis> aligned, long now)
    {
        UpdateFirstSeen(bestPath, now);
        Match(bestPath, aligned);
        _joined.Clear();
        long end = 0;
        for (int i = 0; i < bestPath.Count; i++)
        {
            if (_match[i] >= 0)
            {
                _joined.Add(aligned[_match[i]]);
                end = aligned[_match[i]].EndSample;
                continue;
            }

            long limit = NextTimedBegin(i, aligned, now);
            long wordEnd = Math.Max(end, Math.Min(_seen[i].FirstSeen - DecodingLag, limit));
            long begin = Math.Max(end, wordEnd - (bestPath[i].Length * SamplesPerLetter));
            _joined.Add(new WordHypothesis(bestPath[i], begin, wordEnd, 0));
            end = wordEnd;
        }

        return _joined;
    }

    /// <summary>Starts a new utterance.</summary>
    public void Reset() => _seen.Clear();

    private void UpdateFirstSeen(IReadOnlyList<string> bestPath, long now)
    {
        int same = 0;
        while (same < bestPath.Count && same < _seen.Count && _seen[same].Word == bestPath[same])
        {
            same++;
        }

        // A word that replaces another at the same place was heard no later than the one it replaces.
        for (int i = same; i < bestPath.Count; i++)
        {
            if (i < _seen.Count)
            {
                _seen[i] = (bestPath[i], _seen[i].FirstSeen);
            }
            else
            {
                _seen.Add((bestPath[i], now));
            }
        }

        if (_seen.Count > bestPath.Count)
        {
            _seen.RemoveRange(bestPath.Count, _seen.Count - bestPath.Count);
        }
    }

    // The two differ in a word here and there: the lattice minimises risk over paths, the best path does not.
    private void Match(IReadOnlyList<string> bestPath, IReadOnlyList<WordHypothesis> aligned)
    {
        const int Reach = 3;
        _match.Clear();
        int next = 0;
        for (int i = 0; i < bestPath.Count; i++)
        {
            int found = -1;
            for (int j = next; j < aligned.Count && j <= next + Reach && found < 0; j++)
            {
                if (aligned[j].Text == bestPath[i])
                {
                    found = j;
                }
            }

            _match.Add(found);
            next = found < 0 ? next : found + 1;
        }
    }

    private long NextTimedBegin(int index, IReadOnlyList<WordHypothesis> aligned, long now)
    {
        for (int i = index + 1; i < _match.Count; i++)
        {
            if (_match[i] >= 0)
            {
                return aligned[_match[i]].BeginSample;
            }
        }

        return now;
    }
}
