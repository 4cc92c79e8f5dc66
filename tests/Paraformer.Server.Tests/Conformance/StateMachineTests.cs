using Microsoft.Extensions.Time.Testing;
using Paraformer.Server.Tests.Support;
using Paraformer.Service.Tests.Fakes;

namespace Paraformer.Server.Tests.Conformance;

/// <summary>Every situation of the table in protocol.md section 3, and the times of section 1.4.</summary>
public sealed class StateMachineTests
{
    private const string NoTask = "Missing required parameter 'payload.model'! Please follow the protocol!";

    private readonly string _id = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task Audio_before_any_run_task_fails()
    {
        await using RunningServer server = await RunningServer.StartProtocolOnlyAsync();
        using RawSocket client = await RawSocket.ConnectAsync(server);
        await client.SendAudioAsync(3200);
        (string message, string taskId) = await client.ExpectFailureAsync("InvalidParameter");
        Assert.Equal(NoTask, message);
        Assert.True(Guid.TryParseExact(taskId, "N", out _));
    }

    [Fact]
    public async Task Audio_and_finish_task_before_task_started_are_honoured_in_order()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        var gate = new TaskCompletionSource();
        server.Engine.StartGate = gate.Task;
        using RawSocket client = await RawSocket.ConnectAsync(server);
        await client.SendTextAsync(ClientMessages.RunTask(_id));
        await server.Engine.Asked;
        await client.SendFrameAsync(RawFrame.Binary, new byte[] { 1, 2, 3 });
        await client.SendFrameAsync(RawFrame.Binary, new byte[] { 4 });
        await client.SendTextAsync(ClientMessages.FinishTask(_id));
        gate.SetResult();
        await client.ExpectEventAsync("task-started", _id);
        await client.ExpectEventAsync("task-finished", _id);
        Assert.Equal([1, 2, 3, 4], (await server.Engine.NextStreamAsync()).Audio);
    }

    [Fact]
    public async Task A_second_run_task_fails_the_running_task()
    {
        await using RunningServer server = await RunningServer.StartProtocolOnlyAsync();
        using RawSocket client = await StartAsync(server);
        await client.SendTextAsync(ClientMessages.RunTask(Guid.NewGuid().ToString()));
        Assert.Equal(_id, (await client.ExpectFailureAsync("InvalidParameter")).TaskId);
    }

    [Fact]
    public async Task A_used_task_id_is_refused_on_the_same_connection_only()
    {
        await using RunningServer server = await RunningServer.StartProtocolOnlyAsync();
        using RawSocket client = await StartAsync(server);
        await client.SendAudioAsync(3200);
        await client.SendTextAsync(ClientMessages.FinishTask(_id));
        await client.ExpectEventAsync("task-finished", _id);
        await client.SendTextAsync(ClientMessages.RunTask(_id));
        Assert.Contains("already used", (await client.ExpectFailureAsync("InvalidParameter")).Message, StringComparison.Ordinal);
        using RawSocket other = await StartAsync(server);
    }

    [Fact]
    public async Task Finish_task_with_another_task_id_fails_the_task()
    {
        await using RunningServer server = await RunningServer.StartProtocolOnlyAsync();
        using RawSocket client = await StartAsync(server);
        await client.SendTextAsync(ClientMessages.FinishTask(Guid.NewGuid().ToString("N")));
        Assert.Equal(_id, (await client.ExpectFailureAsync("InvalidParameter")).TaskId);
    }

    [Fact]
    public async Task What_comes_between_finish_task_and_task_finished_is_dropped()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        server.Engine.OnStart = stream => stream.OnComplete = _ => { };
        using RawSocket client = await StartAsync(server);
        ScriptedStream stream = await server.Engine.NextStreamAsync();
        await client.SendAudioAsync(100);
        await client.SendTextAsync(ClientMessages.FinishTask(_id));
        await stream.Completed.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
        await client.SendAudioAsync(200);
        await client.SendFrameAsync(RawFrame.Ping, new byte[] { 7 });
        Assert.Equal(RawFrame.Pong, (await client.ReadFrameAsync()).Opcode);
        stream.End();
        await client.ExpectEventAsync("task-finished", _id);
        Assert.Equal(100, stream.Audio.Length);
    }

    [Fact]
    public async Task Audio_after_task_finished_fails_under_an_id_of_its_own()
    {
        await using RunningServer server = await RunningServer.StartProtocolOnlyAsync();
        using RawSocket client = await StartAsync(server);
        await client.SendAudioAsync(3200);
        await client.SendTextAsync(ClientMessages.FinishTask(_id));
        await client.ExpectEventAsync("task-finished", _id);
        await client.SendAudioAsync(3200);
        (string message, string taskId) = await client.ExpectFailureAsync("InvalidParameter");
        Assert.Equal(NoTask, message);
        Assert.NotEqual(_id, taskId);
    }

    [Theory]
    [InlineData("not JSON", "Invalid payload data")]
    [InlineData("[]", "Invalid payload data")]
    [InlineData("{}", "Invalid payload data")]
    [InlineData("""{"header":{"task_id":"x"},"payload":{}}""", "Missing required parameter 'header.action'! Please follow the protocol!")]
    [InlineData("""{"header":{"action":"run-task"},"payload":{}}""", "Missing required parameter 'header.task_id'! Please follow the protocol!")]
    [InlineData("""{"header":{"action":"run-task","task_id":"x"},"payload":{"input":{}}}""", NoTask)]
    [InlineData("""{"header":{"action":"run-task","task_id":"x"},"payload":{"model":"paraformer-realtime-v2","input":{}}}""", "Missing required parameter 'payload.task_group'! Please follow the protocol!")]
    [InlineData("""{"header":{"action":"run-task","task_id":"x"},"payload":{"model":"paraformer-realtime-v2","task_group":"audio","task":"asr","function":"recognition","input":{}}}""", "Missing required parameter 'payload.parameters'! Please follow the protocol!")]
    [InlineData("""{"header":{"action":"run-task","task_id":"x"},"payload":{"model":"paraformer-realtime-v2","task_group":"audio","task":"asr","function":"recognition","parameters":{"format":"pcm","sample_rate":16000}}}""", "task can not be null")]
    [InlineData("""{"header":{"action":"run-task","task_id":"x"},"payload":{"model":"paraformer-realtime-v2","task_group":"audio","task":"tts","function":"recognition","parameters":{},"input":{}}}""", "'payload.task' is 'tts'; this service takes 'asr'.")]
    [InlineData("""{"header":{"action":"continue-task","task_id":"x"},"payload":{"input":{}}}""", "'header.action' is 'continue-task'; it must be run-task or finish-task.")]
    [InlineData("""{"header":{"action":"sing","task_id":"x"},"payload":{"input":{}}}""", "'header.action' is 'sing'; it must be run-task or finish-task.")]
    public async Task A_text_that_breaks_the_protocol_fails_with_what_is_wrong(string text, string message)
    {
        await using RunningServer server = await RunningServer.StartProtocolOnlyAsync();
        using RawSocket client = await RawSocket.ConnectAsync(server);
        await client.SendTextAsync(text);
        (string answer, string taskId) = await client.ExpectFailureAsync("InvalidParameter");
        Assert.Equal(message, answer);
        Assert.NotEmpty(taskId);
    }

    [Fact]
    public async Task Finish_task_without_audio_is_no_valid_audio()
    {
        await using RunningServer server = await RunningServer.StartProtocolOnlyAsync();
        using RawSocket client = await StartAsync(server);
        await client.SendTextAsync(ClientMessages.FinishTask(_id));
        await client.ExpectFailureAsync("NO_VALID_AUDIO_ERROR");
    }

    [Fact]
    public async Task Silent_audio_finishes_without_sentences()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        using RawSocket client = await StartAsync(server);
        await client.SendAudioAsync(32_000);
        await client.SendTextAsync(ClientMessages.FinishTask(_id));
        await client.ExpectEventAsync("task-finished", _id);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_client_that_leaves_in_mid_task_is_logged_and_its_stream_freed(bool withClose)
    {
        await using RunningServer server = await RunningServer.StartAsync();
        RawSocket client = await StartAsync(server);
        ScriptedStream stream = await server.Engine.NextStreamAsync();
        if (withClose)
        {
            await client.SendFrameAsync(RawFrame.Close, new byte[] { 0x03, 0xE8 });
        }

        client.Dispose();
        await stream.Disposed.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
        Assert.Contains(server.Log.Lines, line => line.Contains("ClientDisconnect", StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_frame_for_23_seconds_is_a_client_error()
    {
        var time = new FakeTimeProvider();
        await using RunningServer server = await RunningServer.StartProtocolOnlyAsync(new ServerOptions { Time = time });
        using RawSocket client = await StartAsync(server);
        time.Advance(TimeSpan.FromSeconds(25));
        Assert.Equal(("request timeout after 23 seconds.", _id), await client.ExpectFailureAsync("CLIENT_ERROR"));
    }

    [Fact]
    public async Task A_minute_of_silence_without_heartbeat_times_out()
    {
        var time = new FakeTimeProvider();
        await using RunningServer server = await RunningServer.StartAsync(new ServerOptions { Time = time, Service = new() { FrameTimeout = TimeSpan.FromHours(1) } });
        using RawSocket client = await StartAsync(server);
        ScriptedStream stream = await server.Engine.NextStreamAsync();
        await client.SendAudioAsync(3200);
        await stream.WaitForAudioAsync(3200);
        stream.SilenceMs = 61_000;
        time.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(("Response timeout!", _id), await client.ExpectFailureAsync("RequestTimeOut"));
    }

    [Fact]
    public async Task A_connection_without_a_task_for_60_seconds_is_closed_without_a_failure()
    {
        var time = new FakeTimeProvider();
        await using RunningServer server = await RunningServer.StartProtocolOnlyAsync(new ServerOptions { Time = time });
        using RawSocket client = await StartAsync(server);
        await client.SendAudioAsync(3200);
        await client.SendTextAsync(ClientMessages.FinishTask(_id));
        await client.ExpectEventAsync("task-finished", _id);
        time.Advance(TimeSpan.FromSeconds(59));
        await client.SendFrameAsync(RawFrame.Ping, new byte[] { 1 });
        Assert.Equal(RawFrame.Pong, (await client.ReadFrameAsync()).Opcode);
        time.Advance(TimeSpan.FromSeconds(2));
        await client.ExpectCloseAsync(1000);
    }

    [Fact]
    public async Task A_quiet_connection_is_pinged_and_a_client_that_never_answers_is_served_on()
    {
        var time = new FakeTimeProvider();
        await using RunningServer server = await RunningServer.StartAsync(new ServerOptions { Time = time, Service = new() { FrameTimeout = TimeSpan.FromHours(1) } });
        using RawSocket client = await StartAsync(server);
        for (int i = 0; i < 10; i++)
        {
            time.Advance(TimeSpan.FromSeconds(31));
            RawFrame ping = await client.ReadAnyFrameAsync();
            Assert.Equal((RawFrame.Ping, 0), (ping.Opcode, ping.Payload.Length));
        }

        await client.SendAudioAsync(3200);
        await client.SendTextAsync(ClientMessages.FinishTask(_id));
        await client.ExpectEventAsync("task-finished", _id);
    }

    private async Task<RawSocket> StartAsync(RunningServer server)
    {
        RawSocket client = await RawSocket.ConnectAsync(server);
        await client.SendTextAsync(ClientMessages.RunTask(_id));
        await client.ExpectEventAsync("task-started", _id);
        return client;
    }
}
