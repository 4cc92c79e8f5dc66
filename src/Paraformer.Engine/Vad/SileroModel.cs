using Microsoft.ML.OnnxRuntime;
using Paraformer.Models;

namespace Paraformer.Engine.Vad;

/// <summary>Silero VAD v5/v6 (MIT): 512 samples of 16 kHz audio, behind 64 samples of context, to one probability.</summary>
internal sealed class SileroModel : IVoiceActivityModel
{
    private static readonly string[] s_inputs = ["input", "state", "sr"];
    private static readonly string[] s_outputs = ["output", "stateN"];

    private SileroModel(InferenceSession session, string packId)
    {
        Session = session;
        PackId = packId;
    }

    public string PackId { get; }

    internal InferenceSession Session { get; }

    /// <summary>Loads and checks the model.</summary>
    /// <exception cref="ModelPackException">The file is not a Silero VAD v5/v6 model.</exception>
    public static SileroModel Load(InstalledPack pack)
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

        return new SileroModel(session, pack.Descriptor.Id);
    }

    public IVoiceActivityDetector CreateDetector() => new SileroDetector(this);

    public void Dispose() => Session.Dispose();
}
