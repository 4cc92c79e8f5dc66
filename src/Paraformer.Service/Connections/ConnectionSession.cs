using Paraformer.Protocol;
using Paraformer.Service.Limits;

namespace Paraformer.Service.Connections;

/// <summary>One connection's life: it receives, frame by frame, and hands over.</summary>
internal sealed class ConnectionSession
{
    private readonly IMessageConnection _connection;
    private readonly ServiceContext _context;
    private readonly Outbox _outbox;
    private readonly TaskSlot _slot;
    private readonly ConnectionWatch _watch;
    private readonly TokenBucket _texts;

    private ConnectionSession(IMessageConnection connection, ServiceCaller caller, ServiceContext context, Outbox outbox)
    {
        _connection = connection;
        _context = context;
        _outbox = outbox;
        _slot = new TaskSlot(caller, context, outbox);
        _watch = new ConnectionWatch(context, outbox, _slot);
        int texts = context.Options.MaxTextMessagesPerSecond;
        _texts = new TokenBucket(texts, 2.0 * texts, context.Clock.Time);
    }

    public static async Task RunAsync(IMessageConnection connection, ServiceCaller caller, ServiceContext context, CancellationToken cancellationToken)
    {
        using var link = new PeerLink(connection, context, cancellationToken);
        var outbox = new Outbox(link, context);
        var session = new ConnectionSession(connection, caller, context, outbox);
        context.Metrics.ConnectionOpened();
        context.Watchman.Add(session._watch);
        await session.ReceiveAsync().ConfigureAwait(false);
        await session.EndAsync().ConfigureAwait(false);
        context.Watchman.Remove(session._watch);
        await session._watch.StopAsync().ConfigureAwait(false);
        await session._slot.ReleaseAsync().ConfigureAwait(false);
        context.Metrics.ConnectionClosed();
    }

    private async Task ReceiveAsync()
    {
        try
        {
            while (true)
            {
                Frame frame = await _connection.ReceiveAsync(_outbox.Lifetime).ConfigureAwait(false);
                _watch.OnFrame();
                if (frame.Kind == FrameKind.Close)
                {
                    return;
                }

                if (_outbox.IsClosing)
                {
                    continue;
                }

                if (frame.Kind == FrameKind.Binary)
                {
                    await OnAudioAsync(frame.Data).ConfigureAwait(false);
                }
                else
                {
                    await OnTextAsync(frame.Data).ConfigureAwait(false);
                }
            }
        }
        catch (MessageTooLargeException e)
        {
            _context.Metrics.Refused(LimitNames.MessageSize);
            await FailAsync(new Failure(ErrorCodes.InvalidParameter, e.Message), null, Outbox.MessageTooBig).ConfigureAwait(false);
        }
        catch (MalformedFrameException e)
        {
            await FailAsync(Failure.Invalid(e.Message), null, e.CloseStatus).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ConnectionLostException or OperationCanceledException)
        {
            Log.ConnectionLost(_context.Logger, e.Message);
            await _outbox.DropAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Log.UnexpectedConnectionError(_context.Logger, e);
            await FailAsync(Failure.Internal, null).ConfigureAwait(false);
        }
    }

    /// <summary>Frees the task of a client that is gone, answers the peer's close, and ends everything that still runs.</summary>
    private async Task EndAsync()
    {
        if (_slot.Active is { } task && task.TryEnd())
        {
            Log.ClientDisconnect(_context.Logger, task.LogId);
            await task.StopAsync().ConfigureAwait(false);
        }

        if (_outbox.TryBeginClose())
        {
            await _outbox.CloseAsync(Outbox.NormalClosure, "").ConfigureAwait(false);
        }

        await _outbox.DropAsync().ConfigureAwait(false);
    }

    private async ValueTask OnAudioAsync(ReadOnlyMemory<byte> audio)
    {
        if (_slot.Active is not { } task)
        {
            await FailAsync(Failure.NoTask, null).ConfigureAwait(false);
            return;
        }

        if (!task.InputEnded)
        {
            await _watch.WriteAsync(task, audio).ConfigureAwait(false);
        }
    }

    private async ValueTask OnTextAsync(ReadOnlyMemory<byte> utf8)
    {
        if (!_texts.TryTake(1))
        {
            _context.Metrics.Refused(LimitNames.TextMessages);
            await FailAsync(Failure.RateExceeded, null).ConfigureAwait(false);
            return;
        }

        TaskRequest request;
        try
        {
            request = ProtocolSerializer.ReadRequest(utf8.Span);
            RequestValidator.Validate(request);
        }
        catch (ProtocolException e)
        {
            if (!_slot.IsFinishing)
            {
                await FailAsync(new Failure(e.Code, e.Message), IfUnused(e.TaskId)).ConfigureAwait(false);
            }

            return;
        }

        if (request.Action == TaskActions.RunTask)
        {
            await OnRunTaskAsync(request, request.TaskId!).ConfigureAwait(false);
        }
        else if (!_slot.IsFinishing)
        {
            await OnOtherActionAsync(request.Action, request.TaskId!).ConfigureAwait(false);
        }
    }

    private async ValueTask OnRunTaskAsync(TaskRequest request, string taskId)
    {
        if (_slot.Active is not null)
        {
            await FailAsync(Failure.TaskRunning, taskId).ConfigureAwait(false);
            return;
        }

        try
        {
            await _slot.StartAsync(request, taskId).ConfigureAwait(false);
        }
        catch (ProtocolException e)
        {
            await FailAsync(new Failure(e.Code, e.Message), taskId).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Log.UnexpectedTaskError(_context.Logger, Log.Clean(taskId), e);
            await FailAsync(Failure.Internal, taskId).ConfigureAwait(false);
        }
    }

    private ValueTask OnOtherActionAsync(string action, string taskId)
    {
        if (action != TaskActions.FinishTask)
        {
            return FailAsync(Failure.Invalid($"'header.action' is {Failure.Quote(action)}; it must be {TaskActions.RunTask} or {TaskActions.FinishTask}."), IfUnused(taskId));
        }

        return _slot.Active switch
        {
            null => FailAsync(Failure.NoTask, IfUnused(taskId)),
            { } task when task.Id != taskId => FailAsync(Failure.Invalid("'header.task_id' of finish-task is not that of the running task."), taskId),
            { } task => task.EndInputAsync(),
        };
    }

    /// <summary>A task of this connection has its terminal event already, or will have: an answer to a stray message must not look like a second one.</summary>
    private string? IfUnused(string? taskId) => taskId is null || _slot.HasUsed(taskId) ? null : taskId;

    /// <summary>Fails the active task, or answers for <paramref name="taskId"/> where there is none; then closes.</summary>
    private async ValueTask FailAsync(Failure failure, string? taskId, int closeStatus = Outbox.NormalClosure)
    {
        if (_slot.Active is { } task && await task.FailAsync(failure, closeStatus).ConfigureAwait(false))
        {
            return;
        }

        string id = taskId is null || taskId.Length > _context.Options.MaxTaskIdLength ? Guid.NewGuid().ToString("N") : taskId;
        Log.MessageRejected(_context.Logger, failure.Code);
        if (await _outbox.RejectAsync(id, failure).ConfigureAwait(false))
        {
            await _outbox.CloseAsync(closeStatus, failure.Code).ConfigureAwait(false);
        }
    }
}
