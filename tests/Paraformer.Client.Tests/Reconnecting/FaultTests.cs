using System.Collections.Concurrent;
using Paraformer.Testing;

namespace Paraformer.Client.Tests.Reconnecting;

/// <summary>Real sockets, a proxy that cuts them, a service whose words depend on the audio alone.</summary>
public sealed class FaultTests
{
    private const int Runs = 500;

    [Fact]
    public async Task Over_500_runs_cut_at_random_places_no_word_is_lost_or_repeated_or_the_loss_is_reported()
    {
        var service = new WordService();
        await using var listener = new WebSocketListener(service.ServeAsync);
        var failures = new ConcurrentQueue<string>();
        int reconnects = 0;
        int losses = 0;
        int words = 0;

        await Parallel.ForEachAsync(
            Enumerable.Range(0, Runs),
            new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = TestContext.Current.CancellationToken },
            async (seed, ct) =>
            {
                var run = new FaultRun(seed);
                (string? failure, int connections, int lost, int delivered) = await run.RunAsync(listener.Endpoint, ct);
                Interlocked.Add(ref reconnects, connections - 1);
                Interlocked.Add(ref losses, lost);
                Interlocked.Add(ref words, delivered);
                if (failure is not null)
                {
                    failures.Enqueue($"seed {seed} ({run}): {failure}");
                }
            });

        Assert.Empty(failures);
        Assert.Empty(service.Violations);
        Assert.True(reconnects > Runs, $"Only {reconnects} reconnects: the cuts did not hit.");
        Assert.True(losses > 0, "No run lost audio: the small buffers were not tried.");
        Assert.True(words > 10 * Runs, $"Only {words} words.");
        TestContext.Current.TestOutputHelper?.WriteLine($"{reconnects} reconnects, {losses} reported losses, {words} words");
    }
}
