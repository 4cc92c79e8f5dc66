using System.Buffers;
using Paraformer.Engine;
using Paraformer.Protocol;
using Paraformer.Service.Tasks;

namespace Paraformer.Service.Connections;

/// <summary>
/// The events that a connection sends, in their order: a task's terminal event goes out once and nothing of that task follows it;
/// nothing at all follows a close.
/// </summary>
internal sealed class Outbox(PeerLink link, ServiceContext context)
{
    public const int NormalClosure = 1000;
    public const int GoingAway = 1001;
    public const int MessageTooBig = 1009;

    private readonly MessageBuffer _buffer = new();
    private bool _isClosing;

    /// <inheritdoc cref="PeerLink.Lifetime"/>
    public CancellationToken Lifetime => link.Lifetime;

    public bool IsClosing => Volatile.Read(ref _isClosing);

    /// <inheritdoc cref="PeerLink.CloseExpired"/>
    public bool CloseExpired => link.CloseExpired;

    /// <inheritdoc cref="PeerLink.SendExpired"/>
    public bool SendExpired => link.SendExpired;

    /// <summary>Forbids everything but the close itself. False if that had happened before.</summary>
    public bool TryBeginClose() => !Interlocked.Exchange(ref _isClosing, true);

    public Task DropAsync() => link.DropAsync();

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
        if (!link.IsQuiet || !link.TryEnter())
        {
            return;
        }

        try
        {
            if (!IsClosing)
            {
                await link.PingAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            link.Leave();
        }
    }

    /// <summary>Ends the task well. False if it had ended before.</summary>
    public async ValueTask<bool> FinishAsync(RecognitionTask task)
    {
        if (!await link.EnterAsync().ConfigureAwait(false))
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
            link.Leave();
        }
    }

    /// <summary>Ends the task with a failure; the close has to follow. False if it had ended before.</summary>
    public async ValueTask<bool> FailAsync(RecognitionTask task, Failure failure)
    {
        if (!await link.EnterAsync().ConfigureAwait(false))
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
            link.Leave();
        }
    }

    /// <summary>Answers a message that belongs to no task; the close has to follow. False where it has begun before.</summary>
    public async ValueTask<bool> RejectAsync(string taskId, Failure failure)
    {
        if (!await link.EnterAsync().ConfigureAwait(false))
        {
            return false;
        }

        try
        {
            return await SendFailureAsync(taskId, failure).ConfigureAwait(false);
        }
        finally
        {
            link.Leave();
        }
    }

    /// <summary>Sends the close that <see cref="TryBeginClose"/> or a failure began.</summary>
    public async ValueTask CloseAsync(int status, string reason)
    {
        if (!await link.EnterAsync().ConfigureAwait(false))
        {
            return;
        }

        try
        {
            await link.CloseAsync(status, reason).ConfigureAwait(false);
        }
        finally
        {
            link.Leave();
        }
    }

    private async ValueTask SendAsync<TState>(RecognitionTask task, TState state, Action<IBufferWriter<byte>, string, TState> write)
    {
        if (!await link.EnterAsync().ConfigureAwait(false))
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
            link.Leave();
        }
    }

    private async ValueTask<bool> SendFailureAsync(string taskId, Failure failure)
    {
        if (!TryBeginClose())
        {
            return false;
        }

        context.Metrics.Failed(failure.Code);
        ProtocolSerializer.WriteTaskFailed(_buffer, taskId, failure.Code, failure.Message);
        await FlushAsync().ConfigureAwait(false);
        return true;
    }

    /// <summary>Sends what has been written, and holds no memory afterwards.</summary>
    private async ValueTask FlushAsync()
    {
        try
        {
            await link.SendTextAsync(_buffer.WrittenMemory).ConfigureAwait(false);
        }
        finally
        {
            _buffer.Clear();
        }
    }
}
