namespace Paraformer.Protocol;

/// <summary>One token of a sentence with its time span.</summary>
public sealed record Word
{
    /// <summary>Start, in milliseconds from the first sample of the task.</summary>
    public long BeginTime { get; init; }

    /// <summary>End, in milliseconds from the first sample of the task.</summary>
    public long EndTime { get; init; }

    /// <summary>The token: one English word, or one or several Chinese characters.</summary>
    public string Text { get; init; } = "";

    /// <summary>The punctuation that follows the token; empty where there is none.</summary>
    public string Punctuation { get; init; } = "";

    /// <summary>Whether the service will not change this token again; absent from some services' results.</summary>
    public bool? Fixed { get; init; }

    /// <summary>The speaker, where the service tells speakers apart.</summary>
    public string? SpeakerId { get; init; }
}
