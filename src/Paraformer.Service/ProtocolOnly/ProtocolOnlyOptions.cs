namespace Paraformer.Service.ProtocolOnly;

/// <summary>What the protocol-only recogniser pretends to hear.</summary>
public sealed record ProtocolOnlyOptions
{
    /// <summary>Length of each word, in milliseconds of audio, 1 to 60,000. Default 500.</summary>
    public int WordMs { get; init; } = 500;

    /// <summary>Words between two partial results, from 1. Default 2: a partial for each second of audio.</summary>
    public int WordsPerPartial { get; init; } = 2;

    /// <summary>Words of a sentence, from 1. Default 10: a final for each five seconds of audio.</summary>
    public int WordsPerSentence { get; init; } = 10;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(WordMs);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(WordMs, 60_000);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(WordsPerPartial);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(WordsPerSentence);
    }
}
