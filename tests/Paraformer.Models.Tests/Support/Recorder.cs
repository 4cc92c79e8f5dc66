using System.Collections.Concurrent;

namespace Paraformer.Models.Tests.Support;

/// <summary>Keeps the progress it is told, and runs an action on each.</summary>
internal sealed class Recorder(Action<PackProgress>? action = null) : IProgress<PackProgress>
{
    public ConcurrentQueue<PackProgress> Reports { get; } = new();

    public void Report(PackProgress value)
    {
        Reports.Enqueue(value);
        action?.Invoke(value);
    }
}
