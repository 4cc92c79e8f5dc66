using Paraformer.Server.Tests.Support;

namespace Paraformer.Server.Tests.Conformance;

/// <summary>The handshake, protocol.md sections 1.2 and 1.3; its keys are tested in <c>Security</c>.</summary>
public sealed class HandshakeTests
{
    [Fact]
    public async Task The_answer_accepts_the_key_and_agrees_on_nothing_else()
    {
        await using RunningServer server = await RunningServer.StartProtocolOnlyAsync();
        string answer = await RawRequest.GetAsync(
            server.Endpoint, "/api-ws/v1/inference", [.. RawRequest.PythonHeaders("x"), "Sec-WebSocket-Protocol: chat", "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"]);
        Assert.StartsWith("HTTP/1.1 101 Switching Protocols\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n", answer, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Sec-WebSocket-Extensions", answer, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Sec-WebSocket-Protocol", answer, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("Sec-WebSocket-Version: 8", "HTTP/1.1 426 ", "Sec-WebSocket-Version: 13")]
    [InlineData("Sec-WebSocket-Key: short", "HTTP/1.1 400 ", "Sec-WebSocket-Key")]
    [InlineData("Sec-WebSocket-Key: ", "HTTP/1.1 400 ", "Sec-WebSocket-Key")]
    [InlineData("Upgrade: h2c", "HTTP/1.1 426 ", "ws://")]
    public async Task A_handshake_that_is_none_is_told_what_is_missing(string header, string status, string part)
    {
        await using RunningServer server = await RunningServer.StartProtocolOnlyAsync();
        string name = header[..(header.IndexOf(':', StringComparison.Ordinal) + 1)];
        string answer = await RawRequest.GetAsync(
            server.Endpoint, "/api-ws/v1/inference", [.. RawRequest.PythonHeaders("x").Where(line => !line.StartsWith(name, StringComparison.Ordinal)), header]);
        Assert.StartsWith(status, answer, StringComparison.Ordinal);
        Assert.Contains(part, answer, StringComparison.Ordinal);
        Assert.Contains("\"code\":\"InvalidParameter\"", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("X-DashScope-WorkSpace: llm-abc")]
    [InlineData("X-DashScope-WorkspaceId: llm-abc")]
    [InlineData("X-DashScope-DataInspection: enable")]
    public async Task Headers_that_mean_nothing_here_are_let_pass(string header)
    {
        await using RunningServer server = await RunningServer.StartProtocolOnlyAsync();
        using RawSocket client = await RawSocket.ConnectAsync(server.Endpoint, "/api-ws/v1/inference", [.. RawRequest.PythonHeaders("x"), header]);
    }
}
