using System.Runtime.CompilerServices;

namespace Paraformer.Protocol;

/// <summary>
/// One end of a pair of connections within a process, with the behaviour of a WebSocket: frames arrive in order, a sender
/// waits while the other side is slow, a close follows what was sent before it, disposing without a close is a loss.
/// Cancelling leaves an end usable.
/// </summary>
public sealed class InProcessConnection : IMessageConnection
{
    private readonly FramePipe _incoming;
    private readonly FramePipe _outgoing;
    private readonly int _maxTextMessageBytes;
    private readonly SemaphoreSlim _sendLock = new(1, 1);
    private readonly SemaphoreSlim _receiveLock = new(1, 1);
    private QueuedFrame _current;

    private InProcessConnection(FramePipe incoming, FramePipe outgoing, int maxTextMessageBytes)
    {
        _incoming = incoming;
        _outgoing = outgoing;
        _maxTextMessageBytes = maxTextMessageBytes;
    }

    /// <summary>Makes two ends: what one sends the other receives.</summary>
    /// <param name="options">Limits; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">A limit is not positive.</exception>
    public static (InProcessConnection First, InProcessConnection Second) CreatePair(InProcessConnectionOptions? options = null)
    {
        options ??= new InProcessConnectionOptions();
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.MaxQueuedBytes);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.MaxQueuedFrames);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.MaxTextMessageBytes);
        var forth = new FramePipe(options.MaxQueuedBytes, options.MaxQueuedFrames);
        var back = new FramePipe(options.MaxQueuedBytes, options.MaxQueuedFrames);
        return (new InProcessConnection(back, forth, options.MaxTextMessageBytes), new InProcessConnection(forth, back, options.MaxTextMessageBytes));
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Frame> ReceiveAsync(CancellationToken cancellationToken)
    {
        await _receiveLock.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _current.Release();
            _current = default;
            QueuedFrame next = await _incoming.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (next.Frame.Kind is FrameKind.Text && next.Length > _maxTextMessageBytes)
            {
                next.Release();
                throw new MessageTooLargeException($"A text message is longer than {_maxTextMessageBytes} bytes.");
            }

            if (next.Frame.Kind is FrameKind.Close)
            {
                _outgoing.Close(next.Frame);
            }

            _current = next;
            return next.Frame;
        }
        finally
        {
            _receiveLock.Release();
        }
    }

    /// <inheritdoc/>
    public ValueTask SendTextAsync(ReadOnlyMemory<byte> utf8, CancellationToken cancellationToken) =>
        SendAsync(FrameKind.Text, utf8, cancellationToken);

    /// <inheritdoc/>
    /// <remarks>Empty data is not sent: audio has no message boundaries.</remarks>
    public ValueTask SendBinaryAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken) =>
        data.IsEmpty ? ValueTask.CompletedTask : SendAsync(FrameKind.Binary, data, cancellationToken);

    /// <inheritdoc/>
    /// <remarks>
    /// Does not wait: what was sent before still arrives, then the close. What the other side had sent and was not yet
    /// received is dropped; later receives on this end return the close.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">RFC 6455 does not let <paramref name="status"/> be sent.</exception>
    public ValueTask CloseAsync(int status, string reason, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reason);
        var close = new Frame(FrameKind.Close, default, (int)CloseStatus.Check(status), CloseStatus.Fit(reason));
        _outgoing.Close(close);
        _incoming.CloseAndDiscard(close);
        return ValueTask.CompletedTask;
    }

    /// <summary>Leaves. Without a close before, the other side's connection is lost once it has received what was sent.</summary>
    public ValueTask DisposeAsync()
    {
        // The frame handed out last goes to the garbage collector: its reader may still be at work.
        _outgoing.Lose();
        _incoming.LoseAndDiscard();
        return ValueTask.CompletedTask;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendAsync(FrameKind kind, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        await _sendLock.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            QueuedFrame frame = QueuedFrame.Copy(kind, data);
            try
            {
                await _outgoing.WriteAsync(frame, cancellationToken).ConfigureAwait(false);
            }
            catch
            {
                frame.Release();
                throw;
            }
        }
        finally
        {
            _sendLock.Release();
        }
    }
}
