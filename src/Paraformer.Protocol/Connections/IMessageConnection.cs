namespace Paraformer.Protocol;

/// <summary>What a frame carries.</summary>
public enum FrameKind
{
    /// <summary>The other side closed the connection; nothing follows.</summary>
    Close,

    /// <summary>A whole text message, UTF-8.</summary>
    Text,

    /// <summary>Audio. May be a piece of a larger binary message: audio has no message boundaries.</summary>
    Binary,
}

/// <summary>A received frame.</summary>
/// <param name="Kind">What it carries.</param>
/// <param name="Data">Its bytes, valid until the next receive.</param>
/// <param name="CloseStatus">RFC 6455 close code, on <see cref="FrameKind.Close"/>; null where the peer gave none.</param>
/// <param name="CloseReason">The peer's reason, on <see cref="FrameKind.Close"/>.</param>
public readonly record struct Frame(FrameKind Kind, ReadOnlyMemory<byte> Data, int? CloseStatus = null, string? CloseReason = null);

/// <summary>
/// A duplex connection of text messages and audio frames: a WebSocket, or two ends in one process. One receive and one
/// send may run at the same time; sends are serialised by the implementation.
/// </summary>
public interface IMessageConnection : IAsyncDisposable
{
    /// <summary>
    /// Waits for the next frame. Over a network, cancelling a wait breaks the connection: for a timeout after which more is
    /// to be sent, leave the receive waiting and race a timer against it. After a close has arrived, it is returned again.
    /// </summary>
    /// <exception cref="ConnectionLostException">The connection broke without a close.</exception>
    /// <exception cref="MessageTooLargeException">A message is over the limit.</exception>
    /// <exception cref="MalformedFrameException">What came breaks the rules of the connection.</exception>
    ValueTask<Frame> ReceiveAsync(CancellationToken cancellationToken);

    /// <summary>Sends a whole text message.</summary>
    /// <exception cref="ConnectionLostException">The connection is gone.</exception>
    ValueTask SendTextAsync(ReadOnlyMemory<byte> utf8, CancellationToken cancellationToken);

    /// <summary>Sends a binary message.</summary>
    /// <exception cref="ConnectionLostException">The connection is gone.</exception>
    ValueTask SendBinaryAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken);

    /// <summary>
    /// Closes this side with a status (RFC 6455: 1000 to 4999) and takes a bounded time. Never throws on a connection that
    /// is already gone; cancelling cuts the connection.
    /// </summary>
    ValueTask CloseAsync(int status, string reason, CancellationToken cancellationToken);

    /// <summary>Sends something that keeps an idle connection open on its way and needs no answer; nothing where there is no network.</summary>
    /// <exception cref="ConnectionLostException">The connection is gone.</exception>
    ValueTask PingAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;
}

/// <summary>The connection broke without a close.</summary>
public sealed class ConnectionLostException(string message, Exception? innerException = null) : IOException(message, innerException);

/// <summary>A message is over the limit.</summary>
public sealed class MessageTooLargeException(string message) : IOException(message);

/// <summary>What came breaks the rules of the connection; only a close can follow.</summary>
public sealed class MalformedFrameException(int closeStatus, string message) : IOException(message)
{
    /// <summary>The close status that tells what was broken, RFC 6455, section 7.4.1: 1002 for the framing, 1007 for text that is not UTF-8.</summary>
    public int CloseStatus { get; } = closeStatus;
}
