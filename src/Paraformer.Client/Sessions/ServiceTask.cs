using System.Buffers;
using Paraformer.Protocol;

namespace Paraformer.Client;

/// <summary>One task of the protocol on one connection: it is started, then audio goes out and events come in, side by side, until it ends.</summary>
internal sealed class ServiceTask : IAsyncDisposable
{
    private static readonly TimeSpan BrokenSendGrace = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    private readonly RecognitionSession _session;
    private readonly PooledConnection _connection;
    private readonly string _id;
    private readonly CancellationTokenSource _stopping;
    private readonly CancellationToken _stop;
    private readonly CancellationTokenRegistration _wake;
    private readonly ITimer _watchdog;
    private RecognitionConnectionException? _onTimeout;
    private Exception? _endReason;
    private volatile bool _finishing;
    private volatile bool _finishSent;
    private volatile bool _sendBroken;
    private bool _disposed;

    public ServiceTask(RecognitionSession session, PooledConnection connection, string id, CancellationToken lifetime)
    {
        _session = session;
        _connection = connection;
        _id = id;
        _stopping = CancellationTokenSource.CreateLinkedTokenSource(lifetime);
        _stop = _stopping.Token;
        _wake = _stop.UnsafeRegister(static state => ((SendQueue)state!).Wake(), session.Queue);
        _watchdog = session.Client.TimeProvider.CreateTimer(
            static state => ((ServiceTask)state!).OnWatchdog(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Asks for the task and waits until the service has started it.</summary>
    public async Task StartAsync(TimeSpan timeout)
    {
        Arm(timeout, $"The service did not start the task within {timeout.TotalSeconds:0.###} s.");
        try
        {
            await SendRequestAsync(_session.Options.ToRunTask(_id)).ConfigureAwait(false);
            await ReceiveUntilAsync(TaskEvents.TaskStarted).ConfigureAwait(false);
        }
        catch (Exception e) when (ReasonFor(e) is { } reason)
        {
            throw reason;
        }
        finally
        {
            Disarm();
        }
    }

    /// <summary>Sends the audio, what is to be heard again first, and receives until the task has ended well.</summary>
    /// <returns>Whether the connection can serve another task.</returns>
    public async Task<bool> RunAsync(Replay? replay)
    {
        Task sending = SendAudioAsync(replay);
        try
        {
            await ReceiveUntilAsync(TaskEvents.TaskFinished).ConfigureAwait(false);
            return _finishing ? _finishSent : throw EndedEarly("The service ended the task before the end of the audio.");
        }
        catch (Exception e) when (ReasonFor(e) is { } reason)
        {
            throw reason;
        }
        finally
        {
            Disarm();
            await _stopping.CancelAsync().ConfigureAwait(false);
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Closes the connection with a status, within a bounded time.</summary>
    public async Task CloseAsync()
    {
        await _connection.CloseAsync(CloseTimeout).ConfigureAwait(false);
        await DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Cuts the connection.</summary>
    public async Task DropAsync()
    {
        await _connection.DropAsync().ConfigureAwait(false);
        await DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Frees what the task holds; the connection is left as it is.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_disposed)
        {
            _disposed = true;
            await _watchdog.DisposeAsync().ConfigureAwait(false);
            await _wake.DisposeAsync().ConfigureAwait(false);
            _stopping.Dispose();
        }
    }

    private async Task ReceiveUntilAsync(string awaited)
    {
        while (true)
        {
            Frame frame = await _connection.ReceiveAsync(_stop).ConfigureAwait(false);
            if (frame.Kind == FrameKind.Close)
            {
                throw new RecognitionConnectionException(
                    ClientErrorCodes.ConnectionLost,
                    $"The service closed the connection before the task ended (close status {frame.CloseStatus?.ToString() ?? "none"}{(string.IsNullOrEmpty(frame.CloseReason) ? "" : $", '{frame.CloseReason}'")}).");
            }

            if (frame.Kind != FrameKind.Text)
            {
                continue;
            }

            TaskEvent message = ProtocolSerializer.ReadEvent(frame.Data.Span);
            if (_finishing && !_sendBroken)
            {
                ArmFinish();
            }

            switch (message.Event)
            {
                case not TaskEvents.TaskFailed when message.TaskId is { Length: > 0 } other && other != _id:
                    // On a connection that is used again, an event of an earlier task may come late.
                    Log.EventIgnored(_session.Logger, _id);
                    break;
                case TaskEvents.TaskFailed:
                    throw new RecognitionFailedException(
                        message.ErrorCode ?? ClientErrorCodes.Unknown, message.ErrorMessage ?? "The service failed the task and gave no reason.", requestId: _id);
                case TaskEvents.ResultGenerated:
                    await _session.OnResultAsync(message, _id).ConfigureAwait(false);
                    break;
                case var name when name == awaited:
                    return;
                case TaskEvents.TaskFinished:
                    throw EndedEarly("The service ended the task before it started it.");
                default:
                    Log.EventIgnored(_session.Logger, _id);
                    break;
            }
        }
    }

    private async Task SendAudioAsync(Replay? replay)
    {
        SendQueue queue = _session.Queue;
        try
        {
            if (replay is { } again)
            {
                await ReplayAsync(again).ConfigureAwait(false);
            }

            // The queue is woken when this task stops: a token here would cost an allocation for each wait.
            while (!_stop.IsCancellationRequested && await queue.Frames.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false))
            {
                while (!_stop.IsCancellationRequested && queue.Frames.TryRead(out ArraySegment<byte> frame))
                {
                    if (frame.Array is null)
                    {
                        continue;
                    }

                    try
                    {
                        _session.Sent.Append(frame);
                        await SendAsync(frame).ConfigureAwait(false);
                    }
                    finally
                    {
                        queue.Return(frame);
                    }
                }
            }

            _stop.ThrowIfCancellationRequested();
            _finishing = true;
            await SendRequestAsync(new TaskRequest { Action = TaskActions.FinishTask, TaskId = _id, Streaming = "duplex" }).ConfigureAwait(false);
            _finishSent = true;
            ArmFinish();
            _session.OnFinishSent();
        }
        catch (IOException e)
        {
            // The reason may still be on its way in: the service announces failures before it closes.
            _sendBroken = true;
            Arm(BrokenSendGrace, "The connection was lost while audio was sent.", ClientErrorCodes.ConnectionLost, e);
        }
        catch (Exception e) when (!_stop.IsCancellationRequested)
        {
            EndWith(e);
        }
    }

    private async Task ReplayAsync(Replay replay)
    {
        if (!replay.Header.IsEmpty)
        {
            await SendAsync(replay.Header).ConfigureAwait(false);
        }

        byte[] chunk = ArrayPool<byte>.Shared.Rent(SendQueue.MaxFrameBytes);
        try
        {
            long at = replay.From;
            while (true)
            {
                (long from, int length) = await ReadSentAsync(at, chunk.AsMemory(0, SendQueue.MaxFrameBytes)).ConfigureAwait(false);
                if (length == 0)
                {
                    return;
                }

                at = from + length;
                await SendAsync(chunk.AsMemory(0, length)).ConfigureAwait(false);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }

    private async ValueTask<(long Offset, int Length)> ReadSentAsync(long offset, Memory<byte> destination)
    {
        try
        {
            return await _session.Sent.ReadAsync(offset, destination, _stop).ConfigureAwait(false);
        }
        catch (Exception e) when (!_stop.IsCancellationRequested)
        {
            // The audio source's failure is no loss of the connection: trying again would not help.
            _session.Abort(e);
            throw;
        }
    }

    private ValueTask SendAsync(ReadOnlyMemory<byte> audio)
    {
        ClientTelemetry.AudioSent(audio.Length);
        return _connection.SendBinaryAsync(audio, _stop);
    }

    private ValueTask SendRequestAsync(TaskRequest request)
    {
        var message = new ArrayBufferWriter<byte>(512);
        ProtocolSerializer.WriteRequest(message, request);
        return _connection.SendTextAsync(message.WrittenMemory, _stop);
    }

    private RecognitionFailedException EndedEarly(string message) => new(ClientErrorCodes.EndedEarly, message, requestId: _id);

    private void ArmFinish() => Arm(
        _session.Client.FinishTimeout, $"The service was silent for {_session.Client.FinishTimeout.TotalSeconds:0.###} s after the end of the audio.");

    private void Arm(TimeSpan timeout, string message, string code = ClientErrorCodes.Timeout, Exception? cause = null)
    {
        _onTimeout = new RecognitionConnectionException(code, message, cause);
        _watchdog.Change(timeout, Timeout.InfiniteTimeSpan);
    }

    private void Disarm() => _watchdog.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    private void OnWatchdog() => EndWith(_onTimeout!);

    private void EndWith(Exception reason)
    {
        if (Interlocked.CompareExchange(ref _endReason, reason, null) is null)
        {
            _ = _stopping.CancelAsync();
        }
    }

    /// <summary>Why a wait was cut short, where what was thrown does not say.</summary>
    private Exception? ReasonFor(Exception caught) => caught is RecognitionFailedException ? null : Volatile.Read(ref _endReason);
}
