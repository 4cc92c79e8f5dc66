namespace Paraformer.Engine.Scheduling;

/// <summary>Runs steps of several streams as one.</summary>
/// <typeparam name="TInput">What a step is given.</typeparam>
/// <typeparam name="TOutput">What comes of it.</typeparam>
internal interface IBatchRunner<TInput, TOutput>
{
    /// <summary>A step's length, in whatever unit its cost grows with. Only steps of like length become one batch.</summary>
    int LengthOf(TInput input);

    /// <summary>Runs a batch. Called by several workers at the same time; blocks while it computes.</summary>
    /// <param name="inputs">The steps; at least one.</param>
    /// <param name="outputs">Takes each step's result at its place; as many as <paramref name="inputs"/>.</param>
    void Run(ReadOnlySpan<TInput> inputs, Span<TOutput> outputs);
}

/// <summary>Which steps become one batch.</summary>
internal sealed record BatchOptions
{
    /// <summary>Every step for itself.</summary>
    public static BatchOptions Unbatched { get; } = new() { MaxSteps = 1 };

    /// <summary>Steps of a batch at most. Default: 8; more gained little on two cores and made streams wait longer.</summary>
    public int MaxSteps { get; init; } = 8;

    /// <summary>
    /// How long the first step of a batch that is not full waits for others although a worker is free. Default: not at all.
    /// Steps that come while all workers are busy wait anyway and make up the next batch: that is enough under load, and
    /// without load waiting only delays.
    /// </summary>
    public TimeSpan MaxWait { get; init; } = TimeSpan.Zero;

    /// <summary>How much shorter than the longest of its batch a step may be, as a share of it, since it is padded. Default: 0.2.</summary>
    public double Padding { get; init; } = 0.2;

    /// <summary>Steps × length of the longest at most, so that long steps do not hold a worker for long; one step alone may be longer. Default: no limit.</summary>
    public long MaxBatchLength { get; init; } = long.MaxValue;
}
