using Paraformer.Service.Limits;
using Paraformer.Service.Tasks;

namespace Paraformer.Service.Connections;

/// <summary>Watches the clock for one connection: silent clients, silent audio, idle connections, unanswered closes, the drain.</summary>
internal sealed class ConnectionWatch(ServiceContext context, Outbox outbox, TaskSlot slot)
{
    private readonly Lock _gate = new();
    private Task _check = Task.CompletedTask;
    private bool _isStopped;
    private long _lastFrameAt = context.Clock.Now;
    private bool _engineTakesAudio;
    private bool _isSuspect;

    /// <summary>A frame has come.</summary>
    public void OnFrame()
    {
        Volatile.Write(ref _lastFrameAt, context.Clock.Now);
        Volatile.Write(ref _isSuspect, false);
    }

    /// <summary>Gives audio to the task; as long as the engine is full the client cannot be blamed for not being heard.</summary>
    public ValueTask WriteAsync(RecognitionTask task, ReadOnlyMemory<byte> audio)
    {
        Volatile.Write(ref _engineTakesAudio, true);
        ValueTask write = task.WriteAsync(audio);
        if (write.IsCompletedSuccessfully)
        {
            Volatile.Write(ref _engineTakesAudio, false);
            return ValueTask.CompletedTask;
        }

        return WaitForEngineAsync(write);
    }

    /// <summary>Looks at the clock, unless the last look has not come to its end yet.</summary>
    public void Check()
    {
        lock (_gate)
        {
            if (_isStopped)
            {
                return;
            }

            // The last look may itself be what waits for the peer.
            if (outbox.SendExpired || (outbox.IsClosing && outbox.CloseExpired))
            {
                _isStopped = true;
                _check = Task.WhenAll(_check, DropAsync());
            }
            else if (_check.IsCompleted)
            {
                _check = CheckAsync();
            }
        }
    }

    /// <summary>Looks no more; ends when the last look has.</summary>
    public Task StopAsync()
    {
        lock (_gate)
        {
            _isStopped = true;
            return _check;
        }
    }

    private async Task CheckAsync()
    {
        try
        {
            await LookAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Log.UnexpectedConnectionError(context.Logger, e);
            await outbox.DropAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask LookAsync()
    {
        if (outbox.IsClosing)
        {
            return;
        }

        if (slot.Active is { } task)
        {
            await CheckTaskAsync(task).ConfigureAwait(false);
            await outbox.KeepAliveAsync().ConfigureAwait(false);
        }
        else if (context.IsDraining && slot.TryBeginCloseAfter(TimeSpan.Zero))
        {
            await outbox.CloseAsync(Outbox.GoingAway, "The service is stopping.").ConfigureAwait(false);
        }
        else if (slot.TryBeginCloseAfter(context.Options.IdleTimeout))
        {
            context.Metrics.Refused(LimitNames.Idle);
            await outbox.CloseAsync(Outbox.NormalClosure, "No task was started for too long.").ConfigureAwait(false);
        }
        else
        {
            await outbox.KeepAliveAsync().ConfigureAwait(false);
        }
    }

    private Task DropAsync()
    {
        if (outbox.SendExpired)
        {
            Log.PeerDoesNotRead(context.Logger, context.Options.SendTimeout);
            context.Metrics.Refused(LimitNames.SendTimeout);
        }

        return outbox.DropAsync();
    }

    private async ValueTask CheckTaskAsync(RecognitionTask task)
    {
        if (context.DrainExpired)
        {
            await FailAsync(task, Failure.Stopping, LimitNames.Drain).ConfigureAwait(false);
        }
        else if (context.Clock.HasPassed(task.StartedAt, context.Options.MaxTaskDuration))
        {
            await FailAsync(task, Failure.TooLong, LimitNames.TaskDuration).ConfigureAwait(false);
        }
        else if (task.StartedAt == Clock.Never || task.InputEnded)
        {
            // The client waits for the service, not the other way round.
            return;
        }
        else if (IsUnheard(task))
        {
            await FailAsync(task, Failure.NoFrames(context.Options.FrameTimeout), LimitNames.FrameTimeout).ConfigureAwait(false);
        }
        else
        {
            await task.CheckSilenceAsync().ConfigureAwait(false);
        }
    }

    private ValueTask<bool> FailAsync(RecognitionTask task, Failure failure, string limit)
    {
        context.Metrics.Refused(limit);
        return task.FailAsync(failure);
    }

    /// <summary>
    /// Whether no frame has come for too long, at two looks in a row: where this process itself stood still, what was sent
    /// meanwhile is read between them.
    /// </summary>
    private bool IsUnheard(RecognitionTask task)
    {
        bool isOverdue = !Volatile.Read(ref _engineTakesAudio)
            && context.Clock.HasPassed(Math.Max(task.StartedAt, Volatile.Read(ref _lastFrameAt)), context.Options.FrameTimeout);
        return Interlocked.Exchange(ref _isSuspect, isOverdue) && isOverdue;
    }

    private async ValueTask WaitForEngineAsync(ValueTask write)
    {
        await write.ConfigureAwait(false);
        OnFrame();
        Volatile.Write(ref _engineTakesAudio, false);
    }
}
