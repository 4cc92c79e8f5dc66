using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;

namespace Paraformer.EndToEnd.Tests;

/// <summary>A server whose environment names a collector sends it metrics and traces.</summary>
public sealed class TelemetryExportTests
{
    private const string RunTask = """
        {"header":{"action":"run-task","task_id":"11111111111111111111111111111111","streaming":"duplex"},"payload":{"task_group":"audio","task":"asr","function":"recognition","model":"paraformer-realtime-v2","parameters":{"format":"pcm","sample_rate":16000},"input":{}}}
        """;

    private const string FinishTask = """{"header":{"action":"finish-task","task_id":"11111111111111111111111111111111","streaming":"duplex"},"payload":{"input":{}}}""";
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Metrics_and_traces_go_where_the_environment_says()
    {
        string address = $"http://127.0.0.1:{FreePort()}/";
        using var collector = new HttpListener();
        collector.Prefixes.Add(address);
        collector.Start();
        using Process server = CommandLine.Start(["serve", "--engine", "protocol-only", "--port", "0"], new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = address,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "300",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "300",
        });
        try
        {
            string line = await server.StandardOutput.ReadLineAsync(Cancel).AsTask().WaitAsync(s_patience, Cancel) ?? "";
            var endpoint = new Uri(line.Split(' ').First(word => word.StartsWith("ws://", StringComparison.Ordinal)));
            Task collected = CollectAsync(collector, ("/v1/metrics", "paraformer.sessions"), ("/v1/traces", "recognition"));
            await RecognizeAsync(endpoint, traceParent: null);
            await collected.WaitAsync(s_patience, Cancel);

            // A client's trace goes on in the server.
            string trace = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
            collected = CollectAsync(collector, ("/v1/traces", Encoding.Latin1.GetString(Convert.FromHexString(trace))));
            await RecognizeAsync(endpoint, $"00-{trace}-b7ad6b7169203331-01");
            await collected.WaitAsync(s_patience, Cancel);
        }
        finally
        {
            server.Kill(entireProcessTree: true);
        }
    }

    // Until each of the texts has come to its path.
    private static async Task CollectAsync(HttpListener collector, params (string Path, string Text)[] wanted)
    {
        var missing = wanted.ToList();
        while (missing.Count > 0)
        {
            HttpListenerContext request = await collector.GetContextAsync();
            using var body = new MemoryStream();
            await request.Request.InputStream.CopyToAsync(body, Cancel);
            string text = Encoding.Latin1.GetString(body.ToArray());
            missing.RemoveAll(w => request.Request.Url!.AbsolutePath == w.Path && text.Contains(w.Text, StringComparison.Ordinal));
            request.Response.Close();
        }
    }

    private static async Task RecognizeAsync(Uri endpoint, string? traceParent)
    {
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("traceparent", traceParent);
        await socket.ConnectAsync(endpoint, Cancel);
        await SendAsync(socket, RunTask);
        await ReadUntilAsync(socket, "task-started");
        await socket.SendAsync(new byte[64_000], WebSocketMessageType.Binary, endOfMessage: true, Cancel);
        await SendAsync(socket, FinishTask);
        await ReadUntilAsync(socket, "task-finished");
    }

    private static Task SendAsync(ClientWebSocket socket, string message) => socket.SendAsync(Encoding.UTF8.GetBytes(message), WebSocketMessageType.Text, endOfMessage: true, Cancel);

    private static async Task ReadUntilAsync(ClientWebSocket socket, string name)
    {
        byte[] buffer = new byte[64 * 1024];
        string text;
        do
        {
            ValueWebSocketReceiveResult received = await socket.ReceiveAsync(buffer.AsMemory(), Cancel).AsTask().WaitAsync(s_patience, Cancel);
            text = Encoding.UTF8.GetString(buffer, 0, received.Count);
            Assert.NotEqual(WebSocketMessageType.Close, received.MessageType);
        }
        while (!text.Contains(name, StringComparison.Ordinal));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
