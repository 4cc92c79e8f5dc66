using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Paraformer.Protocol;

namespace Paraformer.Testing;

/// <summary>Accepts WebSockets on this machine, with nothing but sockets, and hands each to a handler.</summary>
public sealed class WebSocketListener : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<IMessageConnection, CancellationToken, Task> _serve;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Task, bool> _open = new();
    private readonly Task _accepting;

    /// <summary>Starts to listen.</summary>
    /// <param name="serve">Serves one connection; what it throws is dropped with the connection.</param>
    public WebSocketListener(Func<IMessageConnection, CancellationToken, Task> serve)
    {
        _serve = serve;
        _listener.Start(backlog: 1024);
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint Endpoint => (IPEndPoint)_listener.LocalEndpoint;

    /// <summary>How many connections are open.</summary>
    public int OpenConnections => _open.Count;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(_open.Keys).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            TcpClient peer = await _listener.AcceptTcpClientAsync(_stop.Token);
            Task serving = Task.Run(() => ServeAsync(peer));
            _open.TryAdd(serving, true);
            _ = serving.ContinueWith(ended => _open.TryRemove(ended, out bool _), TaskScheduler.Default);
        }
    }

    private async Task ServeAsync(TcpClient peer)
    {
        using TcpClient _ = peer;
        peer.NoDelay = true;
        NetworkStream stream = peer.GetStream();
        string? key = await ReadKeyAsync(stream);
        if (key is null)
        {
            return;
        }

#pragma warning disable CA5350 // RFC 6455 prescribes SHA-1.
        string accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes($"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"), _stop.Token);
        await using var connection = new WebSocketMessageConnection(
            WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true }),
            new WebSocketConnectionOptions { CloseTimeout = TimeSpan.FromSeconds(1) });
        await _serve(connection, _stop.Token);
    }

    private async Task<string?> ReadKeyAsync(NetworkStream stream)
    {
        const string Name = "Sec-WebSocket-Key:";
        var text = new StringBuilder();
        byte[] one = new byte[1];
        while (!text.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one, _stop.Token) == 0)
            {
                return null;
            }

            text.Append((char)one[0]);
        }

        return text.ToString().Split("\r\n").FirstOrDefault(line => line.StartsWith(Name, StringComparison.OrdinalIgnoreCase))?[Name.Length..].Trim();
    }
}
