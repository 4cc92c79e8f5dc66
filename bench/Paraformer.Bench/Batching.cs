using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Paraformer.Engine.Scheduling;
using Paraformer.Engine.Synthetic;

namespace Paraformer.Bench;

/// <summary>
/// Steps of 600 ms of audio (20 frames) through the batcher on a synthetic graph, one worker a processor: how many streams at real time it
/// makes when all have work at all times, and how long steps take when streams come at their own pace.
/// </summary>
internal static class Batching
{
    private const int Frames = 20;
    private const int Tokens = 4;
    private const int Rounds = 4;
    private static readonly TimeSpan s_chunk = TimeSpan.FromMilliseconds(600);

    public static async Task RunAsync(string graph, int[] streams, double seconds)
    {
        using GraphRunner runner = GraphRunner.Load(graph);
        using GraphRunner unchanged = GraphRunner.Load(graph, unchanged: true);
        await CompareAsync([("as it is", unchanged), ("lifted", runner)], seconds / Rounds);

        Console.WriteLine();
        Console.WriteLine("| paced streams | batch at most | max wait, ms | p50, ms | p95, ms | p99, ms | mean batch |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        foreach (int count in streams)
        {
            foreach ((int size, int wait) in new[] { (1, 0), (8, 0), (16, 0), (8, 10), (8, 40) })
            {
                var options = new BatchOptions { MaxSteps = size, MaxWait = TimeSpan.FromMilliseconds(wait) };
                (double[] latencies, double batch) = await PaceAsync(runner, options, count, seconds * 2);
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"| {count} | {size} | {wait} | {At(latencies, 0.5):0} | {At(latencies, 0.95):0} | {At(latencies, 0.99):0} | {batch:0.0} |"));
            }
        }
    }

    // In turn, a little at a time: a machine that is faster now than then favours none.
    private static async Task CompareAsync((string Name, GraphRunner Graph)[] graphs, double seconds)
    {
        int[] sizes = [1, 2, 4, 8, 12, 16];
        var runs = new Dictionary<(string Name, int Size), List<(double Rate, double ProcessorMs, double Batch)>>();
        for (int round = 0; round < Rounds; round++)
        {
            foreach (int size in sizes)
            {
                foreach ((string name, GraphRunner graph) in graphs)
                {
                    if (!runs.TryGetValue((name, size), out List<(double, double, double)>? own))
                    {
                        runs[(name, size)] = own = [];
                    }

                    own.Add(await SaturateAsync(graph, new BatchOptions { MaxSteps = size }, 4 * size, seconds));
                }
            }
        }

        Console.WriteLine("| closed loop: graph | batch at most | streams at real time | × single steps, least to most | processor time of a step, ms | mean batch |");
        Console.WriteLine("|---|---|---|---|---|---|");
        foreach (((string name, int size), List<(double Rate, double ProcessorMs, double Batch)> own) in runs)
        {
            double[] gains = [.. own.Zip(runs[(name, 1)], (batched, single) => batched.Rate / single.Rate).Order()];
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {name} | {size} | {own.Average(run => run.Rate):0.0} | {own.Sum(run => run.Rate) / runs[(name, 1)].Sum(run => run.Rate):0.00} ({gains[0]:0.00} to {gains[^1]:0.00}) | {own.Average(run => run.ProcessorMs):0.0} | {own.Average(run => run.Batch):0.0} |"));
        }
    }

    private static async Task<(double Rate, double ProcessorMs, double Batch)> SaturateAsync(GraphRunner runner, BatchOptions options, int callers, double seconds)
    {
        using var scheduler = new WorkScheduler(Environment.ProcessorCount);
        var counting = new CountingRunner(runner);
        using var batcher = new StepBatcher<GraphStep, long[]>(counting, scheduler, options);
        long steps = 0;
        double processorBefore = ProcessorMs();
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, callers).Select(async i =>
        {
            GraphStep step = Step(i);
            while (clock.Elapsed.TotalSeconds < seconds)
            {
                await batcher.RunAsync(step, TimeSpan.Zero, CancellationToken.None);
                Interlocked.Increment(ref steps);
            }
        }));
        // Off the worker, which is to be disposed of.
        await Task.Yield();
        return (steps * s_chunk.TotalSeconds / clock.Elapsed.TotalSeconds, (ProcessorMs() - processorBefore) / steps, (double)counting.Steps / counting.Runs);
    }

    private static async Task<(double[] Latencies, double Batch)> PaceAsync(GraphRunner runner, BatchOptions options, int streams, double seconds)
    {
        using var scheduler = new WorkScheduler(Environment.ProcessorCount);
        var counting = new CountingRunner(runner);
        using var batcher = new StepBatcher<GraphStep, long[]>(counting, scheduler, options);
        var latencies = new ConcurrentBag<double>();
        var random = new Random(1);
        double[] phases = [.. Enumerable.Range(0, streams).Select(_ => random.NextDouble())];
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(phases.Select(async (phase, i) =>
        {
            GraphStep step = Step(i);
            for (TimeSpan at = s_chunk * phase; at.TotalSeconds < seconds; at += s_chunk)
            {
                // A step is due when its audio is there, whether or not the one before is done.
                TimeSpan wait = at - clock.Elapsed;
                if (wait > TimeSpan.Zero)
                {
                    await Task.Delay(wait);
                }

                await batcher.RunAsync(step, TimeSpan.Zero, CancellationToken.None);
                latencies.Add((clock.Elapsed - at).TotalMilliseconds);
            }
        }));
        await Task.Yield();
        return ([.. latencies.Order()], (double)counting.Steps / counting.Runs);
    }

    // On a busy machine the time on the wall says how busy it is; processor time says what a step costs.
    private static double ProcessorMs()
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime.TotalMilliseconds;
    }

    private static double At(double[] sorted, double share) => sorted[(int)(share * (sorted.Length - 1))];

    private static GraphStep Step(int seed)
    {
        var random = new Random(seed);
        return new GraphStep(Enumerable.Range(0, Frames * GraphRunner.FrameValues).Select(_ => random.NextSingle()).ToArray(), Tokens);
    }

    private sealed class CountingRunner(GraphRunner inner) : IBatchRunner<GraphStep, long[]>
    {
        private int _runs;
        private int _steps;

        public int Runs => _runs;

        public int Steps => _steps;

        public int LengthOf(GraphStep input) => inner.LengthOf(input);

        public void Run(ReadOnlySpan<GraphStep> inputs, Span<long[]> outputs)
        {
            Interlocked.Increment(ref _runs);
            Interlocked.Add(ref _steps, inputs.Length);
            inner.Run(inputs, outputs);
        }
    }
}
