using Paraformer.Protocol;

namespace Paraformer.Client;

/// <summary>
/// Makes one session's results of those of its tasks: times count from the session's first sample, sentence numbers and usage go on,
/// and what a final sentence has delivered is not delivered again. Results of the first task pass unchanged.
/// </summary>
internal sealed class Timeline
{
    private long _offset;
    private long _covered;
    private long _lastId;
    private long _earlierUsage;
    private long _usage;
    private bool _isRestarted;

    /// <summary>The end of the last final sentence, in milliseconds of the session.</summary>
    public long Covered => _covered;

    /// <summary>A new task begins whose zero is at a time of the session.</summary>
    /// <param name="time">That time, in milliseconds.</param>
    /// <param name="covered">Up to when nothing is to be delivered again.</param>
    public void Restart(long time, long covered)
    {
        _isRestarted = true;
        _offset = time;
        _covered = Math.Max(_covered, covered);
        _earlierUsage += _usage;
        _usage = 0;
    }

    /// <summary>One sentence as the session's reader sees it; null where it has been delivered before.</summary>
    public (Sentence Sentence, Usage? Usage)? Map(Sentence sentence, Usage? usage)
    {
        _usage = usage?.Duration ?? _usage;
        if (_isRestarted)
        {
            if (Rebase(sentence) is not { } rebased)
            {
                return null;
            }

            sentence = rebased;
            usage = usage is null ? null : new Usage((int)Math.Min(int.MaxValue, _earlierUsage + _usage));
        }

        if (sentence.IsFinal)
        {
            _lastId = sentence.SentenceId ?? _lastId;
            long end = sentence.EndTime ?? (sentence.Words.Count > 0 ? sentence.Words[^1].EndTime : _covered);
            _covered = Math.Max(_covered, end);
        }

        return (sentence, usage);
    }

    private Sentence? Rebase(Sentence sentence)
    {
        long? id = sentence.SentenceId is null ? null : _lastId + 1;
        int repeated = 0;
        while (repeated < sentence.Words.Count && IsDelivered(sentence.Words[repeated].BeginTime, sentence.Words[repeated].EndTime))
        {
            repeated++;
        }

        bool isDelivered = sentence.Words.Count > 0
            ? repeated == sentence.Words.Count
            : sentence.Text.Length > 0 && sentence.EndTime is { } end && IsDelivered(sentence.BeginTime, end);
        if (isDelivered)
        {
            return null;
        }

        Word[] words = [.. sentence.Words.Skip(repeated).Select(word => word with { BeginTime = Shift(word.BeginTime), EndTime = Shift(word.EndTime) })];
        return sentence with
        {
            SentenceId = id,
            BeginTime = repeated > 0 ? words[0].BeginTime : Shift(sentence.BeginTime),
            EndTime = sentence.EndTime is { } last ? Shift(last) : null,
            Text = repeated > 0 ? Behind(sentence, repeated) : sentence.Text,
            Words = words,
            Stash = sentence.Stash is { } stash ? Rebase(stash, id) : null,
        };
    }

    private Stash Rebase(Stash stash, long? id) => stash with
    {
        SentenceId = stash.SentenceId is null ? null : id + 1,
        BeginTime = Shift(stash.BeginTime),
        EndTime = Shift(stash.EndTime),
        CurrentTime = Shift(stash.CurrentTime),
        Words = [.. stash.Words.Select(word => word with { BeginTime = Shift(word.BeginTime), EndTime = Shift(word.EndTime) })],
    };

    // Recognising the same audio twice can move a word's edges by a little; its middle stays on its side of the line.
    private bool IsDelivered(long begin, long end) => ((begin + end) / 2) + _offset < _covered;

    // Rounding to milliseconds must not put a sentence before the end of the last.
    private long Shift(long time) => Math.Max(time + _offset, _covered);

    private long? Shift(long? time) => time is { } known ? Shift(known) : null;

    /// <summary>A sentence's text without its first words.</summary>
    private static string Behind(Sentence sentence, int words)
    {
        ReadOnlySpan<char> text = sentence.Text;
        for (int i = 0; i < words; i++)
        {
            foreach (string part in (ReadOnlySpan<string>)[sentence.Words[i].Text.Trim(), sentence.Words[i].Punctuation.Trim()])
            {
                text = text.TrimStart();
                if (!text.StartsWith(part, StringComparison.Ordinal))
                {
                    return string.Concat(sentence.Words.Skip(words).Select(word => word.Text + word.Punctuation));
                }

                text = text[part.Length..];
            }
        }

        return text.TrimStart().ToString();
    }
}
