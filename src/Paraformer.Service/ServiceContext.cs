using Microsoft.Extensions.Logging;
using Paraformer.Engine;

namespace Paraformer.Service;

/// <summary>What all connections of a service share.</summary>
internal sealed class ServiceContext(IRecognitionEngine engine, RecognitionServiceOptions options, TimeProvider time, ILogger logger)
{
    private long _drainingSince = Clock.Never;

    public IRecognitionEngine Engine { get; } = engine;

    public RecognitionServiceOptions Options { get; } = options;

    public Clock Clock { get; } = new(time);

    public ILogger Logger { get; } = logger;

    public bool IsDraining => Volatile.Read(ref _drainingSince) != Clock.Never;

    public bool DrainExpired => Clock.HasPassed(Volatile.Read(ref _drainingSince), Options.DrainTimeout);

    public void BeginDrain() => Interlocked.CompareExchange(ref _drainingSince, Clock.Now, Clock.Never);
}
