using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Paraformer.Engine.Scheduling;

/// <summary>Something with work to do in small pieces.</summary>
internal interface IWorkItem
{
    /// <summary>Does one piece. Runs on one worker at a time. Never throws.</summary>
    /// <returns>Whether there is more to do at once.</returns>
    bool Run();
}

/// <summary>
/// A fixed set of worker threads that share the ready streams fairly: each gets one piece of its work done and goes to the
/// back of the queue. Recognition blocks on native code, so it stays off the thread pool.
/// </summary>
internal sealed class WorkScheduler : IDisposable
{
    private readonly BlockingCollection<(IWorkItem Item, long Since)> _ready = [];
    private readonly Thread[] _workers;

    public WorkScheduler(int workerCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(workerCount);
        _workers = new Thread[workerCount];
        for (int i = 0; i < workerCount; i++)
        {
            _workers[i] = new Thread(Work) { IsBackground = true, Name = $"paraformer-{i}" };
            _workers[i].Start();
        }
    }

    /// <summary>Threads that work.</summary>
    public int WorkerCount => _workers.Length;

    /// <summary>Items that wait for a worker.</summary>
    public int Depth => _ready.Count;

    /// <summary>How long ready items wait for their turn.</summary>
    public QueueDelay Delay { get; } = new();

    /// <summary>Puts an item at the back of the queue. The item sees to it that it is there at most once.</summary>
    /// <returns>False once the scheduler is disposed.</returns>
    public bool Schedule(IWorkItem item)
    {
        try
        {
            return _ready.TryAdd((item, Delay.Now));
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Runs a function on a worker.</summary>
    /// <exception cref="ObjectDisposedException">The scheduler is disposed.</exception>
    public Task<T> RunAsync<T>(Func<T> function)
    {
        var job = new Job<T>(function);
        return Schedule(job) ? job.Completion : Task.FromException<T>(new ObjectDisposedException(nameof(WorkScheduler)));
    }

    /// <summary>Lets the workers finish the pieces in hand, and ends them. A worker may call it: it does not wait for itself.</summary>
    public void Dispose()
    {
        _ready.CompleteAdding();
        foreach (Thread worker in _workers.Where(worker => worker != Thread.CurrentThread))
        {
            worker.Join();
        }

        if (!_workers.Contains(Thread.CurrentThread))
        {
            _ready.Dispose();
        }
    }

    private void Work()
    {
        while (_ready.TryTake(out (IWorkItem Item, long Since) next, Timeout.Infinite))
        {
            Run(next.Item, next.Since);

            // An idle worker must not keep the last stream's memory.
            next = default;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Run(IWorkItem item, long since)
    {
        Delay.Record(since);
        if (item.Run())
        {
            Schedule(item);
        }
    }

    private sealed class Job<T>(Func<T> function) : IWorkItem
    {
        private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<T> Completion => _completion.Task;

        public bool Run()
        {
            try
            {
                _completion.SetResult(function());
            }
            catch (Exception e)
            {
                _completion.SetException(e);
            }

            return false;
        }
    }
}
