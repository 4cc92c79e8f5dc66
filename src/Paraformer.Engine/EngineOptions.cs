namespace Paraformer.Engine;

/// <summary>How an engine uses its machine.</summary>
public sealed record EngineOptions
{
    /// <summary>Threads that recognise. Default: one per processor.</summary>
    public int WorkerCount { get; init; } = Environment.ProcessorCount;

    /// <summary>Streams open at the same time; one more is refused with <see cref="RecognitionError.Overloaded"/>. Default: 256.</summary>
    public int MaxStreams { get; init; } = 256;

    /// <summary>
    /// Pack of kind <c>itn-fst</c> that writes the numbers of Mandarin instead of the engine's own grammar, as <c>itn-zh</c>, whose conventions are others
    /// (1200000 for 120万). Default: null, the engine's own grammar.
    /// </summary>
    public string? InverseNormalizationPack { get; init; }
}
