using System.Collections.Concurrent;

namespace Paraformer.Bench.Load;

/// <summary>What the clients of a run saw.</summary>
internal sealed class LoadCounters
{
    private readonly ConcurrentQueue<double> _latencies = new();
    private readonly ConcurrentQueue<string> _errors = new();
    private long _finals;
    private long _delayed;

    public long Finals => Interlocked.Read(ref _finals);

    /// <summary>Frames that the socket did not take at once.</summary>
    public long DelayedFrames => Interlocked.Read(ref _delayed);

    public int Answers => _latencies.Count;

    public IReadOnlyCollection<string> Errors => _errors;

    public void Failed(string what) => _errors.Enqueue(what);

    public void Answered(bool isFinal, TimeSpan? latency)
    {
        if (isFinal)
        {
            Interlocked.Increment(ref _finals);
        }

        if (latency is { } time)
        {
            _latencies.Enqueue(time.TotalMilliseconds);
        }
    }

    public void Delayed(Task sending)
    {
        Interlocked.Increment(ref _delayed);
        sending.ContinueWith(task => Failed(task.Exception!.InnerException!.Message), CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
    }

    public void ForgetLatencies() => _latencies.Clear();

    public string Percentiles()
    {
        double[] sorted = [.. _latencies.Order()];
        return sorted.Length == 0 ? "none" : FormattableString.Invariant($"{At(sorted, 0.5):0.0} / {At(sorted, 0.95):0.0} / {At(sorted, 0.99):0.0} / {sorted[^1]:0.0}");
    }

    /// <summary>The latency in ms below which this share of all lies; not a number where there are none.</summary>
    public double Percentile(double share) => _latencies.IsEmpty ? double.NaN : At([.. _latencies.Order()], share);

    private static double At(double[] sorted, double share) => sorted[Math.Min(sorted.Length - 1, (int)(share * sorted.Length))];
}
