using System.Buffers;
using Paraformer.Protocol;

namespace Paraformer.Client;

// The life of the session: connect, start, then receive and send side by side, and clean up.
public sealed partial class RecognitionSession
{
    private const int NormalClosure = 1000;

    private async Task RunAsync()
    {
        Log.Starting(_logger, RequestId, _options.Model.Value, _options.Format.Value, _options.SampleRate);
        IMessageConnection? connection = null;
        Task sending = Task.CompletedTask;
        Exception? failure = null;
        try
        {
            connection = await _transport.ConnectAsync(_lifetime.Token).ConfigureAwait(false);
            Arm(_client.StartTimeout, $"The service did not start the task within {_client.StartTimeout.TotalSeconds:0.###} s.");
            await SendRequestAsync(connection, _options.ToRunTask(RequestId)).ConfigureAwait(false);
            await ReceiveUntilAsync(TaskEvents.TaskStarted, connection).ConfigureAwait(false);
            Disarm();
            Log.Started(_logger, RequestId);
            _opened.TrySetResult(null);
            sending = SendAudioAsync(connection);
            await ReceiveUntilAsync(TaskEvents.TaskFinished, connection).ConfigureAwait(false);
            _clock.Ended();
            failure = _finishing ? null : EndedEarly("The service ended the task before the end of the audio.");
        }
        catch (Exception e)
        {
            failure = ToFailure(e);
        }

        End(failure);
        await CleanUpAsync(connection, sending).ConfigureAwait(false);
    }

    private void End(Exception? failure)
    {
        if (failure is null)
        {
            Log.Finished(_logger, RequestId, FirstPackageDelay?.TotalMilliseconds, LastPackageDelay?.TotalMilliseconds);
        }
        else
        {
            Log.Failed(_logger, RequestId, (failure as RecognitionFailedException)?.Code ?? failure.GetType().Name);
        }

        Volatile.Write(ref _failure, failure);
        _audio.End();
        _results.Complete(failure);
        _opened.TrySetResult(failure);
        if (failure is null)
        {
            _finishSent.TrySetResult();
        }
        else if (_finishSent.TrySetException(failure))
        {
            // Marks the exception as seen: the session may never be finished by its owner.
            _ = _finishSent.Task.Exception;
        }
    }

    private async Task CleanUpAsync(IMessageConnection? connection, Task sending)
    {
        await _lifetime.CancelAsync().ConfigureAwait(false);
        await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (_audio.Frames.TryRead(out ArraySegment<byte> unsent))
        {
            _audio.Return(unsent);
        }

        if (connection is not null)
        {
            if (_abortReason is null)
            {
                using var timeout = new CancellationTokenSource(CloseTimeout);
                await connection.CloseAsync(NormalClosure, "", timeout.Token).AsTask().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            await connection.DisposeAsync().AsTask().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await _watchdog.DisposeAsync().ConfigureAwait(false);
    }

    private async Task ReceiveUntilAsync(string awaited, IMessageConnection connection)
    {
        while (true)
        {
            Frame frame = await connection.ReceiveAsync(_lifetime.Token).ConfigureAwait(false);
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
                case TaskEvents.TaskFailed:
                    throw new RecognitionFailedException(
                        message.ErrorCode ?? ClientErrorCodes.Unknown, message.ErrorMessage ?? "The service failed the task and gave no reason.", requestId: RequestId);
                case TaskEvents.ResultGenerated:
                    await OnResultAsync(message).ConfigureAwait(false);
                    break;
                case var name when name == awaited:
                    return;
                case TaskEvents.TaskFinished:
                    throw EndedEarly("The service ended the task before it started it.");
                default:
                    Log.EventIgnored(_logger, RequestId);
                    break;
            }
        }
    }

    private ValueTask OnResultAsync(TaskEvent message)
    {
        if (message.Sentence is not { } sentence || sentence.Heartbeat == true)
        {
            return default;
        }

        if (sentence.Text.Length > 0)
        {
            _clock.TextReceived();
        }

        return _results.AddAsync(new RecognitionResult { RequestId = RequestId, Sentence = sentence, Usage = message.Usage }, _lifetime.Token);
    }

    private async Task SendAudioAsync(IMessageConnection connection)
    {
        try
        {
            while (await _audio.Frames.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false))
            {
                while (_audio.Frames.TryRead(out ArraySegment<byte> frame))
                {
                    try
                    {
                        await connection.SendBinaryAsync(frame, _lifetime.Token).ConfigureAwait(false);
                    }
                    finally
                    {
                        _audio.Return(frame);
                    }
                }
            }

            _lifetime.Token.ThrowIfCancellationRequested();
            _finishing = true;
            await SendRequestAsync(connection, new TaskRequest { Action = TaskActions.FinishTask, TaskId = RequestId, Streaming = "duplex" }).ConfigureAwait(false);
            ArmFinish();
            _finishSent.TrySetResult();
        }
        catch (IOException e)
        {
            // The reason may still be on its way in: the service announces failures before it closes.
            _sendBroken = true;
            Arm(BrokenSendGrace, "The connection was lost while audio was sent.", ClientErrorCodes.ConnectionLost, e);
        }
        catch (Exception e) when (!_lifetime.IsCancellationRequested)
        {
            Abort(e);
        }
    }

    private RecognitionFailedException EndedEarly(string message) => new(ClientErrorCodes.EndedEarly, message, requestId: RequestId);

    private ValueTask SendRequestAsync(IMessageConnection connection, TaskRequest request)
    {
        var message = new ArrayBufferWriter<byte>(512);
        ProtocolSerializer.WriteRequest(message, request);
        return connection.SendTextAsync(message.WrittenMemory, _lifetime.Token);
    }

    private void ArmFinish() =>
        Arm(_client.FinishTimeout, $"The service was silent for {_client.FinishTimeout.TotalSeconds:0.###} s after the end of the audio.");

    private void Arm(TimeSpan timeout, string message, string code = ClientErrorCodes.Timeout, Exception? cause = null)
    {
        _onTimeout = new RecognitionConnectionException(code, message, cause);
        _watchdog.Change(timeout, Timeout.InfiniteTimeSpan);
    }

    private void Disarm() => _watchdog.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    private void OnWatchdog() => Abort(_onTimeout!);

    private Exception ToFailure(Exception caught)
    {
        Exception failure = Volatile.Read(ref _abortReason) ?? caught switch
        {
            ProtocolException e => new RecognitionFailedException(ClientErrorCodes.MessageFormat, $"The service sent a message that cannot be read: {e.Message}", innerException: e),
            MessageTooLargeException e => new RecognitionFailedException(ClientErrorCodes.MessageFormat, e.Message, innerException: e),
            IOException e => new RecognitionConnectionException(ClientErrorCodes.ConnectionLost, $"The connection was lost before the task ended: {e.Message}", e),
            _ => caught,
        };
        if (failure is RecognitionFailedException { RequestId: null } known)
        {
            known.RequestId = RequestId;
        }

        return failure;
    }
}
