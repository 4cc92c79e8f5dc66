namespace Paraformer.Engine.ParaformerModels;

/// <summary>What one pass over a chunk gave.</summary>
internal sealed record ChunkPass
{
    /// <summary>Frames that the encoder saw.</summary>
    public required int Frames { get; init; }

    /// <summary>The encoder's output, [frames, width].</summary>
    public required float[] Encoded { get; init; }

    /// <summary>Each frame's weight; 0 where the frame is context.</summary>
    public required float[] Alphas { get; init; }

    /// <summary>The frame of the utterance, 60 ms each, that completed each token.</summary>
    public required IReadOnlyList<int> Fires { get; init; }

    /// <summary>The tokens' embeddings, [tokens, width].</summary>
    public required float[] Fired { get; init; }

    /// <summary>The decoder's scores, [tokens, vocabulary].</summary>
    public required float[] Scores { get; init; }
}
