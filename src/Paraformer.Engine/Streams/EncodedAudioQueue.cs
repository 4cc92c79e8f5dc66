using System.Buffers;
using System.Threading.Channels;

namespace Paraformer.Engine.Streams;

/// <summary>Encoded audio that waits to be decoded: a bounded number of bounded pieces. One writes, one reads.</summary>
internal sealed class EncodedAudioQueue
{
    // 32 pieces of at most 16 KiB: 16 s of 16 kHz PCM may wait, 3 s where it comes in the usual 100 ms.
    public const int PieceBytes = 16 * 1024;
    private const int QueuedPieces = 32;

    private readonly Channel<ArraySegment<byte>> _pieces = Channel.CreateBounded<ArraySegment<byte>>(
        new BoundedChannelOptions(QueuedPieces) { SingleReader = true });

    private ArraySegment<byte> _piece = ArraySegment<byte>.Empty;
    private int _at;

    /// <summary>Whether all of it has been read and no more will come.</summary>
    public bool IsAtEnd => _piece.Count == 0 && _pieces.Reader.Completion.IsCompleted;

    /// <summary>Whether there is something to do: bytes to read, or the end to see.</summary>
    public bool IsReady => _piece.Count > 0 || _pieces.Reader.TryPeek(out _) || _pieces.Reader.Completion.IsCompleted;

    /// <summary>Adds a copy of a piece; waits while the queue is full.</summary>
    /// <param name="piece">At most <see cref="PieceBytes"/> bytes.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RecognitionException">The queue was closed with this error, or is complete.</exception>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellationToken)
    {
        byte[] copy = ArrayPool<byte>.Shared.Rent(piece.Length);
        piece.Span.CopyTo(copy);
        try
        {
            await _pieces.Writer.WriteAsync(new ArraySegment<byte>(copy, 0, piece.Length), cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException e)
        {
            ArrayPool<byte>.Shared.Return(copy);
            throw e.InnerException as RecognitionException
                ?? new RecognitionException(RecognitionError.Internal, "audio was written to a stream that has ended", e);
        }
    }

    /// <summary>No more will come.</summary>
    /// <returns>False where that was known.</returns>
    public bool Complete() => _pieces.Writer.TryComplete();

    /// <summary>The next bytes, to be given back by <see cref="Advance"/>; none where none wait.</summary>
    public ReadOnlySpan<byte> Peek(int most)
    {
        if (_piece.Count == 0 && _pieces.Reader.TryRead(out ArraySegment<byte> next))
        {
            (_piece, _at) = (next, 0);
        }

        return _piece.AsSpan(_at, Math.Min(most, _piece.Count - _at));
    }

    /// <summary>Bytes that <see cref="Peek"/> gave have been read.</summary>
    public void Advance(int count)
    {
        _at += count;
        if (_at == _piece.Count)
        {
            ReturnPiece();
        }
    }

    /// <summary>Throws away what waits, and refuses more with an error, if there is one.</summary>
    public void Close(RecognitionException? error)
    {
        _pieces.Writer.TryComplete(error);
        ReturnPiece();
        while (_pieces.Reader.TryRead(out ArraySegment<byte> piece))
        {
            ArrayPool<byte>.Shared.Return(piece.Array!);
        }
    }

    private void ReturnPiece()
    {
        if (_piece.Count > 0)
        {
            ArrayPool<byte>.Shared.Return(_piece.Array!);
            (_piece, _at) = (ArraySegment<byte>.Empty, 0);
        }
    }
}
