namespace Paraformer.Protocol.Tests;

public class RequestValidatorTests
{
    private static readonly TaskRequest Complete = new()
    {
        Action = TaskActions.RunTask,
        TaskId = "t",
        TaskGroup = "audio",
        Task = "asr",
        Function = "recognition",
        Model = "paraformer-realtime-v2",
        Parameters = new RecognitionParameters(),
    };

    public static TheoryData<TaskRequest, string> Incomplete => new()
    {
        { Complete with { Action = "" }, "header.action" },
        { Complete with { TaskId = null }, "header.task_id" },
        { Complete with { TaskId = "" }, "header.task_id" },
        { Complete with { Model = null }, "payload.model" },
        { Complete with { TaskGroup = null }, "payload.task_group" },
        { Complete with { Task = null }, "payload.task" },
        { Complete with { Function = null }, "payload.function" },
        { Complete with { Parameters = null }, "payload.parameters" },
        { new TaskRequest { Action = TaskActions.RunTask, TaskId = "t", HasInput = false }, "payload.model" },
    };

    [Theory]
    [MemberData(nameof(Incomplete))]
    public void A_missing_field_is_named_in_the_services_words(TaskRequest request, string path)
    {
        var e = Assert.Throws<ProtocolException>(() => RequestValidator.Validate(request));

        Assert.Equal(ErrorCodes.InvalidParameter, e.Code);
        Assert.Equal($"Missing required parameter '{path}'! Please follow the protocol!", e.Message);
        Assert.Equal(request.TaskId, e.TaskId);
    }

    [Theory]
    [InlineData(TaskActions.RunTask)]
    [InlineData(TaskActions.FinishTask)]
    public void A_missing_input_is_a_task_that_is_null(string action)
    {
        var e = Assert.Throws<ProtocolException>(() => RequestValidator.Validate(Complete with { Action = action, HasInput = false }));

        Assert.Equal("task can not be null", e.Message);
    }

    [Fact]
    public void Other_actions_need_a_header_only() =>
        RequestValidator.Validate(new TaskRequest { Action = TaskActions.ContinueTask, TaskId = "t", HasInput = false });
}
