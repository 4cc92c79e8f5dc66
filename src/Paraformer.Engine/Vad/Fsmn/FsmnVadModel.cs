using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Paraformer.Engine.Features;
using Paraformer.Engine.Onnx;
using Paraformer.Engine.Vosk;
using Paraformer.Models;

namespace Paraformer.Engine.Vad.Fsmn;

/// <summary>
/// FunASR's FSMN voice activity detector, streaming graph: <c>speech</c> float[1,T,400] and <c>in_cache0..3</c> float[1,128,19,1] to
/// <c>logits</c> float[1,T,248], probabilities of which the first is silence, and <c>out_cache0..3</c>. Shared read-only.
/// </summary>
internal sealed class FsmnVadModel : IVoiceActivityModel
{
    public const int Caches = 4;
    public const int CacheSize = 128 * 19;
    public const int Classes = 248;
    public const int StackedFrames = 5;
    private const int TrySamples = 1600;

    private FsmnVadModel(string packId, PackGraph graph, MeanVariance statistics)
    {
        PackId = packId;
        Graph = graph;
        Statistics = statistics;
    }

    public string PackId { get; }

    internal static int Inputs => StackedFrames * FilterBankOptions.FunAsr.MelBins;

    internal FilterBank FilterBank { get; } = new(FilterBankOptions.FunAsr);

    internal PackGraph Graph { get; }

    internal MeanVariance Statistics { get; }

    /// <summary>Loads and checks the model, and runs it once.</summary>
    /// <exception cref="ModelPackException">A file is missing, damaged or of another model.</exception>
    public static FsmnVadModel Load(InstalledPack pack)
    {
        MeanVariance statistics = PackText.Read(pack, "am.mvn", text => MeanVariance.Parse(text) is { } parsed && parsed.Dimension == Inputs
            ? parsed
            : throw new FormatException($"it has not {Inputs} means"));
        PackGraph graph = PackGraph.Load(pack, "fsmnvad-online.onnx", "model_quant.onnx", "model.onnx");
        try
        {
            graph.RequireInput("speech", TensorElementType.Float, 1, -1, Inputs);
            graph.RequireOutput("logits", TensorElementType.Float, 1, -1, Classes);
            for (int i = 0; i < Caches; i++)
            {
                graph.RequireInput($"in_cache{i}", TensorElementType.Float, 1, 128, 19, 1);
                graph.RequireOutput($"out_cache{i}", TensorElementType.Float, 1, 128, 19, 1);
            }

            var model = new FsmnVadModel(pack.Descriptor.Id, graph, statistics);
            using var scorer = new FsmnScorer(model);
            scorer.Accept(WarmUp.Samples.Span[..TrySamples], []);
            return model;
        }
        catch (OnnxRuntimeException e)
        {
            ModelPackException error = graph.Wrong($"cannot be run ({e.Message})", e);
            graph.Dispose();
            throw error;
        }
        catch
        {
            graph.Dispose();
            throw;
        }
    }

    public IVoiceActivityDetector CreateDetector() => new FsmnDetector(this);

    public void Dispose() => Graph.Dispose();
}
