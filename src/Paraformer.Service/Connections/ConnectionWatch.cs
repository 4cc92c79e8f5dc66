using Paraformer.Service.Tasks;

namespace Paraformer.Service.Connections;

/// <summary>Watches the clock for one connection: silent clients, silent audio, idle connections, unanswered closes, the drain.</summary>
internal sealed class ConnectionWatch(ServiceContext context, Outbox outbox, TaskSlot slot)
{
    private long _lastFrameAt = context.Clock.Now;
    private bool _engineTakesAudio;

    /// <summary>A frame has come.</summary>
    public void OnFrame() => Volatile.Write(ref _lastFrameAt, context.Clock.Now);

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

    /// <summary>Runs until the timer is disposed of.</summary>
    public async Task RunAsync(PeriodicTimer timer)
    {
        try
        {
            while (await timer.WaitForNextTickAsync(CancellationToken.None).ConfigureAwait(false))
            {
                await CheckAsync().ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            Log.UnexpectedConnectionError(context.Logger, e);
            await outbox.DropAsync().ConfigureAwait(false);
        }
    }

    private ValueTask CheckAsync()
    {
        if (outbox.IsClosing)
        {
            return outbox.CloseExpired ? new ValueTask(outbox.DropAsync()) : ValueTask.CompletedTask;
        }

        if (slot.Active is { } task)
        {
            return CheckTaskAsync(task);
        }

        if (context.IsDraining && slot.TryBeginCloseAfter(TimeSpan.Zero))
        {
            return outbox.CloseAsync(Outbox.GoingAway, "The service is stopping.");
        }

        return slot.TryBeginCloseAfter(context.Options.IdleTimeout)
            ? outbox.CloseAsync(Outbox.NormalClosure, "No task was started for too long.")
            : ValueTask.CompletedTask;
    }

    private async ValueTask CheckTaskAsync(RecognitionTask task)
    {
        if (context.DrainExpired)
        {
            await task.FailAsync(Failure.Stopping).ConfigureAwait(false);
        }
        else if (task.StartedAt == Clock.Never || task.InputEnded)
        {
            // The client waits for the service, not the other way round.
            return;
        }
        else if (!Volatile.Read(ref _engineTakesAudio)
            && context.Clock.HasPassed(Math.Max(task.StartedAt, Volatile.Read(ref _lastFrameAt)), context.Options.FrameTimeout))
        {
            await task.FailAsync(Failure.NoFrames(context.Options.FrameTimeout)).ConfigureAwait(false);
        }
        else
        {
            await task.CheckSilenceAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask WaitForEngineAsync(ValueTask write)
    {
        await write.ConfigureAwait(false);
        OnFrame();
        Volatile.Write(ref _engineTakesAudio, false);
    }
}
