namespace Paraformer.Protocol;

/// <summary>Checks that a request has what the protocol demands, with the service's own texts.</summary>
/// <remarks>The values themselves (models, formats, ranges) are the service's to judge.</remarks>
public static class RequestValidator
{
    /// <summary>
    /// Checks a request: <c>header.action</c> and <c>header.task_id</c>; for <c>run-task</c> also <c>model</c>,
    /// <c>task_group</c>, <c>task</c>, <c>function</c> and <c>parameters</c>; for <c>run-task</c> and <c>finish-task</c>
    /// <c>input</c>. An empty string counts as missing. Other actions are left to the caller.
    /// </summary>
    /// <exception cref="ProtocolException"><see cref="ErrorCodes.InvalidParameter"/>, naming the first field that is missing.</exception>
    public static void Validate(TaskRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        Require(request, request.Action, "header.action");
        Require(request, request.TaskId, "header.task_id");
        if (request.Action is TaskActions.RunTask)
        {
            Require(request, request.Model, "payload.model");
            Require(request, request.TaskGroup, "payload.task_group");
            Require(request, request.Task, "payload.task");
            Require(request, request.Function, "payload.function");
            if (request.Parameters is null)
            {
                throw Missing(request, "payload.parameters");
            }
        }

        if (!request.HasInput && request.Action is (TaskActions.RunTask or TaskActions.FinishTask))
        {
            throw new ProtocolException(ErrorCodes.InvalidParameter, "task can not be null", request.TaskId);
        }
    }

    private static void Require(TaskRequest request, string? value, string path)
    {
        if (string.IsNullOrEmpty(value))
        {
            throw Missing(request, path);
        }
    }

    private static ProtocolException Missing(TaskRequest request, string path) =>
        new(ErrorCodes.InvalidParameter, $"Missing required parameter '{path}'! Please follow the protocol!", request.TaskId);
}
