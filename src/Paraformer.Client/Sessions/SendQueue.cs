using System.Buffers;
using System.Threading.Channels;

namespace Paraformer.Client;

/// <summary>Audio frames on their way to the service, bounded in bytes, copied into pooled buffers. Many writers, one reader.</summary>
internal sealed class SendQueue(int capacityBytes)
{
    /// <summary>The service's advice for the size of a frame is at most 16 KB.</summary>
    public const int MaxFrameBytes = 16 * 1024;

    private readonly Channel<ArraySegment<byte>> _frames =
        Channel.CreateUnbounded<ArraySegment<byte>>(new UnboundedChannelOptions { SingleReader = true });

    private const int MaxSpareBuffers = 16;

    private readonly Lock _gate = new();
    private readonly Stack<byte[]> _spare = new(MaxSpareBuffers);
    private TaskCompletionSource? _space;
    private long _queuedBytes;
    private bool _ended;

    /// <summary>Frames in order; ends when <see cref="End"/> was called and all are read.</summary>
    public ChannelReader<ArraySegment<byte>> Frames => _frames.Reader;

    /// <summary>Bytes that wait to be sent.</summary>
    public long QueuedBytes => Interlocked.Read(ref _queuedBytes);

    /// <summary>Whether the audio has ended and all of it has been taken.</summary>
    public bool IsDrained
    {
        get
        {
            lock (_gate)
            {
                return _ended && _queuedBytes == 0;
            }
        }
    }

    /// <summary>Copies one frame of at most <see cref="MaxFrameBytes"/>; false if there is no room for it now.</summary>
    /// <exception cref="InvalidRecognitionStateException">The audio has ended.</exception>
    public bool TryEnqueue(ReadOnlySpan<byte> frame)
    {
        lock (_gate)
        {
            if (_ended)
            {
                throw new InvalidRecognitionStateException("Speech recognition has stopped.");
            }

            if (_queuedBytes > 0 && _queuedBytes + frame.Length > capacityBytes)
            {
                return false;
            }

            // The shared pool alone would run dry with many sessions at once.
            byte[] buffer = _spare.TryPeek(out byte[]? spare) && spare.Length >= frame.Length ? _spare.Pop() : ArrayPool<byte>.Shared.Rent(frame.Length);
            frame.CopyTo(buffer);
            _queuedBytes += frame.Length;
            _frames.Writer.TryWrite(new ArraySegment<byte>(buffer, 0, frame.Length));
            return true;
        }
    }

    /// <summary>Waits until a frame has been sent, or the audio has ended.</summary>
    public Task WaitForSpaceAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_ended || _queuedBytes == 0)
            {
                return Task.CompletedTask;
            }

            _space ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _space.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Gives a frame's buffer back once it is sent.</summary>
    public void Return(ArraySegment<byte> frame)
    {
        TaskCompletionSource? waiting;
        lock (_gate)
        {
            if (_spare.Count < MaxSpareBuffers && !_ended)
            {
                _spare.Push(frame.Array!);
            }
            else
            {
                ArrayPool<byte>.Shared.Return(frame.Array!);
            }

            _queuedBytes -= frame.Count;
            waiting = _space;
            _space = null;
        }

        waiting?.TrySetResult();
    }

    /// <summary>Makes a reader that waits look up: it gets a frame without an array, which is to be passed over.</summary>
    public void Wake() => _frames.Writer.TryWrite(default);

    /// <summary>Gives back the buffers of what has not been sent.</summary>
    public void Drain()
    {
        while (_frames.Reader.TryRead(out ArraySegment<byte> frame))
        {
            if (frame.Array is not null)
            {
                Return(frame);
            }
        }

        lock (_gate)
        {
            while (_spare.TryPop(out byte[]? spare))
            {
                ArrayPool<byte>.Shared.Return(spare);
            }
        }
    }

    /// <summary>Takes no more audio; true for the first call.</summary>
    public bool End()
    {
        TaskCompletionSource? waiting;
        lock (_gate)
        {
            if (_ended)
            {
                return false;
            }

            _ended = true;
            _frames.Writer.TryComplete();
            waiting = _space;
            _space = null;
        }

        waiting?.TrySetResult();
        return true;
    }
}
