namespace Paraformer.Protocol;

/// <summary>One sentence: the <c>sentence</c> object of the wire, partial or final.</summary>
public sealed record Sentence
{
    /// <summary>The sentence's number within its task, from 1; 0 on heartbeats; null where the service sends none.</summary>
    public long? SentenceId { get; init; }

    /// <summary>Start, in milliseconds from the first sample of the task. May move while the sentence is partial.</summary>
    public long BeginTime { get; init; }

    /// <summary>End, in milliseconds from the first sample of the task; null while the sentence is partial.</summary>
    public long? EndTime { get; init; }

    /// <summary>The sentence's text so far: each partial replaces the one before.</summary>
    public string Text { get; init; } = "";

    /// <summary>The sentence's tokens in order; empty where the service sends none.</summary>
    public IReadOnlyList<Word> Words { get; init; } = [];

    /// <summary>The audio channel, where the service sends one.</summary>
    public int? ChannelId { get; init; }

    /// <summary>The speaker, where the service tells speakers apart.</summary>
    public string? SpeakerId { get; init; }

    /// <summary>True on the event that opens a sentence, which carries no text.</summary>
    public bool? SentenceBegin { get; init; }

    /// <summary>The service's flag for a final result; see <see cref="IsFinal"/>.</summary>
    public bool? SentenceEnd { get; init; }

    /// <summary>True on keep-alive results, which carry no text and are to be skipped.</summary>
    public bool? Heartbeat { get; init; }

    /// <summary><c>positive</c>, <c>negative</c> or <c>neutral</c>; only on finals of <see cref="ParaformerModel.Realtime8kV2"/>.</summary>
    public string? EmoTag { get; init; }

    /// <summary>Confidence of <see cref="EmoTag"/>, 0 to 1.</summary>
    public double? EmoConfidence { get; init; }

    /// <summary>Text already heard that will belong to the next sentence.</summary>
    public Stash? Stash { get; init; }

    /// <summary>Whether the sentence has ended: the service set <see cref="SentenceEnd"/> or an <see cref="EndTime"/>.</summary>
    public bool IsFinal => SentenceEnd == true || EndTime is not null;
}

/// <summary>Text already heard that will belong to the next sentence.</summary>
public sealed record Stash
{
    /// <summary>The number that the next sentence will have.</summary>
    public long? SentenceId { get; init; }

    /// <summary>Start, in milliseconds.</summary>
    public long? BeginTime { get; init; }

    /// <summary>End, in milliseconds, where sent.</summary>
    public long? EndTime { get; init; }

    /// <summary>How far the audio has been heard, in milliseconds.</summary>
    public long? CurrentTime { get; init; }

    /// <summary>The text.</summary>
    public string Text { get; init; } = "";

    /// <summary>The tokens.</summary>
    public IReadOnlyList<Word> Words { get; init; } = [];
}

/// <summary>What a task has used so far.</summary>
/// <param name="Duration">Billed length of the task so far, in whole seconds, rounded up.</param>
public sealed record Usage(int Duration);
