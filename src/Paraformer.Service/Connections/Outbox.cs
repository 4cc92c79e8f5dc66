using System.Buffers;
using Paraformer.Engine;
using Paraformer.Protocol;
using Paraformer.Service.Tasks;

namespace Paraformer.Service.Connections;

/// <summary>
/// Everything that a connection sends. One event goes out at a time; a task's terminal event goes out once and nothing of
/// that task follows it; nothing at all follows a close. A peer that is gone or does not read ends <see cref="Lifetime"/>
/// instead of throwing.
/// </summary>
internal sealed class Outbox : IDisposable
{
    public const int NormalClosure = 1000;
    public const int GoingAway = 1001;
    public const int MessageTooBig = 1009;

    private readonly IMessageConnection _connection;
    private readonly ServiceContext _context;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly MessageBuffer _buffer = new();
    private readonly CancellationTokenSource _lifetime;
    private readonly CancellationTokenRegistration _stop;
    private long _closeSentAt = Clock.Never;
    private long _sendingSince = Clock.Never;
    private long _sentAt;
    private bool _isClosing;

    public Outbox(IMessageConnection connection, ServiceContext context, CancellationToken cancellationToken)
    {
        _connection = connection;
        _context = context;
        _sentAt = context.Clock.Now;
        _lifetime = new CancellationTokenSource();
        Lifetime = _lifetime.Token;
        _stop = cancellationToken.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), _lifetime);
    }

    /// <summary>Ends when the connection is lost or dropped.</summary>
    public CancellationToken Lifetime { get; }

    public bool IsClosing => Volatile.Read(ref _isClosing);

    /// <summary>Whether the peer has had its time to answer the close.</summary>
    public bool CloseExpired => _context.Clock.HasPassed(Volatile.Read(ref _closeSentAt), _context.Options.CloseTimeout);

    /// <summary>Whether the peer has not taken what is being sent for too long.</summary>
    public bool SendExpired => _context.Clock.HasPassed(Volatile.Read(ref _sendingSince), _context.Options.SendTimeout);

    /// <summary>Forbids everything but the close itself. False if that had happened before.</summary>
    public bool TryBeginClose() => !Interlocked.Exchange(ref _isClosing, true);

    public Task DropAsync() => _lifetime.CancelAsync();

    public ValueTask SendStartedAsync(RecognitionTask task) =>
        SendAsync(task, 0, static (buffer, id, _) => ProtocolSerializer.WriteTaskStarted(buffer, id));

    public ValueTask SendHeartbeatAsync(RecognitionTask task) =>
        SendAsync(task, 0, static (buffer, id, _) => ProtocolSerializer.WriteResult(buffer, id, Results.Heartbeat, usage: null));

    public ValueTask SendResultAsync(RecognitionTask task, RecognizedSentence recognized) =>
        SendAsync(task, recognized, static (buffer, id, result) =>
            ProtocolSerializer.WriteResult(buffer, id, Results.ToSentence(result), new RecognizedWords(result), Results.ToUsage(result)));

    /// <summary>Keeps a connection alive on which nothing was sent for the interval. A slow peer is never dropped for not answering it.</summary>
    public async ValueTask KeepAliveAsync()
    {
        if (!_context.Clock.HasPassed(Volatile.Read(ref _sentAt), _context.Options.KeepAliveInterval) || !_turn.Wait(0, CancellationToken.None))
        {
            return;
        }

        try
        {
            if (!IsClosing)
            {
                await GuardAsync(static outbox => outbox._connection.PingAsync(outbox.Lifetime)).ConfigureAwait(false);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Ends the task well. False if it had ended before.</summary>
    public async ValueTask<bool> FinishAsync(RecognitionTask task)
    {
        if (!await EnterAsync().ConfigureAwait(false))
        {
            return false;
        }

        try
        {
            if (IsClosing || !task.TryEnd())
            {
                return false;
            }

            ProtocolSerializer.WriteTaskFinished(_buffer, task.Id);
            await FlushAsync().ConfigureAwait(false);
            return true;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Ends the task with a failure; the close has to follow. False if it had ended before.</summary>
    public async ValueTask<bool> FailAsync(RecognitionTask task, Failure failure)
    {
        if (!await EnterAsync().ConfigureAwait(false))
        {
            return false;
        }

        try
        {
            if (!task.TryEnd())
            {
                return false;
            }

            await SendFailureAsync(task.Id, failure).ConfigureAwait(false);
            return true;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Answers a message that belongs to no task; the close has to follow. False where it has begun before.</summary>
    public async ValueTask<bool> RejectAsync(string taskId, Failure failure)
    {
        if (!await EnterAsync().ConfigureAwait(false))
        {
            return false;
        }

        try
        {
            return await SendFailureAsync(taskId, failure).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Sends the close that <see cref="TryBeginClose"/> or a failure began.</summary>
    public async ValueTask CloseAsync(int status, string reason)
    {
        if (!await EnterAsync().ConfigureAwait(false))
        {
            return;
        }

        try
        {
            Volatile.Write(ref _closeSentAt, _context.Clock.Now);
            await GuardAsync(outbox => outbox._connection.CloseAsync(status, reason, outbox.Lifetime)).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose()
    {
        _stop.Dispose();
        _lifetime.Dispose();
        _turn.Dispose();
    }

    private async ValueTask SendAsync<TState>(RecognitionTask task, TState state, Action<IBufferWriter<byte>, string, TState> write)
    {
        if (!await EnterAsync().ConfigureAwait(false))
        {
            return;
        }

        try
        {
            if (!IsClosing && !task.HasEnded)
            {
                write(_buffer, task.Id, state);
                await FlushAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    private async ValueTask<bool> SendFailureAsync(string taskId, Failure failure)
    {
        if (!TryBeginClose())
        {
            return false;
        }

        _context.Metrics.Failed(failure.Code);
        ProtocolSerializer.WriteTaskFailed(_buffer, taskId, failure.Code, failure.Message);
        await FlushAsync().ConfigureAwait(false);
        return true;
    }

    private async ValueTask<bool> EnterAsync()
    {
        if (!_turn.Wait(0, CancellationToken.None))
        {
            Task turn = _turn.WaitAsync(Lifetime);
            await turn.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return turn.IsCompletedSuccessfully;
        }

        return true;
    }

    private ValueTask FlushAsync() => GuardAsync(static outbox => outbox._connection.SendTextAsync(outbox._buffer.WrittenMemory, outbox.Lifetime));

    private async ValueTask GuardAsync(Func<Outbox, ValueTask> send)
    {
        if (Lifetime.IsCancellationRequested)
        {
            _buffer.Clear();
            return;
        }

        try
        {
            Volatile.Write(ref _sendingSince, _context.Clock.Now);
            await send(this).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ConnectionLostException or OperationCanceledException)
        {
            Log.ConnectionLost(_context.Logger, e.Message);
            await _lifetime.CancelAsync().ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref _sendingSince, Clock.Never);
            Volatile.Write(ref _sentAt, _context.Clock.Now);
            _buffer.Clear();
        }
    }
}
