using Microsoft.ML.OnnxRuntime;
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
    private static readonly string[] s_inputs = ["input", "state", "sr"];
    private static readonly string[] s_outputs = ["output", "stateN"];

    private readonly InferenceSession? _session;
    private readonly SileroNetwork? _network;

    private SileroModel(InferenceSession session, SileroNetwork? network, string packId)
    {
        PackId = packId;
        _network = network is not null && Agree(session, network) ? network : null;
        if (_network is null)
        {
            _session = session;
        }
        else
        {
            session.Dispose();
        }
    }

    public string PackId { get; }

    /// <summary>Whether ONNX Runtime is done without.</summary>
    public bool IsNative => _network is not null;

    /// <summary>Loads and checks the model.</summary>
    /// <exception cref="ModelPackException">The file is not a Silero VAD v5/v6 model.</exception>
    public static SileroModel Load(InstalledPack pack)
    {
        InferenceSession session = Open(pack);
        try
        {
            return new SileroModel(session, SileroNetwork.Read(File.ReadAllBytes(pack.PathOf("silero_vad.onnx"))), pack.Descriptor.Id);
        }
        catch (OnnxRuntimeException e)
        {
            session.Dispose();
            throw new ModelPackException(pack.Descriptor.Id, $"pack {pack.Descriptor.Id}: silero_vad.onnx fails at its first window: run 'paraformer models verify {pack.Descriptor.Id}'", e);
        }
    }

    public IVoiceActivityDetector CreateDetector() => _network is { } network ? new SileroDetector(network) : new SessionSileroDetector(_session!);

    public void Dispose() => _session?.Dispose();

    /// <summary>Opens the graph on ONNX Runtime.</summary>
    internal static InferenceSession Open(InstalledPack pack)
    {
        string file = pack.PathOf("silero_vad.onnx");
        InferenceSession session;
        try
        {
            // One window costs a tenth of a millisecond: threads of its own would cost more than they bring.
            using var options = new SessionOptions
            {
                IntraOpNumThreads = 1,
                InterOpNumThreads = 1,
                EnableCpuMemArena = false,
                LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
            };
            session = new InferenceSession(file, options);
        }
        catch (OnnxRuntimeException e)
        {
            throw new ModelPackException(pack.Descriptor.Id, $"pack {pack.Descriptor.Id}: {file} cannot be loaded: run 'paraformer models verify {pack.Descriptor.Id}'", e);
        }

        string? missing = s_inputs.FirstOrDefault(name => !session.InputMetadata.ContainsKey(name))
            ?? s_outputs.FirstOrDefault(name => !session.OutputMetadata.ContainsKey(name));
        if (missing is not null)
        {
            session.Dispose();
            throw new ModelPackException(pack.Descriptor.Id, $"pack {pack.Descriptor.Id}: {file} has no tensor '{missing}', so it is not Silero VAD v5 or v6");
        }

        return session;
    }

    // A second of noise that swells and of a rising tone.
    private static bool Agree(InferenceSession session, SileroNetwork network)
    {
        using var published = new SessionSileroDetector(session);
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
