using System.Diagnostics;
using Paraformer.Engine;
using Paraformer.Engine.Synthetic;

namespace Paraformer.Cli.Bench;

/// <summary>Measures an engine: one stream and many as fast as they go, then many at the speed of speech.</summary>
internal sealed class BenchRun(IRecognitionEngine engine, GraphRunner? graph, BenchSettings settings, ReadOnlyMemory<byte> speech)
{
    private readonly StreamRequest _request = new() { Model = settings.Model, Format = "pcm", SampleRate = 16000, Languages = settings.Languages };

    /// <summary>Measures.</summary>
    /// <param name="progress">Told what is measured next.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task<BenchReport> MeasureAsync(Action<string> progress, CancellationToken cancellationToken)
    {
        progress("warming up");
        BenchStream warmUp = Stream();
        long began = Stopwatch.GetTimestamp();
        await warmUp.RunAsync(1, cancellationToken);
        double pass = Stopwatch.GetElapsedTime(began).TotalSeconds;

        // About as long as asked for, from how long the first took.
        int times = Math.Max(1, (int)(settings.Duration.TotalSeconds / Math.Max(pass, 0.001)));
        progress($"one stream, as fast as it goes, the speech {times} times over");
        SpeedReport one = await SpeedAsync(1, times, cancellationToken);
        int share = Math.Max(1, times * Environment.ProcessorCount / settings.Streams);
        progress($"{settings.Streams} streams, as fast as they go, the speech {share} times over");
        SpeedReport all = await SpeedAsync(settings.Streams, share, cancellationToken);
        progress($"{settings.Streams} streams at the speed of speech for {settings.Duration.TotalSeconds:0} s");
        LiveReport live = await LiveAsync(cancellationToken);
        return new BenchReport
        {
            Model = settings.Model,
            Packs = warmUp.Packs,
            File = settings.File,
            FileSeconds = Math.Round(speech.Length / (BenchStream.BytesPerMs * 1000.0), 3),
            Processors = Environment.ProcessorCount,
            OneStream = one,
            AllStreams = all,
            Live = live,
            Memory = ReadMemory(),
        };
    }

    private static MemoryReport ReadMemory()
    {
        using var process = Process.GetCurrentProcess();
        return new MemoryReport(
            Math.Round(process.WorkingSet64 / 1e6, 1), Math.Round(process.PeakWorkingSet64 / 1e6, 1), Math.Round(GC.GetTotalMemory(forceFullCollection: true) / 1e6, 1), process.Threads.Count);
    }

    private BenchStream Stream() => new(engine, _request, speech);

    private async Task<SpeedReport> SpeedAsync(int count, int times, CancellationToken cancellationToken)
    {
        BenchStream[] streams = [.. Enumerable.Range(0, count).Select(_ => Stream())];
        double graphBefore = graph?.RunSeconds ?? 0;
        ProcessorUse before = ProcessorUse.Read();
        await Task.WhenAll(streams.Select(s => Task.Run(() => s.RunAsync(times, cancellationToken), cancellationToken)));
        ProcessorUse after = ProcessorUse.Read();
        double wall = Stopwatch.GetElapsedTime(before.Wall, after.Wall).TotalSeconds;
        double workers = Math.Min(count, Environment.ProcessorCount);
        double? graphShare = graph is null ? null : Math.Round((graph.RunSeconds - graphBefore) / (wall * workers), 4);
        return new SpeedReport(count, streams.Sum(s => s.AudioSeconds), Math.Round(wall, 3), Math.Round(after.Own - before.Own, 3), graphShare, after.OthersSince(before));
    }

    private async Task<LiveReport> LiveAsync(CancellationToken cancellationToken)
    {
        BenchStream[] streams = [.. Enumerable.Range(0, settings.Streams).Select(_ => Stream())];

        // Spread evenly over a second and a bit, so that chunks of no usual length fall together.
        ProcessorUse before = ProcessorUse.Read();
        await Task.WhenAll(streams.Select((s, i) => s.RunLiveAsync(TimeSpan.FromMilliseconds(1260.0 * i / streams.Length), settings.Duration, cancellationToken)));
        ProcessorUse after = ProcessorUse.Read();
        double wall = Stopwatch.GetElapsedTime(before.Wall, after.Wall).TotalSeconds;
        return new LiveReport(
            streams.Length,
            Math.Round(wall, 1),
            streams.Sum(s => s.Utterances),
            Percentiles.Of(streams.Select(s => s.FirstMs).OfType<double>()),
            Percentiles.Of(streams.SelectMany(s => s.PartialMs)),
            Percentiles.Of(streams.Select(s => s.FinalMs)),
            Math.Round((after.Own - before.Own) / wall, 3),
            after.OthersSince(before));
    }
}
