using System.Diagnostics;
using Paraformer.Client;
using Paraformer.Protocol;

namespace Paraformer.Benchmarks;

/// <summary>
/// Many sessions in one process, each at real time: threads, memory, processor time and allocations of the client. The service runs in another
/// process and answers one result for each second of audio.
/// </summary>
internal static class ConcurrentSessions
{
    private const int Seconds = 15;

    public static async Task RunAsync(int count, bool reconnect)
    {
        (Process service, Uri endpoint) = await ProtocolService.StartProcessAsync();
        using Process _ = service;
        await using var client = new RecognitionClient(new RecognitionClientOptions { Endpoint = endpoint, Reconnect = reconnect ? ReconnectPolicy.Default : ReconnectPolicy.Off });
        await SessionAsync(client, 0, seconds: 1);
        int threadsBefore = Process.GetCurrentProcess().Threads.Count;
        using var stop = new CancellationTokenSource();
        Task<(int Threads, long Memory)> watching = WatchAsync(stop.Token);
        long allocated = GC.GetTotalAllocatedBytes();
        TimeSpan busy = Process.GetCurrentProcess().TotalProcessorTime;
        var clock = Stopwatch.StartNew();

        int[] results = await Task.WhenAll(Enumerable.Range(0, count).Select(i => SessionAsync(client, i * 1000 / count, Seconds)));

        clock.Stop();
        busy = Process.GetCurrentProcess().TotalProcessorTime - busy;
        allocated = GC.GetTotalAllocatedBytes() - allocated;
        await stop.CancelAsync();
        (int threads, long memory) = await watching;
        long frames = (long)count * Seconds * 10;
        Console.WriteLine($"sessions {count}, each {Seconds} s of audio at real time, reconnecting {(reconnect ? "on" : "off")}; wall time {clock.Elapsed.TotalSeconds:0.0} s");
        Console.WriteLine($"results {results.Sum()} of {count * Seconds} expected");
        Console.WriteLine($"threads: {threadsBefore} before, at most {threads}");
        Console.WriteLine($"working set: at most {memory / 1e6:0} MB");
        Console.WriteLine($"processor time {busy.TotalSeconds:0.0} s: {busy.TotalMilliseconds * 1000 / frames:0} us per frame, {busy / clock.Elapsed:0.00} processors");
        Console.WriteLine($"allocated {allocated / 1e6:0} MB: {(double)allocated / frames:0} B per frame, connections and results included");
        service.StandardInput.Close();
        await service.WaitForExitAsync();
    }

    private static async Task<int> SessionAsync(RecognitionClient client, int delay, int seconds)
    {
        await Task.Delay(delay);
        await using RecognitionSession session = await client.StartAsync(new RecognitionOptions(ParaformerModel.RealtimeV2, AudioFormat.Pcm, 16000));
        Task sending = SendAsync(session, seconds);
        int results = 0;
        await foreach (RecognitionResult _ in session.Results)
        {
            results++;
        }

        await sending;
        return results;
    }

    private static async Task SendAsync(RecognitionSession session, int seconds)
    {
        byte[] frame = new byte[3200];
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        for (int i = 0; i < seconds * 10; i++)
        {
            await session.SendAsync(frame);
            await pace.WaitForNextTickAsync();
        }

        await session.FinishAsync();
    }

    private static async Task<(int Threads, long Memory)> WatchAsync(CancellationToken cancellationToken)
    {
        int threads = 0;
        long memory = 0;
        while (!cancellationToken.IsCancellationRequested)
        {
            using Process self = Process.GetCurrentProcess();
            threads = Math.Max(threads, self.Threads.Count);
            memory = Math.Max(memory, self.WorkingSet64);
            await Task.Delay(500, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return (threads, memory);
    }
}
