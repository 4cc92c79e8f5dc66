using System.Text.Json;
using Paraformer.Protocol;
using Paraformer.Service.Tests.Fakes;

namespace Paraformer.Service.Tests.Connections;

public sealed class TimeoutTests
{
    private const string Heartbeat = """{"format":"pcm","sample_rate":16000,"heartbeat":true}""";
    private static readonly string s_taskId = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task Twenty_three_seconds_without_a_frame_fail_the_task()
    {
        await using var harness = new Harness();
        using var measured = new Measurements(harness.Service);
        ScriptedStream stream = await harness.StartTaskAsync(s_taskId);
        harness.Time.Advance(TimeSpan.FromSeconds(23));
        await harness.ExpectFailureAsync(ErrorCodes.ClientError, "request timeout after 23 seconds.", s_taskId);
        Assert.Equal(1, measured["paraformer.limits.refused limit=frame_timeout"]);
        Assert.True(stream.Disposed.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Every_frame_starts_the_23_seconds_anew()
    {
        await using var harness = new Harness();
        ScriptedStream stream = await harness.StartTaskAsync(s_taskId);
        for (int frames = 1; frames <= 3; frames++)
        {
            harness.Time.Advance(TimeSpan.FromSeconds(22));
            await harness.SendAudioAsync(320);
            await stream.WaitForAudioAsync(320 * frames);
        }

        await harness.SendAsync(ClientMessages.FinishTask(s_taskId));
        await harness.ExpectFinishedAsync(s_taskId);
    }

    [Fact]
    public async Task A_task_that_has_not_started_is_not_blamed_on_the_client()
    {
        await using var harness = new Harness();
        var gate = new TaskCompletionSource();
        harness.Engine.StartGate = gate.Task;
        await harness.SendAsync(ClientMessages.RunTask(s_taskId));
        await harness.SendAudioAsync(320);
        await harness.Engine.Asked;
        harness.Time.Advance(TimeSpan.FromMinutes(5));
        gate.SetResult();
        Assert.Equal(TaskEvents.TaskStarted, (await harness.ReceiveAsync()).Event.Event);
        await harness.SendAsync(ClientMessages.FinishTask(s_taskId));
        await harness.ExpectFinishedAsync(s_taskId);
    }

    [Fact]
    public async Task A_client_that_waits_for_its_last_results_is_not_blamed()
    {
        await using var harness = new Harness();
        ScriptedStream stream = await harness.StartTaskAsync(s_taskId);
        stream.OnComplete = _ => { };
        stream.SilenceMs = 100_000;
        await harness.SendAudioAsync(320);
        await harness.SendAsync(ClientMessages.FinishTask(s_taskId));
        await stream.Completed.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
        harness.Time.Advance(TimeSpan.FromMinutes(5));
        stream.End();
        await harness.ExpectFinishedAsync(s_taskId);
    }

    [Fact]
    public async Task A_full_engine_is_not_blamed_on_the_client()
    {
        await using var harness = new Harness();
        ScriptedStream stream = await harness.StartTaskAsync(s_taskId);
        var gate = new TaskCompletionSource();
        stream.WriteGate = gate.Task;
        await harness.SendAudioAsync(320);
        await harness.SendAudioAsync(320);
        await stream.WriteBegun.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
        harness.Time.Advance(TimeSpan.FromSeconds(22));
        harness.Time.Advance(TimeSpan.FromMinutes(5));
        gate.SetResult();
        await stream.WaitForAudioAsync(640);
        await harness.SendAsync(ClientMessages.FinishTask(s_taskId));
        await harness.ExpectFinishedAsync(s_taskId);
    }

    [Fact]
    public async Task A_connection_without_a_task_is_closed_after_60_seconds()
    {
        await using var harness = new Harness();
        using var measured = new Measurements(harness.Service);
        await harness.StartTaskAsync(s_taskId);
        await harness.SendAudioAsync(320);
        await harness.SendAsync(ClientMessages.FinishTask(s_taskId));
        await harness.ExpectFinishedAsync(s_taskId);
        harness.Time.Advance(TimeSpan.FromSeconds(60));
        await harness.ExpectCloseAsync(1000);
        Assert.Equal(1, measured["paraformer.limits.refused limit=idle"]);
    }

    [Fact]
    public async Task A_connection_that_never_had_a_task_is_closed_after_60_seconds()
    {
        await using var harness = new Harness();
        while (!harness.Running.IsCompleted)
        {
            harness.Time.Advance(TimeSpan.FromSeconds(60));
            await Task.Yield();
        }

        await harness.ExpectCloseAsync(1000);
    }

    [Fact]
    public async Task A_minute_of_silence_without_heartbeat_times_out()
    {
        await using var harness = new Harness();
        using var measured = new Measurements(harness.Service);
        ScriptedStream stream = await harness.StartTaskAsync(s_taskId);
        stream.SilenceMs = 60_000;
        await AdvanceWithAudioAsync(harness, stream, seconds: 60);
        await harness.ExpectFailureAsync(ErrorCodes.RequestTimeOut, "Response timeout!", s_taskId);
        Assert.Equal(1, measured["paraformer.limits.refused limit=silence"]);
    }

    [Theory]
    [InlineData(59_999, 60)]
    [InlineData(600_000, 40)]
    public async Task Silence_counts_only_as_far_as_both_audio_and_clock_say_so(long silenceMs, int seconds)
    {
        await using var harness = new Harness();
        ScriptedStream stream = await harness.StartTaskAsync(s_taskId);
        stream.SilenceMs = silenceMs;
        await AdvanceWithAudioAsync(harness, stream, seconds);
        await harness.SendAsync(ClientMessages.FinishTask(s_taskId));
        await harness.ExpectFinishedAsync(s_taskId);
    }

    [Fact]
    public async Task A_result_starts_the_silence_anew()
    {
        await using var harness = new Harness();
        ScriptedStream stream = await harness.StartTaskAsync(s_taskId);
        stream.SilenceMs = 60_000;
        await AdvanceWithAudioAsync(harness, stream, seconds: 40);
        stream.EmitFinal(1, "speech");
        await harness.ReceiveAsync();
        await AdvanceWithAudioAsync(harness, stream, seconds: 40);
        await harness.SendAsync(ClientMessages.FinishTask(s_taskId));
        await harness.ExpectFinishedAsync(s_taskId);
    }

    [Fact]
    public async Task With_heartbeat_silence_is_answered_every_ten_seconds()
    {
        await using var harness = new Harness();
        ScriptedStream stream = await harness.StartTaskAsync(s_taskId, Heartbeat);
        stream.SilenceMs = 100_000;
        for (int i = 0; i < 12; i++)
        {
            await AdvanceWithAudioAsync(harness, stream, seconds: 10);
            ReceivedEvent heartbeat = await harness.ReceiveAsync();
            Assert.True(heartbeat.Event.Sentence!.Heartbeat);
            Assert.Equal(0, heartbeat.Event.Sentence.SentenceId);
            Assert.Equal(JsonValueKind.Null, heartbeat.Sentence.GetProperty("end_time").ValueKind);
            Assert.Equal(JsonValueKind.Null, heartbeat.Json.GetProperty("payload").GetProperty("usage").ValueKind);
        }

        await harness.SendAsync(ClientMessages.FinishTask(s_taskId));
        await harness.ExpectFinishedAsync(s_taskId);
    }

    [Fact]
    public async Task Draining_closes_idle_connections_and_takes_no_new_tasks()
    {
        await using var harness = new Harness();
        await using var late = new Harness();
        await harness.StartTaskAsync(s_taskId);
        await harness.SendAudioAsync(320);
        harness.Service.BeginDrain();
        await harness.SendAsync(ClientMessages.FinishTask(s_taskId));
        await harness.ExpectFinishedAsync(s_taskId);
        harness.Time.Advance(TimeSpan.FromSeconds(1));
        await harness.ExpectCloseAsync(1001);

        late.Service.BeginDrain();
        await late.SendAsync(ClientMessages.RunTask(s_taskId));
        await late.ExpectFailureAsync(ErrorCodes.ModelUnavailable, "stopping", s_taskId);
    }

    [Fact]
    public async Task Draining_gives_running_tasks_their_time_and_then_fails_them()
    {
        await using var harness = new Harness(new RecognitionServiceOptions { FrameTimeout = TimeSpan.FromHours(1) });
        using var measured = new Measurements(harness.Service);
        ScriptedStream stream = await harness.StartTaskAsync(s_taskId);
        harness.Service.BeginDrain();
        harness.Time.Advance(TimeSpan.FromSeconds(29));
        stream.EmitFinal(1, "still here");
        Assert.Equal("still here", (await harness.ReceiveAsync()).Event.Sentence!.Text);
        harness.Time.Advance(TimeSpan.FromSeconds(1));
        await harness.ExpectFailureAsync(ErrorCodes.ModelUnavailable, "stopping", s_taskId);
        Assert.Equal(1, measured["paraformer.limits.refused limit=drain"]);
    }

    private static async Task AdvanceWithAudioAsync(Harness harness, ScriptedStream stream, int seconds)
    {
        for (int passed = 0; passed < seconds; passed += 10)
        {
            int expected = stream.Audio.Length + 320;
            await harness.SendAudioAsync(320);
            await stream.WaitForAudioAsync(expected);
            harness.Time.Advance(TimeSpan.FromSeconds(10));
        }
    }
}
