using System.Diagnostics;
using Paraformer.Engine;

namespace Paraformer.Service.Tasks;

/// <summary>Measures one task.</summary>
internal sealed class TaskMetrics(ServiceContext context)
{
    public const string Finished = "finished";

    private const string Unopened = "none";

    private static readonly ActivitySource s_source = new(ServiceMetrics.MeterName);

    private readonly long _askedAt = context.Clock.Now;
    private readonly Activity? _activity = StartActivity();
    private string _model = Unopened;
    private IRecognitionStream? _stream;
    private long _audioAt = Clock.Never;
    private long _inputEndedAt = Clock.Never;
    private bool _hasResult;
    private bool _isEnded;

    /// <summary>The stream is open, so the model's name is one that exists.</summary>
    public void OnStarted(IRecognitionStream stream, string model)
    {
        _model = model;
        _stream = stream;
    }

    public void OnAudio()
    {
        if (_audioAt == Clock.Never)
        {
            _audioAt = context.Clock.Now;
        }
    }

    public void OnInputEnded() => _inputEndedAt = context.Clock.Now;

    public void OnResult(bool isFinal)
    {
        context.Metrics.ResultSent(isFinal ? "final" : "partial");
        if (!_hasResult && _audioAt != Clock.Never)
        {
            _hasResult = true;
            _activity?.AddEvent(new ActivityEvent("first_result"));
            context.Metrics.FirstResult(_model, Since(_audioAt));
        }
    }

    /// <param name="result"><see cref="Finished"/>, <c>ClientDisconnect</c> or an error code.</param>
    public void OnEnded(string result)
    {
        if (Interlocked.Exchange(ref _isEnded, true))
        {
            return;
        }

        EndActivity(result);
        context.Metrics.Ended(_model, result, Since(_askedAt), (_stream?.AudioMs ?? 0) / 1000.0);
        if (result == Finished && _inputEndedAt != Clock.Never)
        {
            context.Metrics.Final(_model, Since(_inputEndedAt));
        }
    }

    // A connection carries one task after another: the activity of one must not become the parent of the next.
    private static Activity? StartActivity()
    {
        Activity? connection = Activity.Current;

        // The web server's own activity is recorded by nobody, and what follows an unrecorded one is not recorded either; one that goes on with a client's trace counts.
        bool counts = connection is not null && (connection.Recorded || connection.ParentId is not null);
        Activity.Current = counts ? connection : null;
        Activity? activity = s_source.StartActivity("recognition", ActivityKind.Server, counts ? connection!.Context : default);
        Activity.Current = connection;
        return activity;
    }

    private void EndActivity(string result)
    {
        if (_activity is null)
        {
            return;
        }

        _activity.SetTag("paraformer.model", _model);
        _activity.SetTag("paraformer.result", result);
        _activity.SetTag("paraformer.audio_seconds", (_stream?.AudioMs ?? 0) / 1000.0);
        if (result != Finished)
        {
            _activity.SetStatus(ActivityStatusCode.Error, result);
        }

        Activity? current = Activity.Current;
        _activity.Stop();
        Activity.Current = current;
    }

    private TimeSpan Since(long moment) => context.Clock.Time.GetElapsedTime(moment);
}
