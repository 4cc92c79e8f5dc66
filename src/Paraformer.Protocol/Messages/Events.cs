namespace Paraformer.Protocol;

/// <summary>The <c>header.event</c> values of the protocol.</summary>
public static class TaskEvents
{
    /// <summary>The task runs; audio may be sent.</summary>
    public const string TaskStarted = "task-started";

    /// <summary>A partial or final sentence, or a heartbeat.</summary>
    public const string ResultGenerated = "result-generated";

    /// <summary>Every result has been sent.</summary>
    public const string TaskFinished = "task-finished";

    /// <summary>The task failed; the service closes the connection.</summary>
    public const string TaskFailed = "task-failed";
}

/// <summary>A text frame from service to client.</summary>
public sealed record TaskEvent
{
    /// <summary><c>header.event</c>; empty where it was missing.</summary>
    public required string Event { get; init; }

    /// <summary><c>header.task_id</c>; null where it was missing.</summary>
    public string? TaskId { get; init; }

    /// <summary><c>header.error_code</c>, on failures.</summary>
    public string? ErrorCode { get; init; }

    /// <summary><c>header.error_message</c>, on failures.</summary>
    public string? ErrorMessage { get; init; }

    /// <summary><c>payload.output.sentence</c>, on results.</summary>
    public Sentence? Sentence { get; init; }

    /// <summary><c>payload.usage</c>; only on finals.</summary>
    public Usage? Usage { get; init; }
}
