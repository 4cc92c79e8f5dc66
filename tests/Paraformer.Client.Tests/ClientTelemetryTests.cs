using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Paraformer.Client.Tests.Support;
using Paraformer.Protocol;

namespace Paraformer.Client.Tests;

public sealed class ClientTelemetryTests
{
    private static CancellationToken Ct => TestLimit.Token;

    [Fact]
    public async Task A_recognition_is_an_activity_below_the_callers_with_model_id_and_events_and_no_text()
    {
        using var source = new ActivitySource(nameof(ClientTelemetryTests));
        var ended = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = s => s.Name == "Paraformer.Client" || s == source,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = ended.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using RecognitionClient client = Interrupted().CreateClient(o => o with { Reconnect = Short });
        using Activity? caller = source.StartActivity("caller");

        string id = await RunAsync(client, "telemetry-activity");

        Activity activity = Assert.Single(ended, a => a.GetTagItem("paraformer.model") is "telemetry-activity");
        Assert.Equal(("recognize", ActivityKind.Client, caller!.SpanId), (activity.OperationName, activity.Kind, activity.ParentSpanId));
        Assert.Equal(("pcm", 16000, id), (activity.GetTagItem("paraformer.format"), activity.GetTagItem("paraformer.sample_rate"), activity.GetTagItem("paraformer.request_id")));
        Assert.Equal(["audio_lost", "reconnect"], activity.Events.Select(e => e.Name));
        Assert.Equal(ActivityStatusCode.Unset, activity.Status);
        Assert.DoesNotContain(activity.TagObjects, tag => tag.Value is string text && text.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_failure_marks_the_activity_with_its_code()
    {
        var ended = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = s => s.Name == "Paraformer.Client",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = ended.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        var service = new FakeService(async task =>
        {
            await task.StartAsync();
            await task.FailAsync(ErrorCodes.InternalError, "a secret message");
        });
        await using RecognitionClient client = service.CreateClient();

        await Assert.ThrowsAsync<RecognitionFailedException>(() => RunAsync(client, "telemetry-failure"));

        Activity activity = Assert.Single(ended, a => a.GetTagItem("paraformer.model") is "telemetry-failure");
        Assert.Equal((ActivityStatusCode.Error, ErrorCodes.InternalError), (activity.Status, activity.GetTagItem("error.type")));
        Assert.Null(activity.StatusDescription);
    }

    [Fact]
    public async Task The_documented_instruments_measure_a_recognition()
    {
        var measured = new ConcurrentDictionary<string, double>();
        var tags = new ConcurrentDictionary<string, bool>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == "Paraformer.Client")
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, t, _) => Note(instrument, Math.Abs(value), t));
        listener.SetMeasurementEventCallback<double>((instrument, value, t, _) => Note(instrument, value, t));
        listener.Start();
        await using RecognitionClient client = Interrupted().CreateClient(o => o with { Reconnect = Short });

        await RunAsync(client, "telemetry-metrics");

        string documentation = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "telemetry-client.md"), Ct);
        Assert.All(measured.Keys.Concat(tags.Keys), name => Assert.Contains($"`{name}`", documentation, StringComparison.Ordinal));
        Assert.Equal(
            [
                "paraformer.client.active_sessions", "paraformer.client.connections", "paraformer.client.first_package_delay", "paraformer.client.last_package_delay",
                "paraformer.client.lost_audio", "paraformer.client.reconnects", "paraformer.client.results", "paraformer.client.sent_audio", "paraformer.client.session.duration",
            ],
            measured.Keys.Order(StringComparer.Ordinal));
        Assert.True(measured["paraformer.client.sent_audio"] >= 64_000);
        Assert.True(measured["paraformer.client.lost_audio"] >= 1);

        void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> t)
        {
            measured.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value);
            foreach (KeyValuePair<string, object?> tag in t)
            {
                tags[tag.Key] = true;
            }
        }
    }

    [Fact]
    public async Task Log_events_have_ids_and_carry_no_text_and_no_key()
    {
        var log = new RecordingLoggerFactory();
        await using RecognitionClient client = Interrupted().CreateClient(o => o with { Reconnect = Short, LoggerFactory = log, ApiKey = "sk-secret" });

        await RunAsync(client, "m");

        Assert.Equal([1, 2, 8, 10, 2, 9, 3], log.Events.Select(e => e.Id.Id));
        Assert.All(log.Events, e => Assert.False(string.IsNullOrEmpty(e.Id.Name)));
        Assert.DoesNotContain(log.Events, e => e.Text.Contains("secret", StringComparison.Ordinal));
        string documentation = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "telemetry-client.md"), Ct);
        Assert.All(log.Events, e => Assert.Contains($"| {e.Id.Id} | `{e.Id.Name}`", documentation, StringComparison.Ordinal));
    }

    private static ReconnectPolicy Short => new() { BaseDelay = TimeSpan.Zero, BufferLength = TimeSpan.FromSeconds(1) };

    /// <summary>Loses the first connection after two seconds of audio, of which the client keeps one.</summary>
    private static FakeService Interrupted()
    {
        int tasks = 0;
        return new FakeService(async task =>
        {
            await task.StartAsync();
            if (Interlocked.Increment(ref tasks) == 1)
            {
                await task.ReadAudioAsync(64_000);
                return;
            }

            await FakeService.AnswerAsync(task, "secret text");
        });
    }

    private static async Task<string> RunAsync(RecognitionClient client, string model)
    {
        await using RecognitionSession session = await client.StartAsync(new RecognitionOptions(model, AudioFormat.Pcm, 16000), Ct);
        await session.SendAsync(new byte[64_000], Ct);
        session.BeginFinish();
        await session.Results.ToListAsync(Ct);
        return session.RequestId;
    }
}
