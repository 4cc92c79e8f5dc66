using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Paraformer.Client.Tests.Support;

/// <summary>What a request was.</summary>
internal sealed record HttpRequest(string Method, string Path, IReadOnlyDictionary<string, string> Headers, string Body);

/// <summary>An HTTP service on a real socket of this machine that gives prepared answers, one after another; the last one again and again.</summary>
internal sealed class HttpService : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(TestLimit.Token);
    private readonly Queue<(int Status, string? Body)> _answers;
    private readonly Task _serving;

    public HttpService(params (int Status, string? Body)[] answers)
    {
        _answers = new Queue<(int Status, string? Body)>(answers);
        _listener.Start();
        _serving = ServeAsync();
    }

    public Uri Endpoint => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/api/v1");

    public ConcurrentQueue<HttpRequest> Requests { get; } = new();

    public RecognitionClientOptions Options => new() { HttpEndpoint = Endpoint, ApiKey = "sk-test" };

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    // One request for each connection keeps this fake as small as what it stands for.
    private async Task ServeAsync()
    {
        while (true)
        {
            using TcpClient peer = await _listener.AcceptTcpClientAsync(_stop.Token);
            NetworkStream stream = peer.GetStream();
            using var reader = new StreamReader(stream, Encoding.UTF8, leaveOpen: true);
            string[] line = (await reader.ReadLineAsync(_stop.Token))!.Split(' ');
            var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 } header)
            {
                int colon = header.IndexOf(':', StringComparison.Ordinal);
                headers[header[..colon]] = header[(colon + 1)..].Trim();
            }

            var body = new StringBuilder();
            int missing = headers.TryGetValue("Content-Length", out string? length) ? int.Parse(length, null) : 0;
            while (missing > 0)
            {
                int character = reader.Read();
                body.Append((char)character);
                missing -= Encoding.UTF8.GetByteCount([(char)character]);
            }

            Requests.Enqueue(new HttpRequest(line[0], line[1], headers, body.ToString()));
            (int status, string? answer) = _answers.Count > 1 ? _answers.Dequeue() : _answers.Peek();
            if (answer is not null)
            {
                byte[] bytes = Encoding.UTF8.GetBytes(answer);
                byte[] head = Encoding.ASCII.GetBytes($"HTTP/1.1 {status} Status\r\nContent-Length: {bytes.Length}\r\nConnection: close\r\n\r\n");
                await stream.WriteAsync(head, _stop.Token);
                await stream.WriteAsync(bytes, _stop.Token);
            }
        }
    }
}
