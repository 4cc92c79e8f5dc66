using System.Diagnostics.Metrics;

namespace Paraformer.Engine;

/// <summary>What the engine measures, as instruments of the meter <c>Paraformer.Engine</c>.</summary>
internal static class EngineMetrics
{
    public const string MeterName = "Paraformer.Engine";

    private static readonly Meter s_meter = new(MeterName);
    private static readonly Histogram<int> s_batchSizes = s_meter.CreateHistogram(
        "paraformer.batch.size", "{step}", "Steps of streams that a model ran as one.", advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32] });
    private static readonly Counter<long> s_refusals = s_meter.CreateCounter<long>("paraformer.streams.refused", "{stream}", "Streams that were refused, by reason: full or busy.");

    public static void BatchRun(int steps) => s_batchSizes.Record(steps);

    public static void StreamRefused(string reason) => s_refusals.Add(1, new KeyValuePair<string, object?>("reason", reason));

    /// <summary>Makes what one engine measures beside the common instruments; dispose of it with the engine.</summary>
    public static Meter Observe(Func<double> queueDelaySeconds, Func<int> queueDepth, Func<int> openStreams)
    {
        var meter = new Meter(MeterName);
        meter.CreateObservableGauge("paraformer.queue.delay", queueDelaySeconds, "s", "How long ready streams waited for a worker, mean of the last seconds.");
        meter.CreateObservableGauge("paraformer.queue.depth", queueDepth, "{step}", "Steps of streams that wait for a worker.");
        meter.CreateObservableGauge("paraformer.streams.open", openStreams, "{stream}", "Streams that the engine works on.");
        return meter;
    }
}
