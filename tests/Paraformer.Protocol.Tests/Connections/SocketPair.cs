using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;

namespace Paraformer.Protocol.Tests;

/// <summary>The two ends of a WebSocket over a loopback TCP connection.</summary>
internal sealed class SocketPair : IAsyncDisposable
{
    private readonly NetworkStream _peerStream;

    private SocketPair(NetworkStream ownStream, NetworkStream peerStream, bool isServer, WebSocketConnectionOptions? options)
    {
        _peerStream = peerStream;
        Connection = new WebSocketMessageConnection(
            WebSocket.CreateFromStream(ownStream, isServer, subProtocol: null, Timeout.InfiniteTimeSpan), options);
        Peer = WebSocket.CreateFromStream(peerStream, !isServer, subProtocol: null, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The connection under test.</summary>
    public WebSocketMessageConnection Connection { get; }

    /// <summary>The plain socket at the other end.</summary>
    public WebSocket Peer { get; }

    /// <summary>Cancelled when a test hangs.</summary>
    public CancellationToken Hang { get; } = new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    public static async Task<SocketPair> CreateAsync(bool isServer = true, WebSocketConnectionOptions? options = null)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var client = new TcpClient { NoDelay = true };
        Task connecting = client.ConnectAsync((IPEndPoint)listener.LocalEndpoint, TestContext.Current.CancellationToken).AsTask();
        TcpClient server = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        await connecting;
        return new SocketPair(server.GetStream(), client.GetStream(), isServer, options);
    }

    /// <summary>Writes bytes past the peer's WebSocket.</summary>
    public async Task WriteRawAsync(params byte[] bytes) => await _peerStream.WriteAsync(bytes, Hang);

    /// <summary>Resets the TCP connection.</summary>
    public void Reset()
    {
        _peerStream.Socket.LingerState = new LingerOption(enable: true, seconds: 0);
        _peerStream.Socket.Close();
    }

    /// <summary>Ends the TCP connection without a WebSocket close.</summary>
    public void HangUp() => _peerStream.Socket.Close();

    public async ValueTask DisposeAsync()
    {
        await Connection.DisposeAsync();
        Peer.Dispose();
        await _peerStream.DisposeAsync();
    }
}
