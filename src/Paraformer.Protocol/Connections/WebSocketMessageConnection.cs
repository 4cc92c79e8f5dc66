using System.Buffers;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;

namespace Paraformer.Protocol;

/// <summary>
/// Messages over a WebSocket, a server's or a client's. Between frames it holds no buffer. Cancelling a receive or a send
/// that waits breaks the connection, as it does for every <see cref="WebSocket"/>.
/// </summary>
public sealed class WebSocketMessageConnection : IMessageConnection
{
    private readonly WebSocket _socket;
    private readonly WebSocketConnectionOptions _options;
    private readonly SemaphoreSlim _sendLock = new(1, 1);
    private readonly SemaphoreSlim _receiveLock = new(1, 1);
    private byte[]? _buffer;
    private bool _skipsMessage;

    /// <summary>Wraps an open socket and takes it over: disposing of the connection disposes of the socket.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="options">Limits; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">A limit is out of its range.</exception>
    public WebSocketMessageConnection(WebSocket socket, WebSocketConnectionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(socket);
        _socket = socket;
        _options = options ?? new WebSocketConnectionOptions();
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(_options.MaxTextMessageBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(_options.MaxTextMessageBytes, 512 << 20);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(_options.ReceiveBufferBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(_options.ReceiveBufferBytes, 16 << 20);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(_options.CloseTimeout, TimeSpan.Zero);
    }

    /// <inheritdoc/>
    /// <remarks>Empty binary messages are passed over. A message over the limit is dropped whole; what follows it can be received.</remarks>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Frame> ReceiveAsync(CancellationToken cancellationToken)
    {
        await _receiveLock.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ReleaseBuffer();
            while (true)
            {
                if (_socket.State is WebSocketState.CloseReceived or WebSocketState.Closed)
                {
                    return await AnswerCloseAsync(cancellationToken).ConfigureAwait(false);
                }

                // Waits without a buffer, so that an idle connection holds none.
                ValueWebSocketReceiveResult head = await ReadAsync(Memory<byte>.Empty, cancellationToken).ConfigureAwait(false);
                if (head.MessageType is WebSocketMessageType.Close)
                {
                    continue;
                }

                bool isText = head.MessageType is WebSocketMessageType.Text;
                int length = 0;
                if (!head.EndOfMessage)
                {
                    _buffer = ArrayPool<byte>.Shared.Rent(_options.ReceiveBufferBytes);
                    length = isText
                        ? await ReadTextAsync(cancellationToken).ConfigureAwait(false)
                        : (await ReadAsync(_buffer.AsMemory(0, _options.ReceiveBufferBytes), cancellationToken).ConfigureAwait(false)).Count;
                }

                if (length > 0 || (isText && !_skipsMessage))
                {
                    return new Frame(isText ? FrameKind.Text : FrameKind.Binary, _buffer.AsMemory(0, length));
                }

                _skipsMessage = false;
                ReleaseBuffer();
            }
        }
        catch
        {
            ReleaseBuffer();
            throw;
        }
        finally
        {
            _receiveLock.Release();
        }
    }

    /// <inheritdoc/>
    public ValueTask SendTextAsync(ReadOnlyMemory<byte> utf8, CancellationToken cancellationToken) =>
        SendAsync(utf8, WebSocketMessageType.Text, cancellationToken);

    /// <inheritdoc/>
    /// <remarks>Empty data is not sent: audio has no message boundaries.</remarks>
    public ValueTask SendBinaryAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken) =>
        data.IsEmpty ? ValueTask.CompletedTask : SendAsync(data, WebSocketMessageType.Binary, cancellationToken);

    /// <inheritdoc/>
    /// <remarks>
    /// Waits for the other side's close, dropping what it still sends, so that nothing sent before is lost to a reset of the
    /// network connection. When <see cref="WebSocketConnectionOptions.CloseTimeout"/> passes or
    /// <paramref name="cancellationToken"/> is cancelled, the connection is cut. A reason longer than 123 bytes is shortened.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">RFC 6455 does not let <paramref name="status"/> be sent.</exception>
    public async ValueTask CloseAsync(int status, string reason, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reason);
        WebSocketCloseStatus closeStatus = CloseStatus.Check(status);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(_options.CloseTimeout);
        try
        {
            await SendCloseAsync(closeStatus, CloseStatus.Fit(reason), deadline.Token).ConfigureAwait(false);
            await DrainAsync(deadline.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or ConnectionLostException)
        {
            _socket.Abort();
        }
    }

    /// <summary>Cuts the connection if it is still open, and disposes of the socket.</summary>
    public ValueTask DisposeAsync()
    {
        // The last frame's buffer goes to the garbage collector: its reader may still be at work.
        if (_socket.State is not WebSocketState.Closed)
        {
            _socket.Abort();
        }

        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Reads the rest of a text message into <see cref="_buffer"/>, which grows to the limit; 0 where it is dropped.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadTextAsync(CancellationToken cancellationToken)
    {
        int length = 0;
        while (true)
        {
            ValueWebSocketReceiveResult piece = await ReadAsync(_buffer.AsMemory(length), cancellationToken).ConfigureAwait(false);
            length = _skipsMessage ? 0 : length + piece.Count;
            if (length > _options.MaxTextMessageBytes)
            {
                _skipsMessage = !piece.EndOfMessage;
                throw new MessageTooLargeException($"A text message is longer than {_options.MaxTextMessageBytes} bytes.");
            }

            if (piece.EndOfMessage)
            {
                return length;
            }

            if (length == _buffer!.Length)
            {
                byte[] larger = ArrayPool<byte>.Shared.Rent(length * 2);
                _buffer.AsSpan(0, length).CopyTo(larger);
                ReleaseBuffer();
                _buffer = larger;
            }
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ValueWebSocketReceiveResult> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await _socket.ReceiveAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (IsLoss(e, cancellationToken))
        {
            throw Lost(e);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendAsync(ReadOnlyMemory<byte> data, WebSocketMessageType type, CancellationToken cancellationToken)
    {
        await _sendLock.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await _socket.SendAsync(data, type, endOfMessage: true, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (IsLoss(e, cancellationToken))
        {
            throw Lost(e);
        }
        finally
        {
            _sendLock.Release();
        }
    }

    private async ValueTask<Frame> AnswerCloseAsync(CancellationToken cancellationToken)
    {
        if (_socket.State is WebSocketState.CloseReceived)
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            deadline.CancelAfter(_options.CloseTimeout);
            try
            {
                await SendCloseAsync(_socket.CloseStatus ?? WebSocketCloseStatus.NormalClosure, _socket.CloseStatusDescription, deadline.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is OperationCanceledException or ConnectionLostException)
            {
                _socket.Abort();
            }
        }

        int? status = _socket.CloseStatus is { } given and not WebSocketCloseStatus.Empty ? (int)given : null;
        return new Frame(FrameKind.Close, ReadOnlyMemory<byte>.Empty, status, _socket.CloseStatusDescription);
    }

    /// <summary>Sends a close frame unless one has been sent.</summary>
    private async ValueTask SendCloseAsync(WebSocketCloseStatus status, string? reason, CancellationToken cancellationToken)
    {
        await _sendLock.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                await _socket.CloseOutputAsync(status, reason, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (IsLoss(e, cancellationToken))
        {
            throw Lost(e);
        }
        finally
        {
            _sendLock.Release();
        }
    }

    /// <summary>Receives and drops until the other side's close. A receive of the owner's that is under way goes first.</summary>
    private async ValueTask DrainAsync(CancellationToken cancellationToken)
    {
        await _receiveLock.WaitAsync(cancellationToken).ConfigureAwait(false);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(_options.ReceiveBufferBytes);
        try
        {
            while (_socket.State is WebSocketState.CloseSent)
            {
                await ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            _receiveLock.Release();
        }
    }

    private void ReleaseBuffer()
    {
        if (_buffer is { } buffer)
        {
            _buffer = null;
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Whether a socket's exception means that the connection is gone. An aborted socket reports a cancellation.</summary>
    private static bool IsLoss(Exception exception, CancellationToken cancellationToken) => exception switch
    {
        OperationCanceledException => !cancellationToken.IsCancellationRequested,
        WebSocketException or IOException or InvalidOperationException => true,
        _ => false,
    };

    private static ConnectionLostException Lost(Exception inner) => new("The connection was lost.", inner);
}
