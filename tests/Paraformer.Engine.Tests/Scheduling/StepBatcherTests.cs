using System.Collections.Concurrent;
using Paraformer.Engine.Scheduling;

namespace Paraformer.Engine.Tests.Scheduling;

public sealed class StepBatcherTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Steps_that_wait_for_a_worker_become_one_batch()
    {
        var runner = new Doubler();
        using var workers = new HeldWorkers(1);
        using var batcher = new StepBatcher<int, int>(runner, workers.Scheduler, new BatchOptions());
        Task<int>[] steps = [.. Enumerable.Range(1, 5).Select(i => Hand(batcher, i))];
        workers.Release();
        int[] results = await Task.WhenAll(steps).WaitAsync(s_limit, TestContext.Current.CancellationToken);
        Assert.Equal([2, 4, 6, 8, 10], results);
        Assert.Equal([1, 2, 3, 4, 5], Assert.Single(runner.Batches));
    }

    [Fact]
    public async Task A_batch_has_no_more_steps_than_allowed()
    {
        var runner = new Doubler();
        using var workers = new HeldWorkers(1);
        using var batcher = new StepBatcher<int, int>(runner, workers.Scheduler, new BatchOptions { MaxSteps = 4 });
        Task<int>[] steps = [.. Enumerable.Range(1, 10).Select(i => Hand(batcher, i))];
        workers.Release();
        await Task.WhenAll(steps).WaitAsync(s_limit, TestContext.Current.CancellationToken);
        Assert.Equal([4, 4, 2], runner.Batches.Select(b => b.Length));
    }

    [Fact]
    public async Task Only_steps_of_like_length_become_one_batch()
    {
        var runner = new Doubler { Lengths = i => i };
        using var workers = new HeldWorkers(1);
        using var batcher = new StepBatcher<int, int>(runner, workers.Scheduler, new BatchOptions { Padding = 0.1 });
        List<int> lengths = [100, 10, 95, 11, 91, 85];
        Task<int>[] steps = [.. lengths.Select(i => Hand(batcher, i))];
        workers.Release();
        await Task.WhenAll(steps).WaitAsync(s_limit, TestContext.Current.CancellationToken);
        Assert.Equal(["100 95 91", "10 11", "85"], runner.Batches.Select(b => string.Join(' ', b)));
    }

    [Fact]
    public async Task Long_steps_make_small_batches()
    {
        var runner = new Doubler { Lengths = _ => 100 };
        using var workers = new HeldWorkers(1);
        using var batcher = new StepBatcher<int, int>(runner, workers.Scheduler, new BatchOptions { MaxBatchLength = 250 });
        Task<int>[] steps = [.. Enumerable.Range(1, 5).Select(i => Hand(batcher, i))];
        workers.Release();
        await Task.WhenAll(steps).WaitAsync(s_limit, TestContext.Current.CancellationToken);
        Assert.Equal([2, 2, 1], runner.Batches.Select(b => b.Length));
    }

    [Fact]
    public async Task The_step_that_is_due_first_goes_first_and_none_starves()
    {
        var runner = new Doubler();
        using var workers = new HeldWorkers(1);
        using var batcher = new StepBatcher<int, int>(runner, workers.Scheduler, BatchOptions.Unbatched);
        Task<int> patient = Hand(batcher, 1, TimeSpan.FromHours(1));
        Task<int>[] others = [Hand(batcher, 2, TimeSpan.FromMinutes(1)), Hand(batcher, 3), Hand(batcher, 4, TimeSpan.FromMinutes(1))];
        workers.Release();
        await Task.WhenAll([patient, .. others]).WaitAsync(s_limit, TestContext.Current.CancellationToken);
        Assert.Equal([3, 2, 4, 1], runner.Batches.Select(b => b[0]));
    }

    [Fact]
    public async Task A_step_that_fails_fails_alone()
    {
        var runner = new Doubler { Bad = 3 };
        using var workers = new HeldWorkers(1);
        using var batcher = new StepBatcher<int, int>(runner, workers.Scheduler, new BatchOptions());
        Task<int>[] steps = [.. Enumerable.Range(1, 5).Select(i => Hand(batcher, i))];
        workers.Release();
        RecognitionException error = await Assert.ThrowsAsync<RecognitionException>(() => steps[2].WaitAsync(s_limit, TestContext.Current.CancellationToken));
        Assert.Equal(RecognitionError.Internal, error.Error);
        Assert.Contains("step 3 is bad", error.Message, StringComparison.Ordinal);
        int[] others = await Task.WhenAll(steps.Where((_, i) => i != 2)).WaitAsync(s_limit, TestContext.Current.CancellationToken);
        Assert.Equal([2, 4, 8, 10], others);

        // And the batcher goes on.
        Assert.Equal(14, await Hand(batcher, 7).WaitAsync(s_limit, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_batch_that_was_cut_off_is_not_run_again()
    {
        var runner = new Doubler { Bad = 3, Error = new InvalidOperationException("too long", new TimeoutException()) };
        using var workers = new HeldWorkers(1);
        using var batcher = new StepBatcher<int, int>(runner, workers.Scheduler, new BatchOptions());
        Task<int>[] steps = [.. Enumerable.Range(1, 5).Select(i => Hand(batcher, i))];
        workers.Release();
        foreach (Task<int> step in steps)
        {
            RecognitionException error = await Assert.ThrowsAsync<RecognitionException>(() => step.WaitAsync(s_limit, TestContext.Current.CancellationToken));
            Assert.Contains("too long", error.Message, StringComparison.Ordinal);
        }

        Assert.Single(runner.Batches);
        Assert.Equal(14, await Hand(batcher, 7).WaitAsync(s_limit, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_step_that_is_taken_back_is_not_run()
    {
        var runner = new Doubler();
        using var workers = new HeldWorkers(1);
        using var batcher = new StepBatcher<int, int>(runner, workers.Scheduler, new BatchOptions());
        using var cancellation = new CancellationTokenSource();
        Task<int> gone = batcher.RunAsync(1, TimeSpan.Zero, cancellation.Token).AsTask();
        Task<int> stays = Hand(batcher, 2);
        await cancellation.CancelAsync();
        workers.Release();
        await Assert.ThrowsAsync<OperationCanceledException>(() => gone.WaitAsync(s_limit, TestContext.Current.CancellationToken));
        Assert.Equal(4, await stays.WaitAsync(s_limit, TestContext.Current.CancellationToken));
        Assert.Equal([2], Assert.Single(runner.Batches));
        Assert.Equal(0, batcher.WaitingSteps);
    }

    [Fact]
    public async Task Steps_of_an_engine_that_is_shut_down_fail()
    {
        var scheduler = new WorkScheduler(1);
        using var batcher = new StepBatcher<int, int>(new Doubler(), scheduler, new BatchOptions());
        scheduler.Dispose();
        await Assert.ThrowsAsync<RecognitionException>(() => Hand(batcher, 1).WaitAsync(s_limit, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_batch_that_is_not_full_waits_for_more_where_it_may()
    {
        var runner = new Doubler();
        using var scheduler = new WorkScheduler(2);
        using var batcher = new StepBatcher<int, int>(runner, scheduler, new BatchOptions { MaxSteps = 3, MaxWait = TimeSpan.FromHours(1) });
        Task<int>[] steps = [Hand(batcher, 1), Hand(batcher, 2)];
        Assert.Equal(2, batcher.WaitingSteps);
        steps = [.. steps, Hand(batcher, 3)];
        await Task.WhenAll(steps).WaitAsync(s_limit, TestContext.Current.CancellationToken);
        Assert.Equal([1, 2, 3], Assert.Single(runner.Batches));
    }

    [Fact]
    public async Task Waiting_for_more_ends()
    {
        using var scheduler = new WorkScheduler(2);
        using var batcher = new StepBatcher<int, int>(new Doubler(), scheduler, new BatchOptions { MaxWait = TimeSpan.FromMilliseconds(1) });
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal(2 * i, await Hand(batcher, i).WaitAsync(s_limit, TestContext.Current.CancellationToken));
        }
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(3, 0)]
    [InlineData(3, 1)]
    public async Task Every_stream_gets_its_own_results_in_order(int workers, int maxWaitMs)
    {
        using var scheduler = new WorkScheduler(workers);
        var runner = new Doubler { Lengths = i => 10 + (i % 7) };
        using var batcher = new StepBatcher<int, int>(
            runner, scheduler, new BatchOptions { MaxSteps = 5, MaxWait = TimeSpan.FromMilliseconds(maxWaitMs) });
        int[] counts = await Task.WhenAll(Enumerable.Range(0, 60).Select(stream => Task.Run(async () =>
        {
            int right = 0;
            for (int step = 0; step < 50; step++)
            {
                right += await Hand(batcher, (stream * 1000) + step) == 2 * ((stream * 1000) + step) ? 1 : 0;
            }

            return right;
        }, TestContext.Current.CancellationToken))).WaitAsync(s_limit, TestContext.Current.CancellationToken);
        Assert.All(counts, right => Assert.Equal(50, right));
        Assert.InRange(runner.MostAtOnce, 1, workers);
        Assert.All(runner.Batches, batch => Assert.InRange(batch.Length, 1, 5));
    }

    private static Task<int> Hand(StepBatcher<int, int> batcher, int step, TimeSpan patience = default) =>
        batcher.RunAsync(step, patience, TestContext.Current.CancellationToken).AsTask();

    /// <summary>Workers that are busy until they are released.</summary>
    private sealed class Doubler : IBatchRunner<int, int>
    {
        private int _now;
        private int _most;

        public ConcurrentQueue<int[]> Batches { get; } = new();

        public Func<int, int> Lengths { get; init; } = _ => 1;

        public int? Bad { get; init; }

        public Exception? Error { get; init; }

        public int MostAtOnce => _most;

        public int LengthOf(int input) => Lengths(input);

        public void Run(ReadOnlySpan<int> inputs, Span<int> outputs)
        {
            int now = Interlocked.Increment(ref _now);
            for (int most = _most; now > most; most = _most)
            {
                Interlocked.CompareExchange(ref _most, now, most);
            }

            Batches.Enqueue(inputs.ToArray());
            for (int i = 0; i < inputs.Length; i++)
            {
                outputs[i] = inputs[i] == Bad ? throw Error ?? new InvalidOperationException($"step {inputs[i]} is bad") : 2 * inputs[i];
            }

            Interlocked.Decrement(ref _now);
        }
    }
}
