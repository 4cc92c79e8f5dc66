using System.Diagnostics;

namespace Paraformer.Bench.Load;

/// <summary>
/// Well-behaved streams on the protocol-only service, alone and then beside an attack, one kind after another, on the same server with its
/// default rates. The attackers are a process of their own at the lowest priority, so that what they cost is what they make the server do.
/// </summary>
internal static class AttackTest
{
    private const int Streams = 20;

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    public static async Task RunAsync(int seconds)
    {
        using Process server = LoadTest.StartServer("service", out int port);
        try
        {
            await LoadTest.WarmUpAsync(port, isService: true);
            Console.WriteLine($"{Streams} streams for {seconds} s each time; answer ms p50 / p95 / p99 / longest, errors; processor of the server; its memory");
            foreach (string kind in Attacker.Kinds)
            {
                double alone = await MeasureAsync("alone", port, seconds, server, attack: null);
                using Process attackers = StartAttackers(port, kind);
                try
                {
                    double beside = await MeasureAsync(kind, port, seconds, server, attackers);
                    Console.WriteLine(FormattableString.Invariant($"  p95 beside it is {beside / alone:0.00} times that alone"));
                }
                finally
                {
                    attackers.Kill();
                    await attackers.WaitForExitAsync();
                }

                await Task.Delay(1000);
            }
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync();
        }
    }

    /// <summary>Gives the 95th percentile.</summary>
    private static async Task<double> MeasureAsync(string what, int port, int seconds, Process server, Process? attack)
    {
        if (attack is not null)
        {
            // It says when it is under way.
            await attack.StandardOutput.ReadLineAsync().WaitAsync(s_patience);
        }

        var counters = new LoadCounters();
        LoadStream[] streams = [.. Enumerable.Range(0, Streams).Select(_ => new LoadStream(port, counters))];
        try
        {
            await Task.WhenAll(streams.Select(stream => stream.ConnectAsync())).WaitAsync(s_patience);
            await Task.WhenAll(streams.Select(stream => stream.StartAsync().AsTask())).WaitAsync(s_patience);
            await Task.WhenAll(streams.Select(stream => stream.Started)).WaitAsync(s_patience);
            server.Refresh();
            TimeSpan from = server.TotalProcessorTime;
            await LoadTest.PaceAsync([.. streams], counters, seconds);
            server.Refresh();
            double processors = (server.TotalProcessorTime - from).TotalSeconds / seconds;
            await Task.WhenAll(streams.Select(stream => stream.FinishAsync().AsTask())).WaitAsync(s_patience);
            await Task.WhenAll(streams.Select(stream => stream.Finished)).WaitAsync(s_patience);
            Console.WriteLine(FormattableString.Invariant(
                $"{what}: {counters.Percentiles()} of {counters.Answers}, errors {counters.Errors.Count}; {processors:0.00} processors; {server.WorkingSet64 / 1048576.0:0} MB"));
            return counters.Percentile(0.95);
        }
        finally
        {
            Array.ForEach(streams, stream => stream.Dispose());
        }
    }

    private static Process StartAttackers(int port, string kind)
    {
        Process attackers = LoadTest.StartChild("attackers", FormattableString.Invariant($"{port}"), kind);
        attackers.PriorityClass = ProcessPriorityClass.Idle;
        return attackers;
    }
}
