using System.Diagnostics;
using System.Globalization;

namespace Paraformer.Bench.Load;

/// <summary>
/// Paced streams and idle connections against the protocol-only service, and the same against a bare Kestrel WebSocket endpoint in the
/// same run. Servers are processes of their own; the clients run here, on the same processors.
/// </summary>
internal static class LoadTest
{
    private const int FrameMs = 100;

    // As ./paraformer serve and everything under deploy/ set it.
    private const string NurseryBytes = "0x800000";

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    public static async Task RunAsync(int streams, int seconds)
    {
        Console.WriteLine($"{streams} streams of 3,200 bytes each 100 ms for {seconds} s, client and server on {Environment.ProcessorCount} processors");
        Console.WriteLine("answer: from the sending of every tenth frame (a second of audio) to the result that it triggers");
        foreach (string kind in new[] { "echo", "service" })
        {
            await MeasureAsync(kind, streams, seconds);
        }
    }

    /// <summary>Starts a server process and tells its port.</summary>
    public static Process StartServer(string kind, out int port)
    {
        Process server = StartChild("load-server", kind);
        port = int.Parse(server.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);
        return server;
    }

    /// <summary>Starts this program as another process.</summary>
    public static Process StartChild(params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, [.. EntryPoint(), .. arguments]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment.TryAdd("DOTNET_GCgen0size", NurseryBytes);
        return Process.Start(start)!;
    }

    private static async Task MeasureAsync(string kind, int count, int seconds)
    {
        using Process server = StartServer(kind, out int port);
        bool isService = kind == "service";
        await WarmUpAsync(port, isService);
        ServerState before = await ServerState.ReadAsync(server, collect: true);

        var counters = new LoadCounters();
        var all = new List<LoadStream>();
        try
        {
            foreach (int[] batch in Enumerable.Range(0, count).Chunk(50))
            {
                LoadStream[] some = [.. batch.Select(_ => new LoadStream(port, counters))];
                all.AddRange(some);
                await Task.WhenAll(some.Select(stream => stream.ConnectAsync())).WaitAsync(s_patience);
            }

            await Task.Delay(2000);
            (await ServerState.ReadAsync(server, collect: false)).Print($"{kind}: idle", before, count);
            (await ServerState.ReadAsync(server, collect: true)).Print($"{kind}: idle, collected", before, count);
            await StreamAsync(kind, isService, all, counters, seconds, server, before);
        }
        finally
        {
            all.ForEach(stream => stream.Dispose());
            server.Kill();
            await server.WaitForExitAsync();
        }
    }

    private static async Task StreamAsync(string kind, bool isService, List<LoadStream> all, LoadCounters counters, int seconds, Process server, ServerState before)
    {
        if (isService)
        {
            foreach (LoadStream[] batch in all.Chunk(50))
            {
                await Task.WhenAll(batch.Select(stream => stream.StartAsync().AsTask())).WaitAsync(s_patience);
                await Task.WhenAll(batch.Select(stream => stream.Started)).WaitAsync(s_patience);
            }
        }

        ServerState from = await ServerState.ReadAsync(server, collect: false);
        double clientFrom = Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds;
        double latest = await PaceAsync(all, counters, seconds);
        ServerState to = await ServerState.ReadAsync(server, collect: false);
        double client = Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds - clientFrom;
        to.Print($"{kind}: streaming", before, all.Count);
        (await ServerState.ReadAsync(server, collect: true)).Print($"{kind}: streaming, collected", before, all.Count);
        if (isService)
        {
            await Task.WhenAll(all.Select(stream => stream.FinishAsync().AsTask())).WaitAsync(s_patience);
            await Task.WhenAll(all.Select(stream => stream.Finished)).WaitAsync(s_patience);
        }

        long finals = isService ? all.Count * (long)((seconds + 4) / 5) : 0;
        Console.WriteLine(FormattableString.Invariant(
            $"{kind}: answer ms p50/p95/p99/max {counters.Percentiles()} of {counters.Answers}; errors {counters.Errors.Count}; finals {counters.Finals} of {finals}; client late by at most {latest:0} ms, {counters.DelayedFrames} frames delayed"));
        Console.WriteLine(FormattableString.Invariant(
            $"{kind}: processors: server {(to.CpuSeconds - from.CpuSeconds) / seconds:0.00}, client {client / seconds:0.00}; allocated per frame {(to.Allocated - from.Allocated) / (double)(all.Count * seconds * 10):0} B; collections {to.Collections0 - from.Collections0} (full {to.Collections2 - from.Collections2}), {to.PauseMs - from.PauseMs:0} ms in all"));
        foreach (string error in counters.Errors.Distinct().Take(3))
        {
            Console.WriteLine($"  {error}");
        }
    }

    /// <summary>
    /// Sends every stream's frames at its own phase of the 100 ms, beginning at its own time of the first second, as independent callers do;
    /// gives how late the client itself ever was, in ms.
    /// </summary>
    public static async Task<double> PaceAsync(List<LoadStream> all, LoadCounters counters, int seconds)
    {
        const int Slots = 50;
        double latest = 0;
        long start = Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        long slots = seconds * 1000L / FrameMs * Slots;
        for (long slot = 0; slot < slots;)
        {
            double now = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            double due = slot * FrameMs / (double)Slots;
            if (now < due)
            {
                await timer.WaitForNextTickAsync();
                continue;
            }

            latest = Math.Max(latest, now - due);
            for (int i = (int)(slot % Slots); i < all.Count; i += Slots)
            {
                int firstFrame = i / Slots % LoadStream.FramesPerAnswer;
                if (slot / Slots >= firstFrame)
                {
                    all[i].SendAudio();
                }
            }

            slot++;
            if (slot == Slots * 30)
            {
                // The first three seconds are the runtime's warm-up on both sides.
                counters.ForgetLatencies();
            }
        }

        return latest;
    }

    public static async Task WarmUpAsync(int port, bool isService)
    {
        var counters = new LoadCounters();
        LoadStream[] some = [.. Enumerable.Range(0, 50).Select(_ => new LoadStream(port, counters))];
        await Task.WhenAll(some.Select(stream => stream.ConnectAsync())).WaitAsync(s_patience);
        if (isService)
        {
            await Task.WhenAll(some.Select(stream => stream.StartAsync().AsTask())).WaitAsync(s_patience);
            await Task.WhenAll(some.Select(stream => stream.Started)).WaitAsync(s_patience);
        }

        await PaceAsync([.. some], counters, 3);
        foreach (LoadStream stream in some)
        {
            stream.Dispose();
        }

        await Task.Delay(1000);
    }

    private static string[] EntryPoint() =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [Environment.GetCommandLineArgs()[0]] : [];
}
