namespace Paraformer.Engine.Pipeline;

/// <summary>How recognised words become sentences.</summary>
internal sealed record SentenceOptions
{
    /// <summary>What is done to the words.</summary>
    public TextOptions Text { get; init; } = new();

    /// <summary>Whether sentences end where their meaning does; otherwise where the utterance does.</summary>
    public bool Semantic { get; init; }

    /// <summary>Code of the language where the recogniser does not tell it.</summary>
    public string Language { get; init; } = "";

    /// <summary>From this probability on a pause between utterances ends the sentence before it.</summary>
    public float PauseEndThreshold { get; init; } = 0.6f;

    /// <summary>A sentence that no meaning ends is ended at its likeliest place when it has this many words.</summary>
    public int MaxSentenceWords { get; init; } = 100;
}
