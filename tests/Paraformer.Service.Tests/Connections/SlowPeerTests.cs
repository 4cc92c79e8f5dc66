using Paraformer.Protocol;
using Paraformer.Service.Tests.Fakes;

namespace Paraformer.Service.Tests.Connections;

public sealed class SlowPeerTests
{
    private static readonly string s_taskId = Guid.NewGuid().ToString("N");
    private static readonly InProcessConnectionOptions s_narrow = new() { MaxQueuedFrames = 1 };

    [Fact]
    public async Task Results_do_not_wait_for_audio()
    {
        await using var harness = new Harness();
        ScriptedStream stream = await harness.StartTaskAsync(s_taskId);
        for (int i = 1; i <= 20; i++)
        {
            stream.EmitFinal(i, "text");
            Assert.Equal(i, (await harness.ReceiveAsync()).Event.Sentence!.SentenceId);
        }
    }

    [Fact]
    public async Task Audio_does_not_wait_for_a_slow_reader_and_no_final_is_lost()
    {
        await using var harness = new Harness(connection: s_narrow);
        ScriptedStream stream = await harness.StartTaskAsync(s_taskId);
        for (int i = 1; i <= 100; i++)
        {
            stream.EmitFinal(i, "text");
        }

        for (int i = 0; i < 50; i++)
        {
            await harness.SendAudioAsync(320);
        }

        await stream.WaitForAudioAsync(50 * 320);
        for (int i = 1; i <= 100; i++)
        {
            Assert.Equal(i, (await harness.ReceiveAsync()).Event.Sentence!.SentenceId);
        }
    }

    [Fact]
    public async Task A_peer_that_does_not_read_is_dropped_and_its_stream_freed()
    {
        var logger = new RecordingLogger();
        await using var harness = new Harness(new RecognitionServiceOptions { FrameTimeout = TimeSpan.FromHours(9) }, s_narrow, logger);
        using var measured = new Measurements(harness.Service);
        ScriptedStream stream = await harness.StartTaskAsync(s_taskId);
        for (int i = 1; i <= 5; i++)
        {
            stream.EmitFinal(i, "text");
        }

        DateTime end = DateTime.UtcNow + Patience.Limit;
        while (!harness.Running.IsCompleted && DateTime.UtcNow < end)
        {
            harness.Time.Advance(TimeSpan.FromSeconds(10));
            await Task.Yield();
        }

        await harness.Running.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
        Assert.True(stream.Disposed.IsCompletedSuccessfully);
        Assert.Contains(logger.Lines, line => line.Contains("did not read", StringComparison.Ordinal));
        Assert.Equal(1, measured["paraformer.limits.refused limit=send_timeout"]);
    }
}
