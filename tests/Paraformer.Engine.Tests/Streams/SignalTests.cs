using Paraformer.Engine.Streams;

namespace Paraformer.Engine.Tests.Streams;

public sealed class SignalTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Signals_that_nobody_waits_for_are_one()
    {
        var signal = new Signal();
        signal.Set();
        signal.Set();
        await signal.WaitAsync(Cancel);
        Assert.False(signal.WaitAsync(Cancel).AsTask().IsCompleted);
    }

    [Fact]
    public async Task A_signal_ends_the_wait()
    {
        var signal = new Signal();
        Task wait = signal.WaitAsync(Cancel).AsTask();
        Assert.False(wait.IsCompleted);
        signal.Set();
        await wait;
    }

    [Fact]
    public async Task A_cancelled_wait_says_so_and_the_next_one_is_sound()
    {
        var signal = new Signal();
        using var stop = new CancellationTokenSource();
        Task wait = signal.WaitAsync(stop.Token).AsTask();
        await stop.CancelAsync();
        OperationCanceledException e = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
        Assert.Equal(stop.Token, e.CancellationToken);
        Task next = signal.WaitAsync(Cancel).AsTask();
        Assert.False(next.IsCompleted);
        signal.Set();
        await next;
    }

    [Fact]
    public async Task No_change_is_missed_between_two_threads()
    {
        const int Changes = 200_000;
        var signal = new Signal();
        int changes = 0;
        Task writer = Task.Run(() =>
        {
            for (int i = 0; i < Changes; i++)
            {
                Interlocked.Increment(ref changes);
                signal.Set();
            }
        }, Cancel);
        while (Volatile.Read(ref changes) < Changes)
        {
            await signal.WaitAsync(Cancel).AsTask().WaitAsync(TimeSpan.FromMinutes(1), Cancel);
        }

        await writer;
    }

    [Fact]
    public async Task Cancellation_and_signal_at_once_end_the_wait_once()
    {
        for (int i = 0; i < 2000; i++)
        {
            var signal = new Signal();
            using var stop = new CancellationTokenSource();
            Task wait = signal.WaitAsync(stop.Token).AsTask();
            Task cancel = Task.Run(stop.Cancel, Cancel);
            signal.Set();
            await Task.WhenAny(wait);
            await cancel;
            signal.Set();
            await signal.WaitAsync(Cancel).AsTask().WaitAsync(TimeSpan.FromMinutes(1), Cancel);
        }
    }
}
