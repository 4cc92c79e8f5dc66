using Paraformer.Engine;
using Paraformer.Protocol;
using Paraformer.Service.Connections;
using Paraformer.Service.Limits;
using Paraformer.Service.Requests;

namespace Paraformer.Service.Tasks;

/// <summary>
/// One task, from <c>run-task</c> to its terminal event. Its worker opens the stream and sends the results; the
/// connection's receive loop alone writes audio and ends the input; anyone may fail it.
/// </summary>
internal sealed class RecognitionTask : IDisposable
{
    private readonly TaskSpecification _specification;
    private readonly ServiceCaller _caller;
    private readonly ServiceContext _context;
    private readonly Outbox _outbox;
    private readonly CancellationTokenSource _stop;
    private readonly SilenceMonitor _silence;
    private readonly AudioIntake _intake;
    private readonly SessionTicket _ticket;
    private readonly TaskMetrics _metrics;
    private long _startedAt = Clock.Never;
    private long _endedAt = Clock.Never;

    private RecognitionTask(TaskSpecification specification, ServiceCaller caller, ServiceContext context, Outbox outbox, SessionTicket ticket)
    {
        _specification = specification;
        _caller = caller;
        _context = context;
        _outbox = outbox;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(outbox.Lifetime);
        _silence = new SilenceMonitor(context.Clock, context.Options, specification.Heartbeat);
        _intake = new AudioIntake(context);
        _ticket = ticket;
        LogId = Log.Clean(specification.TaskId);
        _metrics = new TaskMetrics(context);
    }

    public string Id => _specification.TaskId;

    /// <summary>The id as it may stand in a log: no line breaks and no terminal's control characters.</summary>
    public string LogId { get; }

    /// <summary>Whether the terminal event has been sent, or never will be because the client is gone.</summary>
    public bool HasEnded => EndedAt != Clock.Never;

    public long EndedAt => Volatile.Read(ref _endedAt);

    /// <summary>When the client was told that it may send audio.</summary>
    public long StartedAt => Volatile.Read(ref _startedAt);

    public bool InputEnded => _intake.HasEnded;

    /// <summary>Ends when the stream has been freed. Never fails.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    public static RecognitionTask Start(TaskSpecification specification, ServiceCaller caller, ServiceContext context, Outbox outbox, SessionTicket ticket)
    {
        var task = new RecognitionTask(specification, caller, context, outbox, ticket);
        task.Completion = Task.Run(task.RunAsync);
        return task;
    }

    /// <summary>Claims the task's end. True once.</summary>
    public bool TryEnd() => Interlocked.CompareExchange(ref _endedAt, _context.Clock.Now, Clock.Never) == Clock.Never;

    /// <summary>Gives audio to the engine, or keeps it while the task starts. Waits while the engine has enough.</summary>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> audio)
    {
        if (audio.IsEmpty)
        {
            return;
        }

        _metrics.OnAudio();
        try
        {
            await _intake.WriteAsync(audio, _stop.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            await OnErrorAsync(e).ConfigureAwait(false);
        }
    }

    /// <summary>Ends the audio: what was heard is finished, then the task is.</summary>
    public async ValueTask EndInputAsync()
    {
        _metrics.OnInputEnded();
        if (_intake.End() is { } stream)
        {
            await CompleteAsync(stream).ConfigureAwait(false);
        }
    }

    /// <summary>Fails the task and closes its connection. False if the task had ended before.</summary>
    public async ValueTask<bool> FailAsync(Failure failure, int closeStatus = Outbox.NormalClosure)
    {
        if (!await _outbox.FailAsync(this, failure).ConfigureAwait(false))
        {
            return false;
        }

        _metrics.OnEnded(failure.Code);
        Log.TaskFailed(_context.Logger, LogId, failure.Code);
        await _stop.CancelAsync().ConfigureAwait(false);
        await _outbox.CloseAsync(closeStatus, failure.Code).ConfigureAwait(false);
        return true;
    }

    /// <summary>Fails a task that has been silent too long, or sends its heartbeat.</summary>
    public async ValueTask CheckSilenceAsync()
    {
        if (_intake.Stream is not { } stream)
        {
            return;
        }

        SilenceVerdict verdict = _silence.Check(stream.SilenceMs);
        if (verdict == SilenceVerdict.TimedOut)
        {
            _context.Metrics.Refused(LimitNames.Silence);
            await FailAsync(Failure.Silent).ConfigureAwait(false);
        }
        else if (verdict == SilenceVerdict.Heartbeat)
        {
            await _outbox.SendHeartbeatAsync(this).ConfigureAwait(false);
            _context.Metrics.ResultSent("heartbeat");
        }
    }

    /// <summary>Abandons the task of a client that is gone and frees its stream, without waiting.</summary>
    public Task StopAsync()
    {
        _metrics.OnEnded(ErrorCodes.ClientDisconnect);
        return _stop.CancelAsync();
    }

    public void Dispose() => _stop.Dispose();

    private async Task RunAsync()
    {
        try
        {
            StreamRequest request = await HotWordLookup.AddToAsync(_specification, _caller, _context.Hooks.HotWords, _stop.Token).ConfigureAwait(false);
            IRecognitionStream stream = await _context.Engine.StartAsync(request, _stop.Token).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                _metrics.OnStarted(stream, _specification.Stream.Model);
                Log.TaskStarted(
                    _context.Logger, LogId, _specification.Stream.Model, _specification.Stream.Format, _specification.Stream.SampleRate, string.Join(',', stream.Packs));
                _silence.Reset();
                Volatile.Write(ref _startedAt, _context.Clock.Now);
                await _outbox.SendStartedAsync(this).ConfigureAwait(false);
                await Task.WhenAll(HandOverAsync(stream), SendResultsAsync(stream)).ConfigureAwait(false);
                if (_context.Hooks.Usage is { } usage)
                {
                    await usage.RecordAsync(_caller, request.Model, stream.AudioMs).ConfigureAwait(false);
                }
            }
        }
        catch (Exception e)
        {
            await OnErrorAsync(e).ConfigureAwait(false);
        }
        finally
        {
            _intake.Clear();
            await _ticket.ReturnAsync().ConfigureAwait(false);
        }
    }

    private async Task HandOverAsync(IRecognitionStream stream)
    {
        try
        {
            if (await _intake.HandOverAsync(stream, _stop.Token).ConfigureAwait(false))
            {
                await CompleteAsync(stream).ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            await OnErrorAsync(e).ConfigureAwait(false);
        }
    }

    private async ValueTask CompleteAsync(IRecognitionStream stream)
    {
        if (!_intake.HasAudio)
        {
            await FailAsync(Failure.NoAudio).ConfigureAwait(false);
            return;
        }

        try
        {
            stream.Complete();
        }
        catch (Exception e)
        {
            await OnErrorAsync(e).ConfigureAwait(false);
        }
    }

    private async Task SendResultsAsync(IRecognitionStream stream)
    {
        try
        {
            int sentences = 0;
            await foreach (RecognizedSentence recognized in stream.ReadAllAsync(_stop.Token).ConfigureAwait(false))
            {
                if (recognized.Text.Length == 0)
                {
                    continue;
                }

                _silence.Reset();
                _metrics.OnResult(recognized.IsFinal);
                sentences += recognized.IsFinal ? 1 : 0;
                await _outbox.SendResultAsync(this, recognized).ConfigureAwait(false);
            }

            if (!InputEnded)
            {
                throw new InvalidOperationException("The engine ended a stream whose audio had not ended.");
            }

            // Before the client hears of the end: it may start its next task on another connection.
            await _ticket.ReturnAsync().ConfigureAwait(false);
            if (await _outbox.FinishAsync(this).ConfigureAwait(false))
            {
                _metrics.OnEnded(TaskMetrics.Finished);
                Log.TaskFinished(_context.Logger, LogId, stream.AudioMs, sentences);
            }
        }
        catch (Exception e)
        {
            await OnErrorAsync(e).ConfigureAwait(false);
        }
    }

    private async ValueTask OnErrorAsync(Exception exception)
    {
        if (HasEnded || _stop.IsCancellationRequested)
        {
            Log.ErrorAfterEnd(_context.Logger, LogId, exception);
            return;
        }

        var failure = Failure.From(exception, _specification.Stream.Format);
        if (failure == Failure.Internal)
        {
            Log.UnexpectedTaskError(_context.Logger, LogId, exception);
        }

        await FailAsync(failure).ConfigureAwait(false);
    }
}
