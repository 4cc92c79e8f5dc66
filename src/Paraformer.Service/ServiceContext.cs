using Microsoft.Extensions.Logging;
using Paraformer.Engine;
using Paraformer.Service.Connections;
using Paraformer.Service.Limits;

namespace Paraformer.Service;

/// <summary>What all connections of a service share.</summary>
internal sealed class ServiceContext : IDisposable
{
    private long _drainingSince = Clock.Never;

    public ServiceContext(IRecognitionEngine engine, RecognitionServiceOptions options, TimeProvider time, ILogger logger, ISessionQuota? quota, ServiceHooks? hooks)
    {
        Engine = engine;
        Options = options;
        Clock = new Clock(time);
        Logger = logger;
        Hooks = hooks ?? new ServiceHooks();
        Buffers = new BufferBudget(options.MaxBufferedBytes);
        Metrics = new ServiceMetrics(this, Buffers);
        Gate = new SessionGate(quota ?? new MemorySessionQuota(options.Quota, time), options.MaxSessions, Metrics);
        Watchman = new Watchman(options.CheckInterval, time);
    }

    public IRecognitionEngine Engine { get; }

    public RecognitionServiceOptions Options { get; }

    public Clock Clock { get; }

    public ILogger Logger { get; }

    public ServiceHooks Hooks { get; }

    public BufferBudget Buffers { get; }

    public ServiceMetrics Metrics { get; }

    public SessionGate Gate { get; }

    public Watchman Watchman { get; }

    public bool IsDraining => Volatile.Read(ref _drainingSince) != Clock.Never;

    public bool DrainExpired => Clock.HasPassed(Volatile.Read(ref _drainingSince), Options.DrainTimeout);

    public void BeginDrain() => Interlocked.CompareExchange(ref _drainingSince, Clock.Now, Clock.Never);

    public void Dispose()
    {
        Watchman.Dispose();
        Metrics.Dispose();
    }
}
