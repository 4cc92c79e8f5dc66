using Microsoft.ML.OnnxRuntime;
using Paraformer.Engine.Onnx;
using Paraformer.Engine.Scheduling;
using Paraformer.Models;

namespace Paraformer.Engine.ParaformerModels;

/// <summary>
/// A Paraformer of whole utterances as FunASR exports it and sherpa-onnx repackages it, quantised or not; with timestamps and hot words
/// where the graph has them. Shared read-only.
/// </summary>
internal sealed class OfflineParaformerModel : IRecognizerModel
{
    // A final that waits behind others' is late by what is heard between: batches of more than a minute of audio help none.
    private const int MaxBatchFrames = 1000;

    // Longest utterances may be a quarter longer than the shortest of their batch.
    private const double Padding = 0.2;

    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(200);
    private readonly PackGraph _graph;
    private readonly UtteranceRunner _runner;
    private readonly ModelSteps<UtteranceStep, OfflineResult> _steps;

    private OfflineParaformerModel(InstalledPack pack, PackGraph graph)
    {
        PackId = pack.Descriptor.Id;
        Languages = pack.Descriptor.Languages;
        _graph = graph;
        Files = ParaformerFiles.Read(pack, graph);
        _runner = new UtteranceRunner(graph, Files);
        _steps = new ModelSteps<UtteranceStep, OfflineResult>(_runner);
        if (_runner.TakesBias)
        {
            Embedder = HotWordEmbedder.Load(pack, Files.Vocabulary, _runner.BiasWidth);
            _runner.BiasWidth = Embedder.Blank.Length;
        }
    }

    public string PackId { get; }

    /// <summary>Languages of the pack.</summary>
    public IReadOnlyList<string> Languages { get; }

    /// <summary>Vocabulary and normalisation.</summary>
    public ParaformerFiles Files { get; }

    /// <summary>Makes hot words' vectors; null where the model takes none.</summary>
    public HotWordEmbedder? Embedder { get; private set; }

    /// <summary>Loads and checks a pack; a quantised graph comes first.</summary>
    /// <exception cref="ModelPackException">A file is missing or damaged, or the files do not fit each other.</exception>
    public static OfflineParaformerModel Load(InstalledPack pack)
    {
        PackGraph graph = PackGraph.Load(pack, "model.int8.onnx", "model_quant.onnx", "model.onnx");
        OfflineParaformerModel? model = null;
        try
        {
            model = new OfflineParaformerModel(pack, graph);
            model.Try();
            return model;
        }
        catch
        {
            model?.Embedder?.Dispose();
            graph.Dispose();
            throw;
        }
    }

    /// <summary>Finds out what the graph takes as one batch and has the workers run utterances so.</summary>
    public void UseWorkers(WorkScheduler scheduler, BatchOptions batching)
    {
        if (batching.MaxSteps > 1)
        {
            BatchOptions limited = _runner.FindForm(Embedder?.Blank).Limit(batching, Padding);
            _steps.UseWorkers(scheduler, limited with { MaxBatchLength = Math.Min(MaxBatchFrames, limited.MaxBatchLength) });
        }
    }

    public IStreamingRecognizer CreateRecognizer(RecognizerOptions options) => new OfflineParaformerRecognizer(this, options);

    /// <summary>Recognises whole audio, here and alone.</summary>
    /// <param name="frames">Normalised frames, [count, features].</param>
    /// <param name="bias">Hot words' vectors, or null for none.</param>
    public OfflineResult Run(float[] frames, float[]? bias) => _steps.Run(new UtteranceStep(frames, bias ?? Embedder?.Blank));

    /// <summary>As <see cref="Run"/>, together with other streams.</summary>
    public ValueTask<OfflineResult> RunAsync(float[] frames, float[]? bias, CancellationToken cancellationToken) =>
        _steps.RunAsync(new UtteranceStep(frames, bias ?? Embedder?.Blank), s_patience, cancellationToken);

    public void Dispose()
    {
        _steps.Dispose();
        Embedder?.Dispose();
        _graph.Dispose();
    }

    private void Try()
    {
        try
        {
            _runner.Try(frames: 20, Embedder?.Blank);
        }
        catch (OnnxRuntimeException e)
        {
            throw _graph.Wrong($"cannot be run ({e.Message})", e);
        }
    }
}
