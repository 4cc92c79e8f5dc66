using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Paraformer.Engine.Onnx;
using Paraformer.Models;

namespace Paraformer.Engine.Vad.Silero;

/// <summary>
/// Silero VAD v5/v6 (MIT): 512 samples of 16 kHz audio, behind 64 samples of context, to one probability. Where the file holds the published architecture, it is
/// computed by <see cref="SileroNetwork"/>; ONNX Runtime runs any other that has the same inputs and outputs, and is what the network is checked against.
/// </summary>
internal sealed class SileroModel : IVoiceActivityModel
{
    // Both round differently; a wrong weight or a changed layer differs by far more.
    private const float Tolerance = 1e-3f;

    private readonly PackGraph? _graph;
    private readonly SileroNetwork? _network;

    private SileroModel(PackGraph graph, SileroNetwork? network, string packId)
    {
        PackId = packId;
        _network = network is not null && Agree(graph, network) ? network : null;
        _graph = _network is null ? graph : null;
    }

    public string PackId { get; }

    /// <summary>Whether ONNX Runtime is done without.</summary>
    public bool IsNative => _network is not null;

    /// <summary>Loads and checks the model, and runs it once.</summary>
    /// <exception cref="ModelPackException">The file is not a Silero VAD v5/v6 model.</exception>
    public static SileroModel Load(InstalledPack pack) => Load(pack, PackGraph.Load(pack, "silero_vad.onnx"));

    /// <summary>As <see cref="Load(InstalledPack)"/>, from a graph; the model disposes of it.</summary>
    public static SileroModel Load(InstalledPack pack, PackGraph graph)
    {
        bool isKept = false;
        try
        {
            graph.RequireInput("input", TensorElementType.Float, -1, -1);
            graph.RequireInput("state", TensorElementType.Float, 2, -1, 128);
            graph.RequireInput("sr", TensorElementType.Int64);
            graph.RequireOutput("output", TensorElementType.Float, -1, -1);
            graph.RequireOutput("stateN", TensorElementType.Float, -1, -1, -1);
            using (var detector = new SessionSileroDetector(graph))
            {
                detector.Detect(new float[detector.WindowSamples]);
            }

            var model = new SileroModel(graph, PackText.ReadBytes(pack, graph.FileName, bytes => SileroNetwork.Read(bytes)), pack.Descriptor.Id);
            isKept = !model.IsNative;
            return model;
        }
        catch (OnnxRuntimeException e)
        {
            throw graph.Wrong($"cannot be run ({e.Message})", e);
        }
        finally
        {
            if (!isKept)
            {
                graph.Dispose();
            }
        }
    }

    public IVoiceActivityDetector CreateDetector() => _network is { } network ? new SileroDetector(network) : new SessionSileroDetector(_graph!);

    public void Dispose() => _graph?.Dispose();

    // A second of noise that swells and of a rising tone.
    private static bool Agree(PackGraph graph, SileroNetwork network)
    {
        using var published = new SessionSileroDetector(graph);
        using var own = new SileroDetector(network);
        var random = new Random(1);
        var window = new float[SileroNetwork.WindowSamples];
        for (int w = 0; w < 32; w++)
        {
            for (int i = 0; i < window.Length; i++)
            {
                float time = (w * window.Length) + i;
                window[i] = (0.2f * MathF.Sin(time * time * 2e-5f)) + (w * 0.01f * (random.NextSingle() - 0.5f));
            }

            if (Math.Abs(published.Detect(window) - own.Detect(window)) is not (<= Tolerance))
            {
                return false;
            }
        }

        return true;
    }
}
