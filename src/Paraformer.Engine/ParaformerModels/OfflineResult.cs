namespace Paraformer.Engine.ParaformerModels;

/// <summary>What a whole-utterance Paraformer gave.</summary>
internal sealed record OfflineResult
{
    /// <summary>Tokens that it counted.</summary>
    public required int Tokens { get; init; }

    /// <summary>Scores, [tokens, vocabulary].</summary>
    public required float[] Scores { get; init; }

    /// <summary>Weights at 20 ms a step; null where the model has none.</summary>
    public float[]? Alphas { get; init; }

    /// <summary>The running sum of the weights, above 1 where a token ends; null where the model has none.</summary>
    public float[]? Peaks { get; init; }
}
