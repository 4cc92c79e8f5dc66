using Paraformer.Engine.Scheduling;

namespace Paraformer.Engine.Synthetic;

/// <summary>
/// A graph with a public model's shapes and random weights as a recogniser, to measure everything around it: its words mean
/// nothing. Features, chunks and batches are those of the model whose shapes it has.
/// </summary>
internal sealed class GraphModel : IRecognizerModel
{
    private readonly GraphRunner _runner;
    private readonly BatchOptions _batching;
    private readonly bool _streaming;
    private StepBatcher<GraphStep, long[]>? _batcher;

    /// <param name="runner">The graph; the model disposes of it.</param>
    /// <param name="streaming">Whether the graph is run for every chunk of 600 ms; otherwise once for a whole utterance.</param>
    /// <param name="batching">Which steps become one batch.</param>
    public GraphModel(GraphRunner runner, bool streaming, BatchOptions batching)
    {
        _runner = runner;
        _streaming = streaming;
        _batching = batching;
    }

    public string PackId => "synthetic";

    public void UseWorkers(WorkScheduler scheduler) => _batcher = new StepBatcher<GraphStep, long[]>(_runner, scheduler, _batching);

    public IStreamingRecognizer CreateRecognizer(RecognizerOptions options) => new GraphRecognizer(RunAsync, _streaming);

    public void Dispose()
    {
        _batcher?.Dispose();
        _runner.Dispose();
    }

    private ValueTask<long[]> RunAsync(GraphStep step, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (_batcher is not null)
        {
            return _batcher.RunAsync(step, patience, cancellationToken);
        }

        var outputs = new long[1][];
        _runner.Run([step], outputs);
        return new(outputs[0]);
    }
}
