namespace Paraformer.Service.Callers;

/// <summary>Learns what was used. Thread-safe.</summary>
public interface IUsageRecorder
{
    /// <summary>A task has ended, well or not. Must not throw.</summary>
    /// <param name="caller">On whose account it ran.</param>
    /// <param name="model">The model that it used.</param>
    /// <param name="audioMs">Length of the audio that was decoded, in milliseconds.</param>
    ValueTask RecordAsync(ServiceCaller caller, string model, long audioMs);
}
