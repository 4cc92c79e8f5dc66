namespace Paraformer.Engine.Scheduling;

/// <summary>One kind of steps of a model: each runs where it comes up, until there are workers, which run it together with those of other streams. Thread-safe.</summary>
internal sealed class ModelSteps<TInput, TOutput>(IBatchRunner<TInput, TOutput> runner) : IDisposable
{
    private StepBatcher<TInput, TOutput>? _batcher;

    /// <summary>Steps that wait for a worker.</summary>
    public int WaitingSteps => _batcher?.WaitingSteps ?? 0;

    /// <summary>Has the workers run what is handed in by <see cref="RunAsync"/>. Call it before the first step.</summary>
    public void UseWorkers(WorkScheduler scheduler, BatchOptions batching) => _batcher = new StepBatcher<TInput, TOutput>(runner, scheduler, batching);

    /// <summary>Runs a step here and alone.</summary>
    public TOutput Run(TInput input)
    {
        var outputs = new TOutput[1];
        runner.Run([input], outputs);
        return outputs[0];
    }

    /// <summary>Runs a step with others, or here and alone where there are no workers.</summary>
    /// <param name="input">The step.</param>
    /// <param name="patience">How long its stream can well wait.</param>
    /// <param name="cancellationToken">Takes the step back as long as it waits.</param>
    /// <exception cref="RecognitionException">The step failed on a worker.</exception>
    /// <exception cref="OperationCanceledException">The step was taken back.</exception>
    public ValueTask<TOutput> RunAsync(TInput input, TimeSpan patience, CancellationToken cancellationToken) =>
        _batcher?.RunAsync(input, patience, cancellationToken) ?? new(Run(input));

    public void Dispose() => _batcher?.Dispose();
}
