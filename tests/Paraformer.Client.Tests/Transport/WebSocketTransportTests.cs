using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Paraformer.Client.Tests.Support;
using Paraformer.Protocol;

namespace Paraformer.Client.Tests.Transport;

public sealed class WebSocketTransportTests
{
    private static readonly RecognitionOptions Pcm16k = new(ParaformerModel.RealtimeV2, AudioFormat.Pcm, 16000);

    private static CancellationToken Ct => TestLimit.Token;

    [Fact]
    public async Task A_recognition_runs_over_a_real_socket()
    {
        await using var service = SocketService.Playing(FakeService.Answering("hello", "world"));
        await using RecognitionClient client = service.CreateClient();

        List<RecognitionResult> results = await client.RecognizeAsync(new MemoryStream(new byte[100_000]), Pcm16k, Ct).ToListAsync(Ct);

        Assert.Equal(["hello", "world"], results.Where(r => r.IsFinal).Select(r => r.Sentence!.Text));
        await service.EndedAsync();
    }

    [Fact]
    public async Task The_handshake_carries_key_workspace_agent_and_further_headers()
    {
        await using var service = SocketService.Playing(FakeService.Answering());
        await using RecognitionClient client = service.CreateClient(o => o with
        {
            ApiKey = "sk-secret",
            Workspace = "llm-w",
            UserAgent = "my-app/1",
            Headers = new Dictionary<string, string> { ["X-DashScope-DataInspection"] = "enable" },
        });
        await using RecognitionSession session = await client.StartAsync(Pcm16k, Ct);

        string[] headers = service.Handshakes.Single();

        Assert.Equal("GET /api-ws/v1/inference HTTP/1.1", headers[0]);
        Assert.Contains("Authorization: Bearer sk-secret", headers);
        Assert.Contains("X-DashScope-WorkSpace: llm-w", headers);
        Assert.Contains("X-DashScope-DataInspection: enable", headers);
        Assert.Matches("^User-Agent: paraformer-net/[0-9.]+.*; dotnet/.*; platform/.*; my-app/1$", headers.Single(h => h.StartsWith("User-Agent", StringComparison.Ordinal)));
        Assert.DoesNotContain(headers, h => h.StartsWith("Sec-WebSocket-Protocol", StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain(headers, h => h.StartsWith("Sec-WebSocket-Extensions", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task An_endpoint_on_this_machine_needs_no_key()
    {
        await using var service = SocketService.Playing(FakeService.Answering());
        var options = new RecognitionClientOptions { Endpoint = service.Endpoint };
        await using var client = new RecognitionClient(options with { Transport = new WebSocketTransport(options, _ => null, "no-home") });
        await using RecognitionSession session = await client.StartAsync(Pcm16k, Ct);

        Assert.DoesNotContain(service.Handshakes.Single(), h => h.StartsWith("Authorization", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Another_machines_endpoint_without_a_key_fails_before_connecting()
    {
        var options = new RecognitionClientOptions { Endpoint = new Uri("wss://speech.invalid/") };
        await using var client = new RecognitionClient(options with { Transport = new WebSocketTransport(options, _ => null, "no-home") });

        ApiKeyNotFoundException e = await Assert.ThrowsAsync<ApiKeyNotFoundException>(() => client.StartAsync(Pcm16k, Ct));

        Assert.Contains("DASHSCOPE_API_KEY", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_key_is_asked_for_at_each_connection()
    {
        await using var service = SocketService.Playing(FakeService.Answering());
        int asked = 0;
        await using RecognitionClient client = service.CreateClient(o => o with { ApiKey = null, ApiKeyProvider = _ => ValueTask.FromResult($"st-{++asked}") });
        await using RecognitionSession first = await client.StartAsync(Pcm16k, Ct);
        await using RecognitionSession second = await client.StartAsync(Pcm16k, Ct);

        Assert.Equal(["Authorization: Bearer st-1", "Authorization: Bearer st-2"], service.Handshakes.SelectMany(h => h).Where(h => h.StartsWith("Authorization", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("401 Unauthorized", 401, ErrorCodes.InvalidApiKey)]
    [InlineData("403 Forbidden", 403, "AccessDenied")]
    [InlineData("429 Too Many Requests", 429, ErrorCodes.ThrottlingRateQuota)]
    [InlineData("503 Service Unavailable", 503, ErrorCodes.ModelServingError)]
    [InlineData("418 Teapot", 418, ClientErrorCodes.HandshakeRefused)]
    public async Task A_refused_handshake_gives_its_status_and_no_secret(string statusLine, int status, string code)
    {
        await using var service = SocketService.Refusing(statusLine);
        var log = new RecordingLogger();
        await using RecognitionClient client = service.CreateClient(o => o with { ApiKey = "sk-secret", LoggerFactory = log });

        HandshakeRefusedException e = await Assert.ThrowsAsync<HandshakeRefusedException>(() => client.StartAsync(Pcm16k, Ct));

        Assert.Equal((status, code), (e.StatusCode, e.Code));
        Assert.DoesNotContain("sk-secret", e.ToString(), StringComparison.Ordinal);
        Assert.NotEmpty(log.Lines);
        Assert.DoesNotContain(log.Lines, line => line.Contains("sk-secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_port_where_nobody_listens_is_a_connection_failure()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var endpoint = new Uri($"ws://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/");
        listener.Stop();
        await using var client = new RecognitionClient(new RecognitionClientOptions { Endpoint = endpoint });

        RecognitionConnectionException e = await Assert.ThrowsAsync<RecognitionConnectionException>(() => client.StartAsync(Pcm16k, Ct));

        Assert.Equal(ClientErrorCodes.ConnectionFailed, e.Code);
        Assert.Contains(endpoint.Authority, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_that_never_answers_the_handshake_is_a_timeout()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var time = new ManualTimeProvider();
        await using var client = new RecognitionClient(new RecognitionClientOptions
        {
            Endpoint = new Uri($"ws://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/"),
            TimeProvider = time,
        });
        Task<RecognitionSession> starting = client.StartAsync(Pcm16k, Ct);
        using TcpClient peer = await listener.AcceptTcpClientAsync(Ct);

        time.Advance(TimeSpan.FromSeconds(10));

        RecognitionConnectionException e = await Assert.ThrowsAsync<RecognitionConnectionException>(() => starting);
        Assert.Equal(ClientErrorCodes.Timeout, e.Code);
    }

    [Fact]
    public async Task A_socket_that_is_cut_in_mid_task_is_a_lost_connection()
    {
        await using var service = SocketService.Playing(async task =>
        {
            await task.StartAsync();
            await task.ReadAudioAsync(3200);
            await task.SendFinalAsync(1, "one");
        });
        await using RecognitionClient client = service.CreateClient();
        await using RecognitionSession session = await client.StartAsync(Pcm16k, Ct);
        await session.SendAsync(new byte[3200], Ct);

        RecognitionConnectionException e = await Assert.ThrowsAsync<RecognitionConnectionException>(() => session.Results.ToListAsync(Ct).AsTask());

        Assert.Equal((ClientErrorCodes.ConnectionLost, session.RequestId), (e.Code, e.RequestId));
    }

    [Fact]
    public async Task A_failure_that_the_service_announces_while_audio_streams_in_is_not_lost()
    {
        await using var service = SocketService.Playing(async task =>
        {
            await task.StartAsync();
            await task.ReadAudioAsync(10_000);
            await task.FailAsync(ErrorCodes.InvalidParameter, "no");
        });
        await using RecognitionClient client = service.CreateClient();

        RecognitionFailedException e = await Assert.ThrowsAsync<RecognitionFailedException>(
            () => client.RecognizeAsync(new MemoryStream(new byte[8 << 20]), Pcm16k, Ct).ToListAsync(Ct).AsTask());

        Assert.Equal(ErrorCodes.InvalidParameter, e.Code);
    }

    [Fact]
    public async Task Fifty_sessions_run_at_once_over_sockets()
    {
        await using var service = SocketService.Playing(async task =>
        {
            await task.StartAsync();
            await task.ReadToFinishAsync();
            await task.SendFinalAsync(1, $"{task.Audio[0]}:{task.Audio.Length}");
            await task.FinishAsync();
            await task.ReadToEndAsync();
        });
        await using RecognitionClient client = service.CreateClient();

        string[] texts = await Task.WhenAll(Enumerable.Range(0, 50).Select(async i =>
        {
            byte[] audio = [.. Enumerable.Repeat((byte)i, 32_000 + i)];
            return Assert.Single(await client.RecognizeAsync(new MemoryStream(audio), Pcm16k, Ct).ToListAsync(Ct)).Sentence!.Text;
        }));

        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"{i}:{32_000 + i}"), texts);
    }

    [Fact]
    public void Options_never_print_the_key() =>
        Assert.DoesNotContain("sk-secret", new RecognitionClientOptions { ApiKey = "sk-secret", Endpoint = new Uri("wss://a.example/?api_key=sk-secret") }.ToString(), StringComparison.Ordinal);

    private sealed class RecordingLogger : ILoggerFactory, ILogger
    {
        public List<string> Lines { get; } = [];

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (Lines)
            {
                Lines.Add(formatter(state, exception) + exception);
            }
        }

        public void Dispose()
        {
        }
    }
}
