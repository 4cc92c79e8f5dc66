using System.Text;
using Paraformer.Server.Tests.Support;
using Paraformer.Service.Tests.Fakes;

namespace Paraformer.Server.Tests.Attacks;

/// <summary>Hostile HTTP: headers, hosts, origins, paths.</summary>
public sealed class HttpAttackTests
{
    private const string Path = "/api-ws/v1/inference";

    [Theory]
    [InlineData("GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-A: b\rX-Injected: 1\r\n\r\n", "HTTP/1.1 400 ")]
    [InlineData("GET /healthz HTTP/1.1\r\nHost: localhost\r\n folded: x\r\n\r\n", "HTTP/1.1 400 ")]
    [InlineData("GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n", "HTTP/1.1 400 ")]
    [InlineData("POST /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "HTTP/1.1 4")]
    [InlineData("GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n", "HTTP/1.1 404 ")]
    [InlineData("GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n", "HTTP/1.1 404 ")]
    [InlineData("GET /%00 HTTP/1.1\r\nHost: localhost\r\n\r\n", "HTTP/1.1 400 ")]
    [InlineData("NONSENSE\r\n\r\n", "HTTP/1.1 400 ")]
    public async Task A_request_that_is_none_is_refused(string request, string status)
    {
        await using RunningServer server = await RunningServer.StartProtocolOnlyAsync();
        Assert.StartsWith(status, await SendAsync(server, request), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Headers_over_the_limits_are_refused()
    {
        await using RunningServer server = await RunningServer.StartProtocolOnlyAsync();
        using var measured = new Measurements(server.Service);
        string many = string.Concat(Enumerable.Range(0, 70).Select(i => $"X-{i}: y\r\n"));
        Assert.StartsWith("HTTP/1.1 431 ", await SendAsync(server, $"GET / HTTP/1.1\r\nHost: localhost\r\n{many}\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 431 ", await SendAsync(server, $"GET / HTTP/1.1\r\nHost: localhost\r\nX: {new string('x', 17_000)}\r\n\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 414 ", await SendAsync(server, $"GET /{new string('x', 9000)} HTTP/1.1\r\nHost: localhost\r\n\r\n"), StringComparison.Ordinal);
        Assert.Equal(2, measured["paraformer.limits.refused limit=request_headers"]);
        Assert.Equal(1, measured["paraformer.limits.refused limit=request_line"]);
    }

    [Theory]
    [InlineData("127.0.0.1", null, true)]
    [InlineData("localhost:8765", "http://localhost:3000", true)]
    [InlineData("[::1]", "http://127.0.0.1", true)]
    [InlineData("app.localhost", "https://app.localhost:8443", true)]
    [InlineData("rebound.evil.example", null, false)]
    [InlineData("rebound.evil.example", "http://rebound.evil.example", false)]
    [InlineData("127.0.0.1", "https://evil.example", false)]
    [InlineData("127.0.0.1", "http://127.0.0.1.evil.example", false)]
    [InlineData("127.0.0.1", "http://localhost.evil.example", false)]
    [InlineData("127.0.0.1", "null", false)]
    public async Task An_open_server_is_for_this_machines_pages_alone(string host, string? origin, bool isAllowed)
    {
        await using RunningServer server = await RunningServer.StartProtocolOnlyAsync();
        string answer = await SendAsync(server, Handshake(Path, host, origin));
        Assert.StartsWith(isAllowed ? "HTTP/1.1 101 " : "HTTP/1.1 403 ", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://any.example", Path + "?api_key=sk-key", "HTTP/1.1 101 ")]
    [InlineData("https://any.example", Path, "HTTP/1.1 401 ")]
    public async Task A_server_with_keys_lets_any_page_connect_that_knows_one(string origin, string target, string status)
    {
        await using RunningServer server = await RunningServer.StartProtocolOnlyAsync(new ServerOptions { ApiKeys = ["sk-key"] });
        Assert.StartsWith(status, await SendAsync(server, Handshake(target, "asr.example.com", origin)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_of_allowed_origins_may_use_the_HTTP_APIs_and_others_may_not()
    {
        await using RunningServer server = await RunningServer.StartProtocolOnlyAsync(new ServerOptions { ApiKeys = ["sk-key"], AllowedOrigins = ["https://app.example.com"] });
        const string Preflight = "OPTIONS /api/v1/models HTTP/1.1\r\nHost: asr.example.com\r\nOrigin: $O\r\nAccess-Control-Request-Method: GET\r\n\r\n";
        string allowed = await SendAsync(server, Preflight.Replace("$O", "https://app.example.com", StringComparison.Ordinal));
        Assert.StartsWith("HTTP/1.1 204 ", allowed, StringComparison.Ordinal);
        Assert.Contains("Access-Control-Allow-Origin: https://app.example.com\r\n", allowed, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 403 ", await SendAsync(server, Preflight.Replace("$O", "https://evil.example", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 403 ", await SendAsync(server, Handshake(Path + "?api_key=sk-key", "asr.example.com", "https://evil.example")), StringComparison.Ordinal);
    }

    [Fact]
    public void An_origin_that_is_none_is_refused_at_the_start() =>
        Assert.Throws<ServerStartException>(() => ParaformerServer.Build(new ServerOptions { AllowedOrigins = ["app.example.com"] }, new Service.Tests.Fakes.ScriptedEngine()));

    private static string Handshake(string target, string host, string? origin) =>
        $"GET {target} HTTP/1.1\r\nHost: {host}\r\n{(origin is null ? "" : $"Origin: {origin}\r\n")}Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

    private static async Task<string> SendAsync(RunningServer server, string request)
    {
        using RawSocket socket = await RawSocket.OpenAsync(server.Endpoint);
        await socket.WriteAsync(Encoding.ASCII.GetBytes(request));
        return await socket.ReadHeadAsync();
    }
}
