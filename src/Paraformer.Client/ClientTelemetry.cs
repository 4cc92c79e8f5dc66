using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Paraformer.Client;

/// <summary>The client's activities and metrics. The names are documented in docs/telemetry-client.md; nothing here carries text, audio or keys.</summary>
internal static class ClientTelemetry
{
    public const string Name = "Paraformer.Client";

    private static readonly ActivitySource Source = new(Name);
    private static readonly Meter Meter = new(Name);

    private static readonly UpDownCounter<long> ActiveSessions =
        Meter.CreateUpDownCounter<long>("paraformer.client.active_sessions", "{session}", "Recognitions that run");

    private static readonly Histogram<double> SessionDuration =
        Meter.CreateHistogram<double>("paraformer.client.session.duration", "s", "From the start of a recognition to its end");

    private static readonly Histogram<double> FirstPackageDelay =
        Meter.CreateHistogram<double>("paraformer.client.first_package_delay", "s", "From the first audio sent to the first text received");

    private static readonly Histogram<double> LastPackageDelay =
        Meter.CreateHistogram<double>("paraformer.client.last_package_delay", "s", "From the end of the audio to the end of the recognition");

    private static readonly Counter<long> SentAudio =
        Meter.CreateCounter<long>("paraformer.client.sent_audio", "By", "Audio sent, including what is sent again");

    private static readonly Counter<long> Results =
        Meter.CreateCounter<long>("paraformer.client.results", "{result}", "Results received, heartbeats left out");

    private static readonly Counter<long> Connections =
        Meter.CreateCounter<long>("paraformer.client.connections", "{connection}", "Connections taken for tasks or opened in advance");

    private static readonly Counter<long> Reconnects =
        Meter.CreateCounter<long>("paraformer.client.reconnects", "{reconnect}", "Lost connections after which a session went on");

    private static readonly Counter<double> LostAudio =
        Meter.CreateCounter<double>("paraformer.client.lost_audio", "s", "Audio that was lost with a connection and could not be sent again");

    public static Activity? StartSession(RecognitionOptions options)
    {
        ActiveSessions.Add(1);
        Activity? activity = Source.StartActivity("recognize", ActivityKind.Client);
        return activity?
            .SetTag("paraformer.model", options.Model.Value)
            .SetTag("paraformer.format", options.Format.Value)
            .SetTag("paraformer.sample_rate", options.SampleRate);
    }

    public static void EndSession(Activity? activity, RecognitionSession session, TimeSpan duration, Exception? failure)
    {
        string? error = failure is null ? null : (failure as RecognitionFailedException)?.Code ?? failure.GetType().Name;
        var model = new KeyValuePair<string, object?>("paraformer.model", session.Options.Model.Value);
        ActiveSessions.Add(-1);
        if (error is null)
        {
            SessionDuration.Record(duration.TotalSeconds, model);
        }
        else
        {
            SessionDuration.Record(duration.TotalSeconds, model, new("error.type", error));
        }

        Record(FirstPackageDelay, session.FirstPackageDelay, model);
        Record(LastPackageDelay, session.LastPackageDelay, model);
        if (activity is not null)
        {
            activity.SetTag("paraformer.request_id", session.RequestId);
            if (error is not null)
            {
                activity.SetTag("error.type", error).SetStatus(ActivityStatusCode.Error);
            }

            activity.Dispose();
        }
    }

    public static void AudioSent(int bytes) => SentAudio.Add(bytes);

    public static void ResultReceived(bool isFinal) => Results.Add(1, new KeyValuePair<string, object?>("paraformer.final", isFinal));

    public static void ConnectionOpened() => Connections.Add(1, new KeyValuePair<string, object?>("paraformer.reused", false));

    public static void ConnectionReused() => Connections.Add(1, new KeyValuePair<string, object?>("paraformer.reused", true));

    public static void Reconnected(Activity? activity)
    {
        Reconnects.Add(1);
        activity?.AddEvent(new ActivityEvent("reconnect"));
    }

    public static void AudioLost(Activity? activity, AudioRange range)
    {
        LostAudio.Add(((range.EndTime ?? range.BeginTime) - range.BeginTime) / 1000.0);
        activity?.AddEvent(new ActivityEvent("audio_lost", tags: new ActivityTagsCollection
        {
            ["paraformer.begin_time"] = range.BeginTime,
            ["paraformer.end_time"] = range.EndTime,
        }));
    }

    private static void Record(Histogram<double> histogram, TimeSpan? delay, KeyValuePair<string, object?> tag)
    {
        if (delay is { } known)
        {
            histogram.Record(known.TotalSeconds, tag);
        }
    }
}
