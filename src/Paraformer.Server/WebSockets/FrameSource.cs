using System.Buffers;
using System.Runtime.CompilerServices;
using Paraformer.Protocol;

namespace Paraformer.Server.WebSockets;

/// <summary>
/// A client's frames as headers and unmasked pieces of payload. Between frames it holds no buffer. Frames beyond the rate are not
/// refused: reading waits, and so does the sender. One reader.
/// </summary>
internal sealed class FrameSource(Stream stream, FrameRate rate, int bufferBytes)
{
    private readonly int _bufferBytes = Math.Max(bufferBytes, 2 * FrameHeader.MaxLength);
    private byte[]? _buffer;
    private byte[]? _partialHeader;
    private int _start;
    private int _end;
    private long _remaining;
    private uint _mask;

    /// <summary>Whether the last header's payload has been read to its end.</summary>
    public bool IsAtEnd => _remaining == 0;

    /// <summary>Reads the next header; null at the end of the connection. The last payload has to be read before.</summary>
    /// <exception cref="MalformedFrameException">The bytes break RFC 6455.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<FrameHeader?> ReadHeaderAsync(CancellationToken cancellationToken)
    {
        FrameHeader header;
        int length;
        while (!FrameHeader.TryRead(Available, out header, out length))
        {
            if (!await FillAsync(cancellationToken).ConfigureAwait(false))
            {
                return null;
            }
        }

        _start += length;
        _remaining = header.PayloadLength;
        _mask = header.Mask;
        await rate.CountAsync(cancellationToken).ConfigureAwait(false);
        return header;
    }

    /// <summary>Reads what is there of the payload, valid until the next read.</summary>
    /// <exception cref="ConnectionLostException">The connection ended before the payload did.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Memory<byte>> ReadPayloadAsync(CancellationToken cancellationToken)
    {
        if (_start == _end)
        {
            if (!await FillAsync(cancellationToken).ConfigureAwait(false))
            {
                throw new ConnectionLostException("The connection ended in the middle of a frame.");
            }

            await rate.CountAsync(cancellationToken).ConfigureAwait(false);
        }

        Memory<byte> piece = _buffer.AsMemory(_start, (int)Math.Min(_end - _start, _remaining));
        _mask = Masking.Apply(piece.Span, _mask);
        _start += piece.Length;
        _remaining -= piece.Length;
        return piece;
    }

    /// <summary>Puts the payload of a small frame together, whatever the pieces that it comes in.</summary>
    /// <exception cref="ConnectionLostException">The connection ended before the payload did.</exception>
    public async ValueTask<byte[]> ReadWholeAsync(int bytes, CancellationToken cancellationToken)
    {
        byte[] payload = bytes == 0 ? [] : new byte[bytes];
        for (int length = 0; length < bytes;)
        {
            Memory<byte> piece = await ReadPayloadAsync(cancellationToken).ConfigureAwait(false);
            piece.CopyTo(payload.AsMemory(length));
            length += piece.Length;
        }

        return payload;
    }

    /// <summary>Drops what comes, whatever it is, until the connection ends.</summary>
    public async ValueTask DiscardAsync(CancellationToken cancellationToken)
    {
        do
        {
            _start = _end;
        }
        while (await FillAsync(cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Gives the buffer back where it holds nothing more.</summary>
    public void Release()
    {
        if (_start == _end && _buffer is { } buffer)
        {
            _buffer = null;
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private ReadOnlySpan<byte> Available => _buffer.AsSpan(_start, _end - _start);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        // What is left is less than a header; a sender that dawdles over it must not hold a whole buffer.
        int left = _end - _start;
        if (left > 0)
        {
            _partialHeader ??= new byte[FrameHeader.MaxLength];
            Available.CopyTo(_partialHeader);
        }

        _start = _end;
        Release();
        _start = _end = 0;
        await stream.ReadAsync(Memory<byte>.Empty, cancellationToken).ConfigureAwait(false);
        _buffer = ArrayPool<byte>.Shared.Rent(_bufferBytes);
        _partialHeader.AsSpan(0, left).CopyTo(_buffer);
        int count = await stream.ReadAsync(_buffer.AsMemory(left, _bufferBytes - left), cancellationToken).ConfigureAwait(false);
        _end = left + count;
        return count > 0;
    }
}
