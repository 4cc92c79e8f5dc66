using Paraformer.Protocol;

namespace Paraformer.Server.WebSockets;

/// <summary>
/// Makes messages of frames: text whole, audio piece by piece as it comes. Holds each kind to its longest length.
/// </summary>
internal sealed class MessageAssembly(TextAssembly text, long maxTextBytes, long maxBinaryBytes)
{
    private Opcode? _message;
    private long _bytes;

    /// <summary>A data frame begins.</summary>
    /// <exception cref="MalformedFrameException">It does not follow what came before.</exception>
    /// <exception cref="MessageTooLargeException">Its message grows too long.</exception>
    public void Begin(in FrameHeader frame)
    {
        if (frame.Opcode != Opcode.Continuation)
        {
            if (_message is not null)
            {
                throw FrameHeader.Broken("a message began before the one before it had ended");
            }

            _message = frame.Opcode;
            _bytes = 0;
        }
        else if (_message is null)
        {
            throw FrameHeader.Broken("a continuation came where no message had begun");
        }

        _bytes = frame.PayloadLength > long.MaxValue - _bytes ? long.MaxValue : _bytes + frame.PayloadLength;
        if (_message == Opcode.Text && _bytes > maxTextBytes)
        {
            throw new MessageTooLargeException($"A text message is longer than {maxTextBytes} bytes.");
        }

        if (_message == Opcode.Binary && _bytes > maxBinaryBytes)
        {
            throw new MessageTooLargeException($"A binary message is longer than {maxBinaryBytes} bytes; send audio in many messages.");
        }
    }

    /// <summary>Takes a piece of the frame's payload; null where there is nothing for the owner yet.</summary>
    /// <exception cref="MalformedFrameException">Text is not UTF-8.</exception>
    public Frame? Take(Memory<byte> piece, bool isEnd)
    {
        bool isText = _message == Opcode.Text;
        if (isEnd)
        {
            _message = null;
        }

        if (!isText)
        {
            return piece.IsEmpty ? null : new Frame(FrameKind.Binary, piece);
        }

        text.Append(piece.Span);
        return isEnd ? new Frame(FrameKind.Text, text.Finish()) : null;
    }

    /// <summary>Gives up the text so far.</summary>
    public void Clear() => text.Clear();
}
