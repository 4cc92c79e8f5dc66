using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Paraformer.Engine.Onnx;
using Paraformer.Models;

namespace Paraformer.Engine.Vad;

/// <summary>Silero VAD v5/v6 (MIT): 512 samples of 16 kHz audio, behind 64 samples of context, to one probability.</summary>
internal sealed class SileroModel : IVoiceActivityModel
{
    private SileroModel(PackGraph graph, string packId)
    {
        Graph = graph;
        PackId = packId;
    }

    public string PackId { get; }

    internal PackGraph Graph { get; }

    /// <summary>Loads and checks the model, and runs it once.</summary>
    /// <exception cref="ModelPackException">The file is not a Silero VAD v5/v6 model.</exception>
    public static SileroModel Load(InstalledPack pack) => Load(pack, PackGraph.Load(pack, "silero_vad.onnx"));

    /// <summary>As <see cref="Load(InstalledPack)"/>, from a graph; the model disposes of it.</summary>
    public static SileroModel Load(InstalledPack pack, PackGraph graph)
    {
        try
        {
            graph.RequireInput("input", TensorElementType.Float, -1, -1);
            graph.RequireInput("state", TensorElementType.Float, 2, -1, 128);
            graph.RequireInput("sr", TensorElementType.Int64);
            graph.RequireOutput("output", TensorElementType.Float, -1, -1);
            graph.RequireOutput("stateN", TensorElementType.Float, -1, -1, -1);
            var model = new SileroModel(graph, pack.Descriptor.Id);
            using var detector = new SileroDetector(model);
            detector.Detect(new float[detector.WindowSamples]);
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

    public IVoiceActivityDetector CreateDetector() => new SileroDetector(this);

    public void Dispose() => Graph.Dispose();
}
