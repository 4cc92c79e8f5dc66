using Paraformer.Protocol;
using Paraformer.Service.Limits;
using Paraformer.Service.Tests.Fakes;

namespace Paraformer.Service.Tests.Limits;

/// <summary>Each limit of the service: what is refused or held back, how that is told and measured, and that others go on.</summary>
public sealed class ServiceLimitTests
{
    private static readonly string s_taskId = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task More_tasks_than_the_server_takes_fail_and_the_running_one_goes_on()
    {
        await using var harness = new Harness(new RecognitionServiceOptions { MaxSessions = 1 });
        using var measured = new Measurements(harness.Service);
        await harness.StartTaskAsync(s_taskId);
        await using (var other = new Client(harness.Service))
        {
            await other.SendAsync(ClientMessages.RunTask("other"));
            await other.ExpectFailureAsync(ErrorCodes.ModelServingError, "Too many requests. Your requests are being throttled due to system capacity limits. Please try again later.");
        }

        Assert.Equal(1, measured["paraformer.limits.refused limit=sessions"]);
        Assert.Equal(1, measured["paraformer.errors code=ModelServingError"]);
        await FinishAsync(harness);
        await using var next = new Client(harness.Service);
        await next.RunTaskAsync(harness.Engine);
    }

    [Fact]
    public async Task More_tasks_than_a_key_may_have_fail_for_that_key_alone()
    {
        await using var harness = new Harness(new RecognitionServiceOptions { Quota = new SessionQuotaOptions { MaxSessionsPerKey = 1 } });
        using var measured = new Measurements(harness.Service);
        await harness.StartTaskAsync(s_taskId);
        await using (var same = new Client(harness.Service))
        {
            await same.SendAsync(ClientMessages.RunTask("same"));
            await same.ExpectFailureAsync(ErrorCodes.ThrottlingAllocationQuota, "Allocated quota exceeded, please increase your quota limit.");
        }

        Assert.Equal(1, measured["paraformer.limits.refused limit=sessions_per_key"]);
        await using (var other = new Client(harness.Service, new ServiceCaller("other")))
        {
            await other.RunTaskAsync(harness.Engine);
        }

        await FinishAsync(harness);
        await using var next = new Client(harness.Service);
        await next.RunTaskAsync(harness.Engine);
    }

    [Fact]
    public async Task More_submissions_a_second_than_a_key_may_make_fail_until_the_second_is_over()
    {
        await using var harness = new Harness(new RecognitionServiceOptions { Quota = new SessionQuotaOptions { MaxSubmissionsPerSecond = 2 } });
        using var measured = new Measurements(harness.Service);
        await using (var client = new Client(harness.Service))
        {
            await client.RunTaskAsync(harness.Engine);
            await client.RunTaskAsync(harness.Engine);
            await client.SendAsync(ClientMessages.RunTask("third"));
            await client.ExpectFailureAsync(ErrorCodes.ThrottlingRateQuota, "Requests rate limit exceeded, please try again later.");
        }

        Assert.Equal(1, measured["paraformer.limits.refused limit=submissions"]);
        harness.Time.Advance(TimeSpan.FromSeconds(1));
        await using var next = new Client(harness.Service);
        await next.RunTaskAsync(harness.Engine);
    }

    [Fact]
    public async Task A_quota_that_cannot_be_asked_fails_the_task_and_not_the_server()
    {
        using var service = new RecognitionService(new ScriptedEngine(), new RecognitionServiceOptions(), quota: new BrokenQuota());
        await using var client = new Client(service);
        await client.SendAsync(ClientMessages.RunTask("id"));
        await client.ExpectFailureAsync(ErrorCodes.InternalError, "An internal error has occured, please try again later or contact service support.");
    }

    [Fact]
    public async Task Text_messages_beyond_their_rate_fail_the_connection()
    {
        await using var harness = new Harness(new RecognitionServiceOptions { MaxTextMessagesPerSecond = 2 });
        using var measured = new Measurements(harness.Service);
        ScriptedStream stream = await harness.StartTaskAsync(s_taskId);
        stream.OnComplete = _ => { };
        await harness.SendAudioAsync(3200);
        for (int i = 0; i < 4; i++)
        {
            await harness.SendAsync(ClientMessages.FinishTask(s_taskId));
        }

        await harness.ExpectFailureAsync(ErrorCodes.ThrottlingRateQuota, "Requests rate limit exceeded", s_taskId);
        Assert.Equal(1, measured["paraformer.limits.refused limit=text_messages"]);
    }

    [Fact]
    public async Task Audio_ahead_of_its_speed_waits_and_none_is_lost()
    {
        await using var harness = new Harness(new RecognitionServiceOptions { MaxAudioSpeed = 10, AudioBurst = TimeSpan.FromSeconds(1) });
        using var measured = new Measurements(harness.Service);
        ScriptedStream stream = await harness.StartTaskAsync(s_taskId);
        for (int i = 0; i < 4; i++)
        {
            await harness.SendAudioAsync(32_000);
            await stream.WaitForAudioAsync(32_000);
        }

        Task finishing = FinishAsync(harness);
        long since = harness.Time.GetTimestamp();
        while (!finishing.IsCompleted)
        {
            await Task.Delay(1, TestContext.Current.CancellationToken);
            harness.Time.Advance(TimeSpan.FromMilliseconds(10));
        }

        await finishing;

        // With a second free and ten a second from then on, the 4.1 seconds take 310 ms.
        Assert.InRange(harness.Time.GetElapsedTime(since).TotalSeconds, 0.3, 20);
        Assert.InRange(measured["paraformer.limits.waited limit=audio_speed"], 0.01, 20);
        Assert.Equal((4 * 32_000) + 3200, stream.Audio.Length);
    }

    [Fact]
    public async Task A_task_that_runs_too_long_fails_although_audio_comes()
    {
        await using var harness = new Harness(new RecognitionServiceOptions { MaxTaskDuration = TimeSpan.FromMinutes(10), FrameTimeout = TimeSpan.FromHours(1) });
        using var measured = new Measurements(harness.Service);
        await harness.StartTaskAsync(s_taskId);
        await harness.SendAudioAsync(3200);
        harness.Time.Advance(TimeSpan.FromMinutes(10) + TimeSpan.FromSeconds(1));
        await harness.ExpectFailureAsync(ErrorCodes.RequestTimeOut, "Request timed out, please try again later.", s_taskId);
        Assert.Equal(1, measured["paraformer.limits.refused limit=task_duration"]);
    }

    [Fact]
    public async Task Early_audio_over_what_all_may_hold_waits_in_its_connection()
    {
        await using var harness = new Harness(new RecognitionServiceOptions { MaxBufferedBytes = 8192 }, new InProcessConnectionOptions { MaxQueuedFrames = 1 });
        using var measured = new Measurements(harness.Service);
        var gate = new TaskCompletionSource();
        harness.Engine.StartGate = gate.Task;
        await harness.SendAsync(ClientMessages.RunTask(s_taskId));
        await harness.Engine.Asked;
        Task sending = SendManyAsync(harness);
        await EventuallyHoldsAsync(harness, 8192);
        measured.Observe();
        Assert.Equal(8192, measured["paraformer.buffered"]);
        gate.SetResult();
        await sending.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
        ScriptedStream stream = await harness.Engine.NextStreamAsync();
        await stream.WaitForAudioAsync(40_960);
        await EventuallyHoldsAsync(harness, 0);
        Assert.True(measured.Has("paraformer.limits.waited limit=early_audio"));
    }

    [Fact]
    public async Task A_standstill_of_the_process_is_not_blamed_on_the_client()
    {
        await using var harness = new Harness(new RecognitionServiceOptions { CheckInterval = TimeSpan.FromSeconds(30), IdleTimeout = TimeSpan.FromHours(1) });
        ScriptedStream stream = await harness.StartTaskAsync(s_taskId);
        harness.Time.Advance(TimeSpan.FromSeconds(30));
        await harness.SendAudioAsync(3200);
        await stream.WaitForAudioAsync(3200);
        await FinishAsync(harness);
    }

    private static Task EventuallyHoldsAsync(Harness harness, long bytes) => EventuallyAsync(() => harness.Service.Context.Buffers.Bytes == bytes);

    private static async Task EventuallyAsync(Func<bool> holds)
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        while (!holds())
        {
            await Task.Delay(5, patience.Token);
        }
    }

    private static async Task SendManyAsync(Harness harness)
    {
        for (int i = 0; i < 10; i++)
        {
            await harness.SendAudioAsync(4096);
        }
    }

    private static async Task FinishAsync(Harness harness)
    {
        await harness.SendAudioAsync(3200);
        await harness.SendAsync(ClientMessages.FinishTask(s_taskId));
        await harness.ExpectFinishedAsync(s_taskId);
    }

    private sealed class BrokenQuota : ISessionQuota
    {
        public ValueTask<SessionClaim> ClaimAsync(string keyId, CancellationToken cancellationToken) => throw new IOException("the database is gone");

        public ValueTask ReleaseAsync(SessionClaim claim) => ValueTask.CompletedTask;
    }
}
