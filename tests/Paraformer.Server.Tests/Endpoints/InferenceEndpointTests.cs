using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using Paraformer.Protocol;
using Paraformer.Server.Tests.Support;
using Paraformer.Service.Tests.Fakes;

namespace Paraformer.Server.Tests.Endpoints;

public sealed class InferenceEndpointTests
{
    [Theory]
    [InlineData("/api-ws/v1/inference")]
    [InlineData("/api-ws/v1/inference/")]
    public async Task A_task_runs_on_the_path_with_and_without_the_final_slash(string path)
    {
        await using RunningServer server = await RunningServer.StartAsync();
        await using SocketClient client = await SocketClient.ConnectAsync(new UriBuilder(server.Endpoint) { Path = path }.Uri);
        await client.RunTaskAsync(Guid.NewGuid().ToString("N"));
    }

    [Fact]
    public async Task The_Python_handshake_is_answered_without_extensions_or_subprotocol()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        string answer = await RawRequest.GetAsync(server.Endpoint, "/api-ws/v1/inference", RawRequest.PythonHeaders("bearer sk-any"));
        Assert.StartsWith("HTTP/1.1 101 Switching Protocols\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n", answer, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Sec-WebSocket-Extensions", answer, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Sec-WebSocket-Protocol", answer, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Compression_that_a_browser_offers_is_not_taken()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        string answer = await RawRequest.GetAsync(
            server.Endpoint, "/api-ws/v1/inference?api_key=k", [.. RawRequest.PythonHeaders("x"), "Origin: http://localhost", "Sec-WebSocket-Extensions: permessage-deflate"]);
        Assert.StartsWith("HTTP/1.1 101", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("Sec-WebSocket-Extensions", answer, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task The_Java_client_sends_audio_and_finish_task_at_once_and_reuses_the_connection()
    {
        await using RunningServer server = await RunningServer.StartAsync(new ServerOptions { ApiKeys = ["sk-java"] });
        await using SocketClient client = await SocketClient.ConnectAsync(
            new Uri(server.Endpoint + "/"), options => options.SetRequestHeader("Authorization", "Bearer sk-java"));
        for (int i = 0; i < 3; i++)
        {
            string taskId = Guid.NewGuid().ToString();
            await client.SendAsync(ClientMessages.RunTask(
                taskId, parameters: $$"""{"format":"wav","sample_rate":16000,"disfluency_removal_enabled":false,"language_hints":["zh","en"],"pre_task_id":"{{taskId}}"}"""));
            await client.SendAudioAsync(16_384);
            await client.SendAsync(ClientMessages.FinishTask(taskId));
            Assert.Equal(TaskEvents.TaskStarted, (await client.ReceiveAsync()).Event);
            TaskEvent finished = await client.ReceiveAsync();
            Assert.Equal((TaskEvents.TaskFinished, taskId), (finished.Event, finished.TaskId));
            Assert.Equal(16_384, (await server.Engine.NextStreamAsync()).Audio.Length);
        }
    }

    [Fact]
    public async Task Unpaced_audio_is_taken_as_fast_as_it_comes()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        await using SocketClient client = await SocketClient.ConnectAsync(server.Endpoint);
        string taskId = Guid.NewGuid().ToString("N");
        await client.SendAsync(ClientMessages.RunTask(taskId));
        Assert.Equal(TaskEvents.TaskStarted, (await client.ReceiveAsync()).Event);
        for (int i = 0; i < 1000; i++)
        {
            await client.SendAudioAsync(12_800);
        }

        await client.SendAsync(ClientMessages.FinishTask(taskId));
        Assert.Equal(TaskEvents.TaskFinished, (await client.ReceiveAsync()).Event);
        Assert.Equal(12_800_000, (await server.Engine.NextStreamAsync()).Audio.Length);
    }

    [Fact]
    public async Task A_failure_is_announced_before_the_connection_is_closed()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        await using SocketClient client = await SocketClient.ConnectAsync(server.Endpoint);
        await client.SendAudioAsync(3200);
        TaskEvent failure = await client.ReceiveAsync();
        Assert.Equal((TaskEvents.TaskFailed, ErrorCodes.InvalidParameter), (failure.Event, failure.ErrorCode));
        Assert.Equal(1000, await client.ReceiveCloseAsync());
    }

    [Fact]
    public async Task A_client_that_is_killed_in_mid_task_frees_its_stream()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        await using SocketClient client = await SocketClient.ConnectAsync(server.Endpoint);
        await client.SendAsync(ClientMessages.RunTask("killed"));
        ScriptedStream stream = await server.Engine.NextStreamAsync();
        client.Socket.Abort();
        await stream.Disposed.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_client_that_is_killed_while_the_engine_is_full_frees_its_stream()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        server.Engine.OnStart = stream => stream.WriteGate = new TaskCompletionSource().Task;
        await using SocketClient client = await SocketClient.ConnectAsync(server.Endpoint);
        await client.SendAsync(ClientMessages.RunTask("killed"));
        await client.SendAudioAsync(3200);
        ScriptedStream stream = await server.Engine.NextStreamAsync();
        await stream.WriteBegun.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
        client.Socket.Abort();
        await stream.Disposed.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_request_without_upgrade_is_told_to_use_WebSocket()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        using HttpResponseMessage answer = await server.Http.GetAsync(new Uri("/api-ws/v1/inference", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.UpgradeRequired, answer.StatusCode);
        using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(ErrorCodes.InvalidParameter, body.RootElement.GetProperty("code").GetString());
        Assert.Contains("ws://", body.RootElement.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.True(Guid.TryParseExact(body.RootElement.GetProperty("request_id").GetString(), "D", out _));
    }

    [Fact]
    public async Task Stopping_lets_a_running_task_finish()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        await using SocketClient client = await SocketClient.ConnectAsync(server.Endpoint);
        await client.SendAsync(ClientMessages.RunTask("last"));
        Assert.Equal(TaskEvents.TaskStarted, (await client.ReceiveAsync()).Event);

        Task stopping = server.StopAsync();
        await client.SendAudioAsync(3200);
        await client.SendAsync(ClientMessages.FinishTask("last"));
        Assert.Equal(TaskEvents.TaskFinished, (await client.ReceiveAsync()).Event);
        Assert.Equal(1001, await client.ReceiveCloseAsync());
        await stopping.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_task_that_does_not_finish_in_the_drain_time_is_failed()
    {
        await using RunningServer server = await RunningServer.StartAsync(new ServerOptions { Service = new() { DrainTimeout = TimeSpan.Zero } });
        await using SocketClient client = await SocketClient.ConnectAsync(server.Endpoint);
        await client.SendAsync(ClientMessages.RunTask("late"));
        Assert.Equal(TaskEvents.TaskStarted, (await client.ReceiveAsync()).Event);
        Task stopping = server.StopAsync();
        Assert.Equal(ErrorCodes.ModelUnavailable, (await client.ReceiveAsync()).ErrorCode);
        Assert.Equal(1000, await client.ReceiveCloseAsync());
        await stopping.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_text_message_over_the_limit_is_refused()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        await using SocketClient client = await SocketClient.ConnectAsync(server.Endpoint);
        await client.SendAsync(new string('x', 256 * 1024 + 1));
        Assert.Equal(ErrorCodes.InvalidParameter, (await client.ReceiveAsync()).ErrorCode);
        Assert.Equal((int)WebSocketCloseStatus.MessageTooBig, await client.ReceiveCloseAsync());
    }
}
