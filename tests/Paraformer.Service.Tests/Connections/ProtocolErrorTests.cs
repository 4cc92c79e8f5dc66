using Paraformer.Protocol;
using Paraformer.Service.Tests.Fakes;

namespace Paraformer.Service.Tests.Connections;

public sealed class ProtocolErrorTests
{
    private const string NoTask = "Missing required parameter 'payload.model'";
    private static readonly string s_taskId = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task Audio_before_any_run_task_is_refused()
    {
        await using var harness = new Harness();
        await harness.SendAudioAsync(320);
        await harness.ExpectFailureAsync(ErrorCodes.InvalidParameter, NoTask);
    }

    [Fact]
    public async Task Audio_after_task_finished_is_refused_under_another_id()
    {
        await using var harness = new Harness();
        await FinishOneTaskAsync(harness);
        await harness.SendAudioAsync(320);
        TaskEvent failure = await harness.ExpectFailureAsync(ErrorCodes.InvalidParameter, NoTask);
        Assert.NotEqual(s_taskId, failure.TaskId);
    }

    [Fact]
    public async Task Finish_task_on_a_new_connection_is_refused_so_that_the_Java_client_stops()
    {
        await using var harness = new Harness();
        await harness.SendAsync(ClientMessages.FinishTask(s_taskId));
        await harness.ExpectFailureAsync(ErrorCodes.InvalidParameter, NoTask, s_taskId);
    }

    [Fact]
    public async Task A_second_run_task_fails_the_running_one()
    {
        await using var harness = new Harness();
        ScriptedStream stream = await harness.StartTaskAsync(s_taskId);
        await harness.SendAsync(ClientMessages.RunTask(Guid.NewGuid().ToString()));
        await harness.ExpectFailureAsync(ErrorCodes.InvalidParameter, "A task is running", s_taskId);
        Assert.True(stream.Disposed.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_task_id_cannot_be_used_twice_on_a_connection()
    {
        await using var harness = new Harness();
        await FinishOneTaskAsync(harness);
        await harness.SendAsync(ClientMessages.RunTask(s_taskId));
        await harness.ExpectFailureAsync(ErrorCodes.InvalidParameter, "already used", s_taskId);
    }

    [Fact]
    public async Task A_task_id_can_be_used_again_on_another_connection()
    {
        for (int i = 0; i < 2; i++)
        {
            await using var harness = new Harness();
            await FinishOneTaskAsync(harness);
        }
    }

    [Fact]
    public async Task Finish_task_with_another_id_fails_the_running_task()
    {
        await using var harness = new Harness();
        await harness.StartTaskAsync(s_taskId);
        await harness.SendAsync(ClientMessages.FinishTask(Guid.NewGuid().ToString()));
        await harness.ExpectFailureAsync(ErrorCodes.InvalidParameter, "not that of the running task", s_taskId);
    }

    [Theory]
    [InlineData("not JSON", "Invalid payload data")]
    [InlineData("[1,2]", "Invalid payload data")]
    [InlineData("""{"header":{"action":"run-task","task_id":"x"},"payload":{"task_group":"audio","task":"asr","function":"recognition"}}""", "'payload.model'")]
    [InlineData("""{"header":{"action":"run-task","task_id":"x"},"payload":{"model":"m","task":"asr","function":"recognition"}}""", "'payload.task_group'")]
    [InlineData("""{"header":{"action":"finish-task","task_id":"x"},"payload":{}}""", "task can not be null")]
    [InlineData("""{"header":{"action":"continue-task","task_id":"x"},"payload":{"input":{}}}""", "continue-task")]
    [InlineData("""{"header":{"action":"sing","task_id":"x"},"payload":{"input":{}}}""", "'sing'")]
    public async Task A_broken_message_is_answered_with_what_is_wrong(string message, string expected)
    {
        await using var harness = new Harness();
        await harness.SendAsync(message);
        await harness.ExpectFailureAsync(ErrorCodes.InvalidParameter, expected);
    }

    [Theory]
    [InlineData("not JSON")]
    [InlineData("""{"header":{"action":"finish-task"},"payload":{}}""")]
    [InlineData("""{"header":{"action":"sing","task_id":"x"},"payload":{"input":{}}}""")]
    public async Task A_broken_message_fails_the_running_task(string message)
    {
        await using var harness = new Harness();
        ScriptedStream stream = await harness.StartTaskAsync(s_taskId);
        await harness.SendAsync(message);
        await harness.ExpectFailureAsync(ErrorCodes.InvalidParameter, taskId: s_taskId);
        Assert.True(stream.Disposed.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Finish_task_without_any_audio_is_no_valid_audio()
    {
        await using var harness = new Harness();
        await harness.StartTaskAsync(s_taskId);
        await harness.SendAsync(ClientMessages.FinishTask(s_taskId));
        await harness.ExpectFailureAsync(ErrorCodes.NoValidAudio, taskId: s_taskId);
    }

    [Fact]
    public async Task A_text_message_over_the_limit_is_refused_and_closed_with_1009()
    {
        await using var harness = new Harness(connection: new InProcessConnectionOptions { MaxTextMessageBytes = 1000 });
        using var measured = new Measurements(harness.Service);
        await harness.StartTaskAsync(s_taskId);
        await harness.SendAsync(new string('x', 1001));
        await harness.ExpectFailureAsync(ErrorCodes.InvalidParameter, "1000 bytes", s_taskId, closeStatus: 1009);
        Assert.Equal(1, measured["paraformer.limits.refused limit=message_size"]);
    }

    [Fact]
    public async Task An_endless_task_id_is_refused_without_echo()
    {
        await using var harness = new Harness();
        using var measured = new Measurements(harness.Service);
        await harness.SendAsync(ClientMessages.RunTask(new string('x', 129)));
        TaskEvent failure = await harness.ExpectFailureAsync(ErrorCodes.InvalidParameter, "129 characters");
        Assert.Equal(1, measured["paraformer.limits.refused limit=task_id_length"]);
        Assert.Equal(32, failure.TaskId!.Length);
    }

    [Fact]
    public async Task An_endless_value_is_shortened_in_the_answer()
    {
        await using var harness = new Harness();
        await harness.SendAsync(ClientMessages.Action(new string('x', 5000), s_taskId));
        TaskEvent failure = await harness.ExpectFailureAsync(ErrorCodes.InvalidParameter);
        Assert.InRange(failure.ErrorMessage!.Length, 64, 200);
    }

    [Fact]
    public async Task A_connection_carries_no_more_tasks_than_the_limit()
    {
        await using var harness = new Harness(new RecognitionServiceOptions { MaxTasksPerConnection = 1 });
        using var measured = new Measurements(harness.Service);
        await FinishOneTaskAsync(harness);
        await harness.SendAsync(ClientMessages.RunTask(Guid.NewGuid().ToString()));
        await harness.ExpectFailureAsync(ErrorCodes.InvalidParameter, "limit");
        Assert.Equal(1, measured["paraformer.limits.refused limit=tasks_per_connection"]);
    }

    private static async Task FinishOneTaskAsync(Harness harness)
    {
        await harness.StartTaskAsync(s_taskId);
        await harness.SendAudioAsync(320);
        await harness.SendAsync(ClientMessages.FinishTask(s_taskId));
        await harness.ExpectFinishedAsync(s_taskId);
    }
}
