using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Paraformer.Protocol;

/// <summary>
/// One direction of an in-process pair: a queue of frames, bounded in bytes and in count. One writer and one reader at a
/// time; ending may come from anywhere.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A SemaphoreSlim whose wait handle is not used holds nothing to dispose of.")]
internal sealed class FramePipe(int maxBytes, int maxFrames)
{
    private readonly Lock _gate = new();
    private readonly Queue<QueuedFrame> _frames = new();
    private readonly SemaphoreSlim _readable = new(0);
    private readonly SemaphoreSlim _writable = new(0);
    private bool _readerWaits;
    private bool _writerWaits;
    private long _bytes;
    private Frame? _close;
    private bool _lost;

    private bool IsEnded => _lost || _close is not null;

    /// <summary>Queues a frame; waits while the queue is full.</summary>
    /// <exception cref="ConnectionLostException">The pipe has ended; the frame stays the caller's.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask WriteAsync(QueuedFrame frame, CancellationToken cancellationToken)
    {
        while (!TryWrite(frame))
        {
            await _writable.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Takes the next frame, whose buffer is then the caller's. After the last one comes the close frame, with no buffer, again and again.
    /// </summary>
    /// <exception cref="ConnectionLostException">The pipe ended without a close.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<QueuedFrame> ReadAsync(CancellationToken cancellationToken)
    {
        QueuedFrame frame;
        while (!TryRead(out frame))
        {
            await _readable.WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        return frame;
    }

    /// <summary>Ends the pipe with a close frame, which follows what is queued. No effect once the pipe has ended.</summary>
    public void Close(Frame close)
    {
        lock (_gate)
        {
            if (!IsEnded)
            {
                _close = close;
                Wake();
            }
        }
    }

    /// <summary>Ends the pipe as lost once what is queued has been read. No effect once the pipe has ended.</summary>
    public void Lose()
    {
        lock (_gate)
        {
            if (!IsEnded)
            {
                _lost = true;
                Wake();
            }
        }
    }

    /// <summary>As <see cref="Close"/>, and drops what is queued: for the reader's side when it closes.</summary>
    public void CloseAndDiscard(Frame close)
    {
        lock (_gate)
        {
            Close(close);
            Discard();
        }
    }

    /// <summary>Ends the pipe for a reader that goes away: drops what is queued and any close.</summary>
    public void LoseAndDiscard()
    {
        lock (_gate)
        {
            _close = null;
            _lost = true;
            Discard();
            Wake();
        }
    }

    private void Discard()
    {
        _bytes = 0;
        while (_frames.TryDequeue(out QueuedFrame frame))
        {
            frame.Release();
        }
    }

    private bool TryWrite(QueuedFrame frame)
    {
        lock (_gate)
        {
            if (IsEnded)
            {
                throw new ConnectionLostException("The connection is closed.");
            }

            if (_frames.Count > 0 && (_frames.Count >= maxFrames || _bytes + frame.Length > maxBytes))
            {
                _writerWaits = true;
                return false;
            }

            _frames.Enqueue(frame);
            _bytes += frame.Length;
            WakeIf(ref _readerWaits, _readable);
            return true;
        }
    }

    private bool TryRead(out QueuedFrame frame)
    {
        lock (_gate)
        {
            if (_frames.TryDequeue(out frame))
            {
                _bytes -= frame.Length;
                WakeIf(ref _writerWaits, _writable);
                return true;
            }

            if (_lost)
            {
                throw new ConnectionLostException("The connection was lost.");
            }

            if (_close is { } close)
            {
                frame = new QueuedFrame(close, null);
                return true;
            }

            _readerWaits = true;
            return false;
        }
    }

    private void Wake()
    {
        WakeIf(ref _readerWaits, _readable);
        WakeIf(ref _writerWaits, _writable);
    }

    // A waiter that was cancelled leaves its flag behind; the surplus signal makes the next one look once more, no harm.
    private static void WakeIf(ref bool waits, SemaphoreSlim signal)
    {
        if (waits)
        {
            waits = false;
            signal.Release();
        }
    }
}

/// <summary>A frame and the pooled array that it lies in.</summary>
internal readonly record struct QueuedFrame(Frame Frame, byte[]? Buffer)
{
    public int Length => Frame.Data.Length;

    /// <summary>Copies data into a pooled array.</summary>
    public static QueuedFrame Copy(FrameKind kind, ReadOnlyMemory<byte> data)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(data.Length);
        data.CopyTo(buffer);
        return new QueuedFrame(new Frame(kind, buffer.AsMemory(0, data.Length)), buffer);
    }

    /// <summary>Gives the array back.</summary>
    public void Release()
    {
        if (Buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(Buffer);
        }
    }
}
