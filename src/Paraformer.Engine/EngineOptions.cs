namespace Paraformer.Engine;

/// <summary>How an engine uses its machine.</summary>
public sealed record EngineOptions
{
    /// <summary>Threads that recognise. Default: one per processor.</summary>
    public int WorkerCount { get; init; } = Environment.ProcessorCount;

    /// <summary>Streams open at the same time; one more is refused with <see cref="RecognitionError.Overloaded"/>. Default: 256.</summary>
    public int MaxStreams { get; init; } = 256;

    /// <summary>
    /// Streams whose steps through a neural model run as one at most. 1: every stream alone, so that what a dynamically quantised model (int8) makes of a stream
    /// does not depend on its company. Default: 8.
    /// </summary>
    public int MaxBatchSteps { get; init; } = 8;

    /// <summary>
    /// The pack that tells speech from silence: <c>vad-silero</c> or <c>vad-fsmn</c>. Default: null, the first of the two that is installed.
    /// </summary>
    public string? VoiceActivityPack { get; init; }

    /// <summary>
    /// Lists of hot words that may be in use at the same time, all packs together, with packs which must be loaded for each (Vosk's), and are kept for the next stream;
    /// 0 or more. Streams with the same list share one. A stream whose list finds no room is recognised without it. Default: 4.
    /// </summary>
    public int MaxHotWordModels { get; init; } = 4;

    /// <summary>
    /// How long ready streams may wait for a worker, mean of the last two seconds, before another stream is refused with
    /// <see cref="RecognitionError.Overloaded"/>: the machine's measured headroom. Default: null, none is refused for that.
    /// </summary>
    public TimeSpan? MaxQueueDelay { get; init; }

    /// <summary>
    /// Pack of kind <c>itn-fst</c> that writes the numbers of Mandarin instead of the engine's own grammar, as <c>itn-zh</c>, whose conventions are others
    /// (1200000 for 120万). Default: null, the engine's own grammar.
    /// </summary>
    public string? InverseNormalizationPack { get; init; }
}
