using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Paraformer.Models.Tests.Support;

/// <summary>A request as a server gets it.</summary>
internal sealed record WebRequest(string Path, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>Where the client asks to go on, or null.</summary>
    public int? RangeStart => Headers.TryGetValue("range", out string? range)
        ? int.Parse(range["bytes=".Length..].TrimEnd('-'), CultureInfo.InvariantCulture)
        : null;
}

/// <summary>What a server does with a request. The token ends with the server.</summary>
internal delegate Task WebHandler(WebRequest request, NetworkStream connection, CancellationToken cancellationToken);

/// <summary>A server on a real socket whose every byte the test decides; one request per connection.</summary>
internal sealed class WebServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly WebHandler _handler;
    private readonly Task _accepting;

    public WebServer(WebHandler handler)
    {
        _handler = handler;
        _listener.Start();
        Address = $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";
        _accepting = AcceptAsync();
    }

    public string Address { get; }

    public ConcurrentQueue<WebRequest> Requests { get; } = new();

    /// <summary>A server of files that honours ranges and has an entity tag per content.</summary>
    public static WebServer OfFiles(IReadOnlyDictionary<string, byte[]> files) => new((request, connection, _) =>
        files.TryGetValue(request.Path, out byte[]? content)
            ? AnswerFileAsync(request, connection, content)
            : AnswerAsync(connection, "404 Not Found", ReadOnlyMemory<byte>.Empty));

    public static Task AnswerFileAsync(WebRequest request, NetworkStream connection, byte[] content, string tag = "\"v1\"")
    {
        bool resumes = request.RangeStart is > 0 && request.Headers.GetValueOrDefault("if-range") == tag;
        int start = resumes ? request.RangeStart!.Value : 0;
        return resumes
            ? AnswerAsync(connection, "206 Partial Content", content.AsMemory(start),
                $"ETag: {tag}", $"Content-Range: bytes {start}-{content.Length - 1}/{content.Length}")
            : AnswerAsync(connection, "200 OK", content, $"ETag: {tag}");
    }

    public static Task AnswerAsync(NetworkStream connection, string status, ReadOnlyMemory<byte> body, params string[] headers) =>
        AnswerPartlyAsync(connection, status, body, body.Length, headers);

    /// <summary>Announces a whole body and sends only its first bytes.</summary>
    public static async Task AnswerPartlyAsync(NetworkStream connection, string status, ReadOnlyMemory<byte> body, int sent, params string[] headers)
    {
        string head = string.Join("\r\n", [$"HTTP/1.1 {status}", $"Content-Length: {body.Length}", "Connection: close", .. headers, "", ""]);
        await connection.WriteAsync(Encoding.ASCII.GetBytes(head));
        await connection.WriteAsync(body[..sent]);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_connections);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The server was stopped.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using TcpClient owned = client;
        try
        {
            NetworkStream stream = client.GetStream();
            WebRequest request = await ReadRequestAsync(stream);
            Requests.Enqueue(request);
            await _handler(request, stream, _stop.Token);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The client went away or the server was stopped.
        }
    }

    private async Task<WebRequest> ReadRequestAsync(NetworkStream stream)
    {
        List<byte> head = [];
        byte[] one = new byte[1];
        while (!Encoding.ASCII.GetString([.. head.TakeLast(4)]).Equals("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one, _stop.Token) == 0)
            {
                throw new IOException("The client sent no request.");
            }

            head.Add(one[0]);
        }

        string[] lines = Encoding.ASCII.GetString([.. head]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        return new WebRequest(Uri.UnescapeDataString(lines[0].Split(' ')[1]), lines.Skip(1).ToDictionary(
            line => line[..line.IndexOf(':')], line => line[(line.IndexOf(':') + 1)..].Trim(), StringComparer.OrdinalIgnoreCase));
    }
}
