using Paraformer.Engine.Scheduling;

namespace Paraformer.Engine.Synthetic;

/// <summary>
/// A graph with a public model's shapes and random weights as a recogniser, to measure everything around it: its words mean
/// nothing. Features, chunks and batches are those of the model whose shapes it has.
/// </summary>
internal sealed class GraphModel : IRecognizerModel
{
    private readonly GraphRunner _runner;
    private readonly bool _streaming;
    private readonly ModelSteps<GraphStep, long[]> _steps;

    /// <param name="runner">The graph; the model disposes of it.</param>
    /// <param name="streaming">Whether the graph is run for every chunk of 600 ms; otherwise once for a whole utterance.</param>
    public GraphModel(GraphRunner runner, bool streaming)
    {
        _runner = runner;
        _streaming = streaming;
        _steps = new ModelSteps<GraphStep, long[]>(runner);
    }

    public string PackId => "synthetic";

    public void UseWorkers(WorkScheduler scheduler, BatchOptions batching) => _steps.UseWorkers(scheduler, batching);

    public IStreamingRecognizer CreateRecognizer(RecognizerOptions options) => new GraphRecognizer(_steps.RunAsync, _streaming);

    public void Dispose()
    {
        _steps.Dispose();
        _runner.Dispose();
    }
}
