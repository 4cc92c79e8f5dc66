using Paraformer.Engine.Scheduling;

namespace Paraformer.Engine.Tests.Scheduling;

/// <summary>Workers that begin when they are told to, so that steps can be made to wait.</summary>
internal sealed class HeldWorkers : IDisposable
{
    private readonly ManualResetEventSlim _released = new();

    public HeldWorkers(int count)
    {
        Scheduler = new WorkScheduler(count);
        for (int i = 0; i < count; i++)
        {
            _ = Scheduler.RunAsync(() => _released.Wait(TimeSpan.FromSeconds(60)));
        }
    }

    public WorkScheduler Scheduler { get; }

    public void Release() => _released.Set();

    public void Dispose()
    {
        Release();
        Scheduler.Dispose();
        _released.Dispose();
    }
}
