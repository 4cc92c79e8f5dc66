using System.Diagnostics;
using Paraformer.Protocol;

namespace Paraformer.Client;

// The life of the session: a task, and another one after each loss of the connection, then the end.
public sealed partial class RecognitionSession
{
    private async Task RunAsync()
    {
        long start = Client.TimeProvider.GetTimestamp();
        Activity? activity = ClientTelemetry.StartSession(Options);
        Log.Starting(Logger, RequestId, Options.Model.Value, Options.Format.Value, Options.SampleRate);
        Exception? failure = null;
        try
        {
            await RunTasksAsync(activity).ConfigureAwait(false);
            _clock.Ended();
        }
        catch (Exception e)
        {
            failure = ToFailure(e);
        }

        ClientTelemetry.EndSession(activity, this, Client.TimeProvider.GetElapsedTime(start), failure);
        End(failure);
        await CleanUpAsync().ConfigureAwait(false);
    }

    private async Task RunTasksAsync(Activity? activity)
    {
        Replay? replay = null;
        int attempts = 0;
        long covered = 0;
        while (true)
        {
            Exception cause;
            try
            {
                _task = null;
                _connection = null;
                await OpenAsync(mayReuse: true).ConfigureAwait(false);
                if (replay is not null)
                {
                    Log.Reconnected(Logger, RequestId, attempts);
                    ClientTelemetry.Reconnected(activity);
                }

                _isStarted = true;
                _opened.TrySetResult(null);
                _isReusable = await _task!.RunAsync(replay).ConfigureAwait(false);
                return;
            }
            catch (Exception e) when (CanReconnect(e))
            {
                cause = e;
            }

            if (IsNoAudio(cause))
            {
                // The rest of the audio, heard again on its own, may hold no speech at all: some services call that a failure.
                return;
            }

            await DropTaskAsync().ConfigureAwait(false);
            attempts = _timeline.Covered > covered ? 1 : attempts + 1;
            covered = _timeline.Covered;
            if (attempts > Client.Reconnect.MaxAttempts)
            {
                throw GivenUp(cause, attempts - 1);
            }

            Log.ConnectionLost(Logger, RequestId, (cause as RecognitionFailedException)?.Code ?? ClientErrorCodes.ConnectionLost, attempts);
            replay = PlanReplay(activity, cause);
            if (replay is { IsEmpty: true } && Sent.Length > 0 && Queue.IsDrained)
            {
                return;
            }

            await Task.Delay(Client.Reconnect.Delay(attempts, Random.Shared.NextDouble()), Client.TimeProvider, _lifetime.Token).ConfigureAwait(false);
            RequestId = RecognitionClient.NewRequestId();
            (_isReplay, _isStarted) = (true, false);
            _timeline.Restart(replay.Value.Time, replay.Value.Lost?.EndTime ?? 0);
        }
    }

    /// <summary>Connects and starts a task. A connection of the pool that turns out to be dead is replaced without a word.</summary>
    private async Task OpenAsync(bool mayReuse)
    {
        _connection = await _pool.RentAsync(isFresh: !mayReuse, _lifetime.Token).ConfigureAwait(false);
        _isConnected = true;
        _connected.TrySetResult(null);
        bool isReused = _connection.IsReused;
        _task = new ServiceTask(this, _connection, RequestId, _lifetime.Token);
        TimeSpan timeout = isReused && (Client.StartTimeout > ReusedStartTimeout || Client.StartTimeout == Timeout.InfiniteTimeSpan)
            ? ReusedStartTimeout
            : Client.StartTimeout;
        try
        {
            await _task.StartAsync(timeout).ConfigureAwait(false);
            Log.Started(Logger, RequestId);
            return;
        }
        catch (Exception e) when (isReused && IsLoss(e) && !_lifetime.IsCancellationRequested)
        {
            Log.StaleConnection(Logger, RequestId);
        }

        await DropTaskAsync().ConfigureAwait(false);
        await OpenAsync(mayReuse: false).ConfigureAwait(false);
    }

    private Replay PlanReplay(Activity? activity, Exception cause)
    {
        Replay replay = Sent.Plan();
        if (replay.Lost is { } lost)
        {
            Log.AudioLost(Logger, RequestId, lost.BeginTime, lost.EndTime);
            ClientTelemetry.AudioLost(activity, lost);
            AddLoss(lost);
            if (!replay.CanGoOn || Client.Reconnect.FailOnAudioLoss)
            {
                string why = replay.CanGoOn ? $"it is older than the buffer of {Client.Reconnect.BufferLength.TotalSeconds:0.###} s" : $"'{Options.Format}' can only be recognised from its start";
                throw new AudioLostException(
                    lost, $"The connection was lost, and the audio from {lost.BeginTime} ms on that no final sentence covers cannot be sent again: {why}.", cause);
            }
        }

        return replay;
    }

    private bool CanReconnect(Exception failure)
    {
        if (Client.Reconnect.IsOff || !_isConnected || _lifetime.IsCancellationRequested)
        {
            return false;
        }

        return IsLoss(failure) || failure switch
        {
            HandshakeRefusedException refused => refused.StatusCode is 408 or 429 or >= 500,
            RecognitionFailedException failed => _isReplay && (IsNoAudio(failed) ? _timeline.Covered > 0 && Queue.IsDrained : !_isStarted && IsBusy(failed.Code)),
            _ => false,
        };
    }

    private static bool IsLoss(Exception failure) =>
        failure is RecognitionConnectionException or (IOException and not MessageTooLargeException);

    private static bool IsNoAudio(Exception failure) => failure is RecognitionFailedException { Code: ErrorCodes.NoValidAudio or "NO_INPUT_AUDIO_ERROR" };

    private static bool IsBusy(string code) =>
        code is ErrorCodes.ModelServingError or ErrorCodes.ModelUnavailable || code.StartsWith("Throttling", StringComparison.Ordinal);

    private static RecognitionConnectionException GivenUp(Exception cause, int attempts) => new(
        (cause as RecognitionConnectionException)?.Code ?? ClientErrorCodes.ConnectionLost,
        $"The connection was lost before the task ended, and {attempts} attempts to go on failed: {cause.Message}",
        cause);

    private void End(Exception? failure)
    {
        if (failure is null)
        {
            Log.Finished(Logger, RequestId, FirstPackageDelay?.TotalMilliseconds, LastPackageDelay?.TotalMilliseconds);
        }
        else
        {
            Log.Failed(Logger, RequestId, (failure as RecognitionFailedException)?.Code ?? failure.GetType().Name);
        }

        Volatile.Write(ref _failure, failure);
        Queue.End();
        _results.Complete(failure);
        _connected.TrySetResult(failure);
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

    private async Task CleanUpAsync()
    {
        await _lifetime.CancelAsync().ConfigureAwait(false);
        Queue.Drain();
        Sent.Dispose();
        if (_task is { } task && _connection is { } connection)
        {
            if (_isReusable)
            {
                await task.DisposeAsync().ConfigureAwait(false);
                _pool.Return(connection);
            }
            else if (_abortReason is null)
            {
                await task.CloseAsync().ConfigureAwait(false);
            }
            else
            {
                await task.DropAsync().ConfigureAwait(false);
            }
        }
    }

    private async Task DropTaskAsync()
    {
        if (_task is { } task)
        {
            await task.DropAsync().ConfigureAwait(false);
        }

        _task = null;
        _connection = null;
    }

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
