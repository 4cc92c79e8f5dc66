using Microsoft.ML.OnnxRuntime;

namespace Paraformer.Engine.Onnx;

/// <summary>How ONNX Runtime is set up for models that the workers share.</summary>
internal static class SessionSettings
{
    /// <summary>
    /// Makes the options of a session that several workers run at the same time: one thread a run, since the workers are the
    /// threads; no arena, which grows with every new shape and never gives back; no spinning after a run.
    /// </summary>
    /// <param name="threads">Threads of a run. More than one only pays where one stream has the machine for itself.</param>
    public static SessionOptions Create(int threads = 1)
    {
        var options = new SessionOptions
        {
            IntraOpNumThreads = threads,
            InterOpNumThreads = 1,
            EnableCpuMemArena = false,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        return options;
    }
}
