using System.Runtime.CompilerServices;
using Paraformer.Protocol;

namespace Paraformer.Server.WebSockets;

/// <summary>
/// The server's end of a WebSocket (RFC 6455, no extensions) on an upgraded connection. It tells broken frames and text that is
/// not UTF-8 to its owner, who can answer before the close, counts every frame, control frames and empty ones too, and holds no
/// buffer and no timer between frames.
/// </summary>
internal sealed class ServerConnection : IMessageConnection
{
    private readonly FrameSource _source;
    private readonly FrameSink _sink;
    private readonly MessageAssembly _messages;
    private readonly WebSocketConnectionOptions _options;
    private readonly Action _abort;
    private readonly SemaphoreSlim _receiving = new(1, 1);
    private FrameHeader _frame;
    private bool _discards;
    private bool _isBroken;
    private Frame? _close;

    /// <param name="source">The client's frames.</param>
    /// <param name="stream">Takes what is sent.</param>
    /// <param name="text">Holds text messages.</param>
    /// <param name="options">Limits.</param>
    /// <param name="maxBinaryMessageBytes">The longest binary message, all its frames together.</param>
    /// <param name="abort">Cuts the connection.</param>
    public ServerConnection(FrameSource source, Stream stream, TextAssembly text, WebSocketConnectionOptions options, long maxBinaryMessageBytes, Action abort)
    {
        _source = source;
        _sink = new FrameSink(stream);
        _messages = new MessageAssembly(text, options.MaxTextMessageBytes, maxBinaryMessageBytes);
        _options = options;
        _abort = abort;
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Frame> ReceiveAsync(CancellationToken cancellationToken)
    {
        await _receiving.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _messages.Clear();
            while (true)
            {
                if (_close is { } close)
                {
                    return close;
                }

                if (await ReadAsync(cancellationToken).ConfigureAwait(false) is { } frame)
                {
                    return frame;
                }
            }
        }
        catch (Exception e) when (e is MalformedFrameException or MessageTooLargeException)
        {
            // Broken text leaves the framing sound: the rest can be read up to the client's close.
            _discards = true;
            _isBroken = e is MalformedFrameException { CloseStatus: CloseFrame.ProtocolError };
            _messages.Clear();
            throw;
        }
        catch (Exception e) when (IsLoss(e, cancellationToken))
        {
            throw Lost(e);
        }
        finally
        {
            _receiving.Release();
        }
    }

    /// <inheritdoc/>
    public ValueTask SendTextAsync(ReadOnlyMemory<byte> utf8, CancellationToken cancellationToken) => SendAsync(Opcode.Text, utf8, cancellationToken);

    /// <inheritdoc/>
    public ValueTask SendBinaryAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken) =>
        data.IsEmpty ? ValueTask.CompletedTask : SendAsync(Opcode.Binary, data, cancellationToken);

    /// <inheritdoc/>
    public ValueTask PingAsync(CancellationToken cancellationToken) => SendAsync(Opcode.Ping, ReadOnlyMemory<byte>.Empty, cancellationToken);

    /// <inheritdoc/>
    /// <remarks>Waits for the client's close, dropping what still comes, so that nothing sent before is lost to a reset of the network connection.</remarks>
    public async ValueTask CloseAsync(int status, string reason, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reason);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(_options.CloseTimeout);
        try
        {
            await SendCloseAsync((int)CloseStatus.Check(status), CloseStatus.Fit(reason), deadline.Token).ConfigureAwait(false);
            await DrainAsync(deadline.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or ConnectionLostException)
        {
            _abort();
        }
    }

    /// <summary>Cuts the connection unless both sides have closed it.</summary>
    public ValueTask DisposeAsync()
    {
        if (_close is null || !_sink.IsClosed)
        {
            _abort();
        }

        _messages.Clear();
        return ValueTask.CompletedTask;
    }

    /// <summary>Reads a header or a piece of payload. Null where there is nothing for the owner yet.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Frame?> ReadAsync(CancellationToken cancellationToken)
    {
        if (_source.IsAtEnd)
        {
            _frame = await _source.ReadHeaderAsync(cancellationToken).ConfigureAwait(false) ?? throw new ConnectionLostException("The connection ended without a close.");
            if (_frame.IsControl)
            {
                await OnControlAsync(cancellationToken).ConfigureAwait(false);
                return null;
            }

            if (!_discards)
            {
                _messages.Begin(_frame);
            }
        }

        Memory<byte> piece = Memory<byte>.Empty;
        if (!_source.IsAtEnd)
        {
            piece = await _source.ReadPayloadAsync(cancellationToken).ConfigureAwait(false);
        }

        return _discards ? null : _messages.Take(piece, isEnd: _frame.IsFinal && _source.IsAtEnd);
    }

    private async ValueTask OnControlAsync(CancellationToken cancellationToken)
    {
        byte[] payload = await _source.ReadWholeAsync((int)_frame.PayloadLength, cancellationToken).ConfigureAwait(false);
        if (_frame.Opcode == Opcode.Ping)
        {
            await _sink.SendAsync(Opcode.Pong, payload, cancellationToken).ConfigureAwait(false);
        }
        else if (_frame.Opcode == Opcode.Close)
        {
            (_close, int answer) = CloseFrame.Read(payload);
            await SendCloseAsync(answer, "", cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Reads and drops until the client's close. A receive of the owner's that is under way goes first.</summary>
    private async ValueTask DrainAsync(CancellationToken cancellationToken)
    {
        await _receiving.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _discards = true;
            _messages.Clear();
            while (_close is null && !_isBroken)
            {
                await SkipAsync(cancellationToken).ConfigureAwait(false);
            }

            if (_isBroken)
            {
                await _source.DiscardAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (IsLoss(e, cancellationToken))
        {
            throw Lost(e);
        }
        finally
        {
            _source.Release();
            _receiving.Release();
        }
    }

    private async ValueTask SkipAsync(CancellationToken cancellationToken)
    {
        try
        {
            await ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (MalformedFrameException)
        {
            _isBroken = true;
        }
    }

    private async ValueTask SendCloseAsync(int status, string reason, CancellationToken cancellationToken) =>
        await GuardAsync(_sink.SendAsync(Opcode.Close, CloseFrame.Write(status, reason), cancellationToken), cancellationToken).ConfigureAwait(false);

    private async ValueTask SendAsync(Opcode opcode, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        if (!await GuardAsync(_sink.SendAsync(opcode, payload, cancellationToken), cancellationToken).ConfigureAwait(false))
        {
            throw new ConnectionLostException("The connection is closed.");
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<bool> GuardAsync(ValueTask<bool> sending, CancellationToken cancellationToken)
    {
        try
        {
            return await sending.ConfigureAwait(false);
        }
        catch (Exception e) when (IsLoss(e, cancellationToken))
        {
            throw Lost(e);
        }
    }

    /// <summary>Whether an exception of the stream means that the connection is gone. An aborted one reports a cancellation.</summary>
    private static bool IsLoss(Exception exception, CancellationToken cancellationToken) => exception switch
    {
        ConnectionLostException => false,
        OperationCanceledException => !cancellationToken.IsCancellationRequested,
        IOException or InvalidOperationException => true,
        _ => false,
    };

    private static ConnectionLostException Lost(Exception inner) => new("The connection was lost.", inner);
}
