using System.Buffers;

namespace Paraformer.Audio.Compressed;

/// <summary>A reader of formats that are a row of frames: keeps the bytes of the frame that has not wholly arrived.</summary>
internal abstract class FrameReader : PacketReader
{
    private const int StepBytes = 4096;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(2 * StepBytes);
    private int _start;
    private int _end;
    private long _toSkip;
    private int _junk;

    /// <summary>Bytes of the stream before the one at hand.</summary>
    protected long Position { get; private set; }

    public sealed override void Read(ReadOnlySpan<byte> data, IPacketSink sink)
    {
        while (!data.IsEmpty)
        {
            int count = Math.Min(data.Length, StepBytes);
            Append(data[..count]);
            data = data[count..];
            Drain(sink, isEnd: false);
        }
    }

    public sealed override void Complete(IPacketSink sink)
    {
        Drain(sink, isEnd: true);
        Ended();
    }

    public sealed override void Dispose()
    {
        byte[] buffer = _buffer;
        _buffer = [];
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Looks at the bytes at hand, hands on what is complete.</summary>
    /// <returns>How many bytes are done with; 0 when more are needed.</returns>
    protected abstract int Next(ReadOnlySpan<byte> bytes, bool isEnd, IPacketSink sink);

    /// <summary>Checks that there was a stream at all.</summary>
    protected abstract void Ended();

    /// <summary>Passes over bytes that have not all arrived yet: a tag.</summary>
    protected void Skip(long bytes) => _toSkip = bytes;

    /// <summary>Passes over one byte that is no part of the format.</summary>
    protected int Junk(string what)
    {
        if (++_junk > MaxJunkBytes)
        {
            throw Damaged($"There is no {what} in the {MaxJunkBytes / 1024} KiB before byte {Position}: the stream is damaged or is something else.");
        }

        return 1;
    }

    /// <summary>A frame has been found: junk counts anew.</summary>
    protected void InSync() => _junk = 0;

    private void Drain(IPacketSink sink, bool isEnd)
    {
        while (true)
        {
            int done = _toSkip > 0 ? (int)Math.Min(_toSkip, _end - _start) : 0;
            _toSkip -= done;
            Advance(done);
            if (_start == _end || (done = Next(_buffer.AsSpan(_start, _end - _start), isEnd, sink)) == 0)
            {
                // A tag that has just begun takes no bytes itself.
                if (_start == _end || _toSkip == 0)
                {
                    return;
                }

                continue;
            }

            Advance(done);
        }
    }

    private void Advance(int count)
    {
        _start += count;
        Position += count;
    }

    private void Append(ReadOnlySpan<byte> data)
    {
        if (_end + data.Length > _buffer.Length)
        {
            int kept = _end - _start;
            if (kept + data.Length > _buffer.Length)
            {
                byte[] larger = ArrayPool<byte>.Shared.Rent(kept + data.Length);
                _buffer.AsSpan(_start, kept).CopyTo(larger);
                ArrayPool<byte>.Shared.Return(_buffer);
                _buffer = larger;
            }
            else
            {
                _buffer.AsSpan(_start, kept).CopyTo(_buffer);
            }

            (_start, _end) = (0, kept);
        }

        data.CopyTo(_buffer.AsSpan(_end));
        _end += data.Length;
    }
}
