using System.Diagnostics.Metrics;
using Paraformer.Service.Limits;

namespace Paraformer.Service;

/// <summary>What the service measures, as instruments of the meter <c>Paraformer.Service</c>.</summary>
internal sealed class ServiceMetrics : IDisposable
{
    public const string MeterName = "Paraformer.Service";

    // The exporters' own boundaries are made for milliseconds: all of a task's latencies would fall into one of them.
    private static readonly InstrumentAdvice<double> s_latencies = new() { HistogramBucketBoundaries = [0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 30] };
    private static readonly InstrumentAdvice<double> s_durations = new() { HistogramBucketBoundaries = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 14_400, 86_400] };
    private static readonly InstrumentAdvice<double> s_factors = new() { HistogramBucketBoundaries = [0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.05, 1.1, 1.25, 1.5, 2, 5] };

    private readonly Meter _meter;
    private long _connections;
    private long _sessions;
    private readonly Counter<long> _ended;
    private readonly Counter<long> _errors;
    private readonly Counter<long> _results;
    private readonly Counter<double> _audio;
    private readonly Counter<long> _refusals;
    private readonly Counter<double> _waits;
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _firstResult;
    private readonly Histogram<double> _final;
    private readonly Histogram<double> _realTimeFactor;

    public ServiceMetrics(object scope, BufferBudget buffers)
    {
        _meter = new Meter(MeterName, version: null, tags: null, scope);

        // Observed, so that they are there from the start: what scales on sessions must see an idle server as idle, not as unknown.
        _meter.CreateObservableUpDownCounter("paraformer.connections.active", () => Interlocked.Read(ref _connections), "{connection}", "Open connections, idle ones included.");
        _meter.CreateObservableUpDownCounter("paraformer.sessions.active", () => Interlocked.Read(ref _sessions), "{session}", "Running tasks.");
        _ended = _meter.CreateCounter<long>("paraformer.sessions", "{session}", "Ended tasks by model and result: finished, ClientDisconnect or an error code.");
        _errors = _meter.CreateCounter<long>("paraformer.errors", "{error}", "task-failed events by error code, those without a task included.");
        _results = _meter.CreateCounter<long>("paraformer.results", "{result}", "Sent results by kind: partial, final or heartbeat.");
        _audio = _meter.CreateCounter<double>("paraformer.audio", "s", "Recognised audio of ended tasks.");
        _refusals = _meter.CreateCounter<long>("paraformer.limits.refused", "{refusal}", "What a limit refused or ended, by limit.");
        _waits = _meter.CreateCounter<double>("paraformer.limits.waited", "s", "How long connections were not read because of a limit, by limit.");
        _duration = _meter.CreateHistogram<double>("paraformer.session.duration", "s", "From run-task to the terminal event.", advice: s_durations);
        _firstResult = _meter.CreateHistogram<double>("paraformer.session.first_result", "s", "From the first audio to the first result.", advice: s_latencies);
        _final = _meter.CreateHistogram<double>("paraformer.session.final", "s", "From finish-task to task-finished.", advice: s_latencies);
        _realTimeFactor = _meter.CreateHistogram<double>("paraformer.session.real_time_factor", "1", "Duration of a finished task divided by that of its audio.", advice: s_factors);
        _meter.CreateObservableGauge("paraformer.buffered", () => buffers.Bytes, "By", "Early audio and unfinished messages held for later.");
    }

    public void ConnectionOpened() => Interlocked.Increment(ref _connections);

    public void ConnectionClosed() => Interlocked.Decrement(ref _connections);

    public void SessionStarted() => Interlocked.Increment(ref _sessions);

    public void SessionEnded() => Interlocked.Decrement(ref _sessions);

    public void Ended(string model, string result, TimeSpan duration, double audioSeconds)
    {
        _ended.Add(1, new("model", model), new("result", result));
        _duration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("model", model));
        _audio.Add(audioSeconds, new KeyValuePair<string, object?>("model", model));
        if (audioSeconds > 0)
        {
            _realTimeFactor.Record(duration.TotalSeconds / audioSeconds, new KeyValuePair<string, object?>("model", model));
        }
    }

    public void FirstResult(string model, TimeSpan latency) => _firstResult.Record(latency.TotalSeconds, new KeyValuePair<string, object?>("model", model));

    public void Final(string model, TimeSpan latency) => _final.Record(latency.TotalSeconds, new KeyValuePair<string, object?>("model", model));

    public void Failed(string code) => _errors.Add(1, new KeyValuePair<string, object?>("code", code));

    public void ResultSent(string kind) => _results.Add(1, new KeyValuePair<string, object?>("kind", kind));

    public void Refused(string limit) => _refusals.Add(1, new KeyValuePair<string, object?>("limit", limit));

    public void Waited(string limit, TimeSpan time) => _waits.Add(time.TotalSeconds, new KeyValuePair<string, object?>("limit", limit));

    public void Dispose() => _meter.Dispose();
}
