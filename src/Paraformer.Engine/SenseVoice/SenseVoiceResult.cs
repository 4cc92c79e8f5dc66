using Paraformer.Engine.Tokens;

namespace Paraformer.Engine.SenseVoice;

/// <summary>What SenseVoice makes of a piece of audio.</summary>
internal sealed record SenseVoiceResult
{
    /// <summary><c>zh</c>, <c>en</c>, <c>yue</c>, <c>ja</c>, <c>ko</c> or <c>nospeech</c>.</summary>
    public required string Language { get; init; }

    /// <summary>The probability of each language among all.</summary>
    public required IReadOnlyDictionary<string, float> LanguageShares { get; init; }

    /// <summary>Such as <c>HAPPY</c>; <c>EMO_UNKNOWN</c> where it cannot tell.</summary>
    public required string Emotion { get; init; }

    /// <summary>The probability of <see cref="Emotion"/> among all emotions.</summary>
    public required float EmotionConfidence { get; init; }

    /// <summary>Such as <c>Speech</c> or <c>Laughter</c>.</summary>
    public required string Event { get; init; }

    /// <summary>Whether numbers are written as one writes them, with punctuation: <c>withitn</c> or <c>woitn</c>.</summary>
    public required string Writing { get; init; }

    /// <summary>The text's tokens, with frames of 60 ms.</summary>
    public required IReadOnlyList<HeardToken> Tokens { get; init; }
}
