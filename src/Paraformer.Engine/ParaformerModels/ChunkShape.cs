namespace Paraformer.Engine.ParaformerModels;

/// <summary>What a streaming Paraformer sees at a time, in frames of 60 ms. Tokens are made of the new and the context after them is only looked at.</summary>
/// <param name="Left">Context before.</param>
/// <param name="New">New frames a chunk.</param>
/// <param name="Right">Context after: what the text is behind the audio, besides the chunk's length.</param>
internal readonly record struct ChunkShape(int Left, int New, int Right)
{
    /// <summary>Samples of a frame.</summary>
    public const int FrameSamples = 960;

    /// <summary>FunASR's: 300 ms before, 600 ms, 300 ms after.</summary>
    public static ChunkShape Default { get; } = new(5, 10, 5);

    /// <summary>Frames kept from chunk to chunk.</summary>
    public int Context => Left + Right;

    /// <summary>Samples of a chunk.</summary>
    public int Samples => New * FrameSamples;
}
