using Paraformer.Protocol;
using Paraformer.Service.Tests.Fakes;

namespace Paraformer.Service.Tests.Connections;

public sealed class ClockJumpTests
{
    private static readonly string s_taskId = Guid.NewGuid().ToString("N");

    [Theory]
    [InlineData(5000)]
    [InlineData(-5000)]
    public async Task A_running_task_does_not_notice_that_the_date_was_set(int days)
    {
        await using var harness = new Harness();
        ScriptedStream stream = await harness.StartTaskAsync(s_taskId);
        await harness.SendAudioAsync(320);
        await stream.WaitForAudioAsync(320);

        harness.Time.SetDate(TimeSpan.FromDays(days));
        for (int round = 2; round <= 4; round++)
        {
            harness.Time.Advance(TimeSpan.FromSeconds(20));
            await harness.SendAudioAsync(320);
            await stream.WaitForAudioAsync(320 * round);
        }

        stream.EmitFinal(1, "still here");
        Assert.Equal("still here", (await harness.ReceiveAsync()).Sentence.GetProperty("text").GetString());
        await harness.SendAsync(ClientMessages.FinishTask(s_taskId));
        await harness.ExpectFinishedAsync(s_taskId);
    }

    [Theory]
    [InlineData(5000)]
    [InlineData(-5000)]
    public async Task Silent_clients_are_cut_off_in_time_after_the_date_was_set(int days)
    {
        await using var harness = new Harness();
        await harness.StartTaskAsync(s_taskId);
        harness.Time.SetDate(TimeSpan.FromDays(days));
        harness.Time.Advance(TimeSpan.FromSeconds(23));
        await harness.ExpectFailureAsync(ErrorCodes.ClientError, "request timeout after 23 seconds.", s_taskId);
    }
}
