using System.Buffers;
using System.Text.Unicode;
using Paraformer.Protocol;
using Paraformer.Service.Limits;

namespace Paraformer.Server.WebSockets;

/// <summary>A text message that comes in pieces. What it holds counts against the service's budget.</summary>
internal sealed class TextAssembly(int maxBytes, BufferBudget budget)
{
    private const int FirstBytes = 2048;

    private byte[]? _buffer;
    private int _length;

    /// <summary>The message so far, checked to be UTF-8; valid until <see cref="Clear"/>.</summary>
    /// <exception cref="MalformedFrameException">It is not UTF-8.</exception>
    public ReadOnlyMemory<byte> Finish()
    {
        ReadOnlyMemory<byte> text = _buffer.AsMemory(0, _length);
        return Utf8.IsValid(text.Span) ? text : throw new MalformedFrameException(1007, "Invalid payload data");
    }

    /// <exception cref="MessageTooLargeException">The message, or all unfinished ones of the service together, would go over the limit.</exception>
    public void Append(ReadOnlySpan<byte> piece)
    {
        if (piece.Length > maxBytes - _length)
        {
            throw new MessageTooLargeException($"A text message is longer than {maxBytes} bytes.");
        }

        if (_buffer is null || _length + piece.Length > _buffer.Length)
        {
            Grow(Math.Max(_length + piece.Length, _buffer is null ? FirstBytes : 2 * _length));
        }

        piece.CopyTo(_buffer.AsSpan(_length));
        _length += piece.Length;
    }

    public void Clear()
    {
        _length = 0;
        if (_buffer is { } buffer)
        {
            _buffer = null;
            budget.Return(buffer.Length);
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void Grow(int bytes)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(bytes);
        if (!budget.TryTake(larger.Length))
        {
            ArrayPool<byte>.Shared.Return(larger);
            throw new MessageTooLargeException("The service holds as much unfinished data as it may; please try again later.");
        }

        int length = _length;
        _buffer.AsSpan(0, length).CopyTo(larger);
        Clear();
        _buffer = larger;
        _length = length;
    }
}
