using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Paraformer.Protocol;

namespace Paraformer.Client.Tests.Support;

/// <summary>A service on a real socket of this machine that plays a script on each connection, or refuses the handshake.</summary>
internal sealed class SocketService : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<FakeTask, Task>? _script;
    private readonly Func<NetworkStream, Task>? _rawScript;
    private readonly string? _refusal;
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(TestLimit.Token);
    private readonly ConcurrentQueue<Task> _connections = new();
    private readonly Task _accepting;

    private SocketService(Func<FakeTask, Task>? script = null, string? refusal = null, Func<NetworkStream, Task>? rawScript = null)
    {
        _rawScript = rawScript;
        _script = script;
        _refusal = refusal;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public Uri Endpoint => new($"ws://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/api-ws/v1/inference");

    /// <summary>The handshakes' header lines, in order of arrival.</summary>
    public ConcurrentQueue<string[]> Handshakes { get; } = new();

    public static SocketService Playing(Func<FakeTask, Task> script) => new(script);

    /// <summary>Accepts the handshake and then leaves the bytes to the script.</summary>
    public static SocketService PlayingRaw(Func<NetworkStream, Task> script) => new(rawScript: script);

    public static SocketService Refusing(string statusLine) => new(refusal: statusLine);

    /// <summary>A client that opens one connection for each task and does not reconnect, unless told otherwise.</summary>
    public RecognitionClient CreateClient(Func<RecognitionClientOptions, RecognitionClientOptions>? change = null)
    {
        var options = new RecognitionClientOptions
        {
            Endpoint = Endpoint, ApiKey = "sk-test", Reconnect = ReconnectPolicy.Off, MaxPooledConnections = 0,
        };
        return new RecognitionClient(change?.Invoke(options) ?? options);
    }

    /// <summary>Waits for the connections so far and throws what a script threw.</summary>
    public Task EndedAsync() => Task.WhenAll(_connections);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(_connections).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            TcpClient peer = await _listener.AcceptTcpClientAsync(_stop.Token);
            _connections.Enqueue(Task.Run(() => ServeAsync(peer)));
        }
    }

    private async Task ServeAsync(TcpClient peer)
    {
        using TcpClient _ = peer;
        NetworkStream stream = peer.GetStream();
        string[] headers = await ReadHeadersAsync(stream);
        Handshakes.Enqueue(headers);
        if (_refusal is not null)
        {
            const string Body = """{"code":"InvalidApiKey","message":"Invalid API-key provided.","request_id":"r"}""";
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {_refusal}\r\nContent-Length: {Body.Length}\r\nConnection: close\r\n\r\n{Body}"), _stop.Token);
            return;
        }

        string key = headers.Single(h => h.StartsWith("Sec-WebSocket-Key:", StringComparison.OrdinalIgnoreCase)).Split(':')[1].Trim();
#pragma warning disable CA5350 // RFC 6455 prescribes SHA-1.
        string accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes($"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"), _stop.Token);
        if (_rawScript is not null)
        {
            await _rawScript(stream);
            return;
        }

        await using var connection = new WebSocketMessageConnection(WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true }));
        await _script!(new FakeTask(connection, _stop.Token));
    }

    private async Task<string[]> ReadHeadersAsync(NetworkStream stream)
    {
        var text = new StringBuilder();
        byte[] one = new byte[1];
        while (!text.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(one, _stop.Token);
            text.Append((char)one[0]);
        }

        return text.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
    }
}
