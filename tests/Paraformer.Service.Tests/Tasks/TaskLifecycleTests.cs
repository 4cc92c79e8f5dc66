using System.Text.Json;
using Paraformer.Protocol;
using Paraformer.Service.Tests.Fakes;

namespace Paraformer.Service.Tests.Tasks;

public sealed class TaskLifecycleTests
{
    private static readonly string s_taskId = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task A_task_goes_from_run_task_through_results_to_task_finished()
    {
        await using var harness = new Harness();
        ScriptedStream stream = await harness.StartTaskAsync(s_taskId);
        await harness.SendAudioAsync(3200);
        await stream.WaitForAudioAsync(3200);
        stream.EmitPartial(1, "hello");
        stream.EmitFinal(1, "hello world");

        ReceivedEvent partial = await harness.ReceiveAsync();
        Assert.Equal(TaskEvents.ResultGenerated, partial.Event.Event);
        Assert.Equal("hello", partial.Event.Sentence!.Text);
        Assert.Equal(JsonValueKind.Null, partial.Sentence.GetProperty("end_time").ValueKind);
        Assert.False(partial.Sentence.GetProperty("sentence_end").GetBoolean());
        Assert.Equal(JsonValueKind.Null, partial.Json.GetProperty("payload").GetProperty("usage").ValueKind);

        ReceivedEvent final = await harness.ReceiveAsync();
        Assert.Equal("hello world", final.Event.Sentence!.Text);
        Assert.True(final.Sentence.GetProperty("sentence_end").GetBoolean());
        Assert.Equal(1500, final.Sentence.GetProperty("end_time").GetInt64());
        Assert.Equal(0, final.Sentence.GetProperty("channel_id").GetInt32());
        Assert.All(final.Sentence.GetProperty("words").EnumerateArray(), word => Assert.True(word.GetProperty("fixed").GetBoolean()));
        Assert.Equal(1, final.Event.Usage!.Duration);

        await harness.SendAsync(ClientMessages.FinishTask(s_taskId));
        await harness.ExpectFinishedAsync(s_taskId);
        await stream.Disposed.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData(32_000, 1)]
    [InlineData(32_032, 2)]
    [InlineData(64_000, 2)]
    public async Task Usage_is_the_audio_received_so_far_in_seconds_rounded_up(int bytes, int seconds)
    {
        await using var harness = new Harness();
        ScriptedStream stream = await harness.StartTaskAsync(s_taskId);
        await harness.SendAudioAsync(bytes);
        await stream.WaitForAudioAsync(bytes);
        stream.EmitFinal(1, "text");
        Assert.Equal(seconds, (await harness.ReceiveAsync()).Event.Usage!.Duration);
    }

    [Fact]
    public async Task A_final_without_text_is_not_sent()
    {
        await using var harness = new Harness();
        ScriptedStream stream = await harness.StartTaskAsync(s_taskId);
        await harness.SendAudioAsync(2);
        stream.EmitFinal(1, "");
        stream.EmitFinal(2, "second");
        Assert.Equal(2, (await harness.ReceiveAsync()).Event.Sentence!.SentenceId);
    }

    [Fact]
    public async Task Audio_and_finish_task_before_task_started_are_kept_in_order()
    {
        await using var harness = new Harness();
        var gate = new TaskCompletionSource();
        harness.Engine.StartGate = gate.Task;
        byte[] audio = new byte[100_001];
        Random.Shared.NextBytes(audio);

        await harness.SendAsync(ClientMessages.RunTask(s_taskId));
        foreach (byte[] frame in audio.Chunk(3333))
        {
            await harness.SendAudioAsync(frame);
        }

        await harness.SendAsync(ClientMessages.FinishTask(s_taskId));
        gate.SetResult();

        Assert.Equal(TaskEvents.TaskStarted, (await harness.ReceiveAsync()).Event.Event);
        await harness.ExpectFinishedAsync(s_taskId);
        Assert.Equal(audio, (await harness.Engine.NextStreamAsync()).Audio);
    }

    [Fact]
    public async Task Early_audio_over_the_limit_waits_and_nothing_is_lost()
    {
        await using var harness = new Harness(new RecognitionServiceOptions { MaxEarlyAudioBytes = 10_000 });
        var gate = new TaskCompletionSource();
        harness.Engine.StartGate = gate.Task;
        byte[] audio = new byte[64_000];
        Random.Shared.NextBytes(audio);

        await harness.SendAsync(ClientMessages.RunTask(s_taskId));
        foreach (byte[] frame in audio.Chunk(3200))
        {
            await harness.SendAudioAsync(frame);
        }

        gate.SetResult();
        ScriptedStream stream = await harness.Engine.NextStreamAsync();
        await stream.WaitForAudioAsync(audio.Length);
        Assert.Equal(audio, stream.Audio);
        Assert.False(stream.WritesOverlapped);
    }

    [Fact]
    public async Task What_follows_finish_task_is_dropped()
    {
        await using var harness = new Harness();
        ScriptedStream stream = await harness.StartTaskAsync(s_taskId);
        stream.OnComplete = _ => { };
        await harness.SendAudioAsync(3200);
        await harness.SendAsync(ClientMessages.FinishTask(s_taskId));
        await stream.Completed.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);

        await harness.SendAudioAsync(640);
        await harness.SendAsync(ClientMessages.FinishTask(s_taskId));
        await harness.SendAsync("not JSON");
        stream.EmitFinal(1, "last words");
        Assert.Equal("last words", (await harness.ReceiveAsync()).Event.Sentence!.Text);
        stream.End();

        await harness.ExpectFinishedAsync(s_taskId);
        Assert.Equal(3200, stream.Audio.Length);
    }

    [Fact]
    public async Task A_connection_carries_one_task_after_another()
    {
        await using var harness = new Harness();
        for (int i = 0; i < 3; i++)
        {
            string taskId = Guid.NewGuid().ToString();
            ScriptedStream stream = await harness.StartTaskAsync(taskId);
            await harness.SendAudioAsync(320);
            await harness.SendAsync(ClientMessages.FinishTask(taskId));
            await harness.ExpectFinishedAsync(taskId);
            await stream.Disposed.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
        }

        await harness.CloseAsync();
        await harness.Running.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Silent_audio_finishes_without_sentences()
    {
        await using var harness = new Harness();
        await harness.StartTaskAsync(s_taskId);
        await harness.SendAudioAsync(32_000);
        await harness.SendAsync(ClientMessages.FinishTask(s_taskId));
        await harness.ExpectFinishedAsync(s_taskId);
    }

    [Fact]
    public async Task A_client_that_closes_in_mid_task_frees_the_stream()
    {
        var logger = new RecordingLogger();
        await using var harness = new Harness(logger: logger);
        ScriptedStream stream = await harness.StartTaskAsync(s_taskId);
        await harness.CloseAsync();
        await stream.Disposed.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
        await harness.Running.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
        Assert.Contains(logger.Lines, line => line.Contains(ErrorCodes.ClientDisconnect, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_client_that_vanishes_in_mid_task_frees_the_stream()
    {
        await using var harness = new Harness();
        ScriptedStream stream = await harness.StartTaskAsync(s_taskId);
        await harness.LoseAsync();
        await stream.Disposed.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
        await harness.Running.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_client_that_vanishes_while_the_task_starts_leaves_nothing_behind()
    {
        await using var harness = new Harness();
        harness.Engine.StartGate = new TaskCompletionSource().Task;
        await harness.SendAsync(ClientMessages.RunTask(s_taskId));
        await harness.LoseAsync();
        await harness.Running.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
        Assert.Empty(harness.Engine.Streams);
    }

    [Fact]
    public async Task Cancelling_drops_the_connection_and_its_task()
    {
        await using var harness = new Harness();
        ScriptedStream stream = await harness.StartTaskAsync(s_taskId);
        await harness.StopAsync();
        await harness.Running.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
        Assert.True(stream.Disposed.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Text_and_audio_are_never_logged()
    {
        var logger = new RecordingLogger();
        await using var harness = new Harness(logger: logger);
        ScriptedStream stream = await harness.StartTaskAsync(s_taskId);
        await harness.SendAudioAsync(320);
        await stream.WaitForAudioAsync(320);
        stream.EmitFinal(1, "unspeakable");
        await harness.ReceiveAsync();
        await harness.SendAsync(ClientMessages.FinishTask(s_taskId));
        await harness.ExpectFinishedAsync(s_taskId);
        await harness.CloseAsync();
        await harness.Running.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);

        Assert.Contains(logger.Lines, line => line.Contains(s_taskId, StringComparison.Ordinal));
        Assert.DoesNotContain(logger.Lines, line => line.Contains("unspeakable", StringComparison.Ordinal));
    }
}
