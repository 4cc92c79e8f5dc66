using Paraformer.Protocol;
using Paraformer.Service.Limits;
using Paraformer.Service.Requests;
using Paraformer.Service.Tasks;

namespace Paraformer.Service.Connections;

/// <summary>A connection's place for one task at a time. Its receive loop starts tasks; others look.</summary>
internal sealed class TaskSlot(ServiceCaller caller, ServiceContext context, Outbox outbox)
{
    private readonly Lock _gate = new();
    private readonly HashSet<string> _usedIds = new(StringComparer.Ordinal);
    private readonly long _openedAt = context.Clock.Now;
    private RecognitionTask? _last;

    /// <summary>The task that has not ended yet.</summary>
    public RecognitionTask? Active => Volatile.Read(ref _last) is { HasEnded: false } task ? task : null;

    /// <summary>Whether the client has ended the active task's audio; what it still sends for that task is dropped.</summary>
    public bool IsFinishing => Active is { InputEnded: true };

    /// <summary>Whether a task of this id has been asked for on this connection.</summary>
    public bool HasUsed(string taskId) => _usedIds.Contains(taskId);

    /// <summary>Starts the task that a sound <c>run-task</c> asks for.</summary>
    /// <exception cref="ProtocolException">The task cannot be served.</exception>
    public async ValueTask StartAsync(TaskRequest request, string taskId)
    {
        Admit(taskId);
        var specification = TaskSpecification.Create(request, taskId);
        await ReleaseAsync().ConfigureAwait(false);
        await RequireRightsAsync(specification).ConfigureAwait(false);
        SessionTicket ticket = await context.Gate.EnterAsync(caller, taskId, outbox.Lifetime).ConfigureAwait(false);
        lock (_gate)
        {
            if (!outbox.IsClosing)
            {
                Volatile.Write(ref _last, RecognitionTask.Start(specification, caller, context, outbox, ticket));
                return;
            }
        }

        await ticket.ReturnAsync().ConfigureAwait(false);
    }

    /// <summary>Claims the close of a connection that has had no task for <paramref name="time"/>.</summary>
    public bool TryBeginCloseAfter(TimeSpan time)
    {
        lock (_gate)
        {
            return Active is null && context.Clock.HasPassed(_last?.EndedAt ?? _openedAt, time) && outbox.TryBeginClose();
        }
    }

    /// <summary>Waits until the last task's stream is freed.</summary>
    public async ValueTask ReleaseAsync()
    {
        if (_last is { } task)
        {
            await task.Completion.ConfigureAwait(false);
            task.Dispose();
        }
    }

    private async ValueTask RequireRightsAsync(TaskSpecification specification)
    {
        if (context.Hooks.Callers is { } callers && !await callers.IsActiveAsync(caller, outbox.Lifetime).ConfigureAwait(false))
        {
            throw new ProtocolException(Failure.InvalidKey.Code, Failure.InvalidKey.Message, specification.TaskId);
        }

        if (caller.Models.Count > 0 && !caller.Models.Contains(specification.Stream.Model, StringComparer.Ordinal))
        {
            throw new ProtocolException(Failure.ModelDenied.Code, Failure.ModelDenied.Message, specification.TaskId);
        }
    }

    private void Admit(string taskId)
    {
        RecognitionServiceOptions options = context.Options;
        if (context.IsDraining)
        {
            throw new ProtocolException(Failure.Stopping.Code, Failure.Stopping.Message, taskId);
        }

        if (taskId.Length > options.MaxTaskIdLength)
        {
            context.Metrics.Refused(LimitNames.TaskIdLength);
            throw Invalid($"'header.task_id' is {taskId.Length} characters long; at most {options.MaxTaskIdLength} are allowed.", taskId);
        }

        if (_usedIds.Count == options.MaxTasksPerConnection)
        {
            context.Metrics.Refused(LimitNames.TasksPerConnection);
            throw Invalid($"This connection has carried {_usedIds.Count} tasks, which is the limit; open a new one.", taskId);
        }

        if (!_usedIds.Add(taskId))
        {
            throw Invalid("'header.task_id' was already used on this connection; every task needs a new one.", taskId);
        }
    }

    private static ProtocolException Invalid(string message, string taskId) => new(ErrorCodes.InvalidParameter, message, taskId);
}
