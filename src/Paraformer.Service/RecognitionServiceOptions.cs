using Paraformer.Service.Limits;

namespace Paraformer.Service;

/// <summary>Limits and times of the service. The defaults are those of the protocol where it has one.</summary>
public sealed record RecognitionServiceOptions
{
    /// <summary>A running task from whose client no frame comes for this long fails with <c>CLIENT_ERROR</c>. Default 23 s.</summary>
    public TimeSpan FrameTimeout { get; init; } = TimeSpan.FromSeconds(23);

    /// <summary>A connection without a task is closed after this long. Default 60 s.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// A task without <c>heartbeat</c> fails with <c>RequestTimeOut</c> when its audio has been silent for this long and as
    /// much time has passed on the clock. Default 60 s.
    /// </summary>
    public TimeSpan SilenceTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A task with <c>heartbeat</c> sends a heartbeat result each time its audio has been silent for this long. Default 10 s.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A peer that does not read for this long is dropped. Default 60 s.</summary>
    public TimeSpan SendTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a peer may take to answer a close before the connection is dropped. Default 5 s.</summary>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long running tasks may go on once the service stops, see <see cref="RecognitionService.BeginDrain"/>. Default 30 s.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Audio held for a task that has not started yet, in bytes. Default 10 MiB. Beyond it the connection is not read
    /// until the task has started: nothing is lost.
    /// </summary>
    public int MaxEarlyAudioBytes { get; init; } = 10 * 1024 * 1024;

    /// <summary>Tasks that one connection may carry, one after another. Default 10,000.</summary>
    public int MaxTasksPerConnection { get; init; } = 10_000;

    /// <summary>Length of a <c>task_id</c> in characters. Default 128; the SDKs send 32 or 36.</summary>
    public int MaxTaskIdLength { get; init; } = 128;

    /// <summary>The limits of each key, where the service is given no quota of its own.</summary>
    public SessionQuotaOptions Quota { get; init; } = new();

    /// <summary>Tasks that may run at the same time, of all keys together; further ones fail with <c>ModelServingError</c>. Default 4,096.</summary>
    public int MaxSessions { get; init; } = 4096;

    /// <summary>A task that runs for longer fails with <c>RequestTimeOut</c>. Default 24 h.</summary>
    public TimeSpan MaxTaskDuration { get; init; } = TimeSpan.FromHours(24);

    /// <summary>
    /// Audio seconds that a task may send per second in the long run, 1 to 10,000; faster audio is not refused: it is read as
    /// fast as this, so its sender waits. Default 20.
    /// </summary>
    public double MaxAudioSpeed { get; init; } = 20;

    /// <summary>How much audio <see cref="MaxAudioSpeed"/> leaves free at the start of a task. Default 10 minutes.</summary>
    public TimeSpan AudioBurst { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Text messages per second on one connection, twice as many at once; beyond that the connection fails with
    /// <c>Throttling.RateQuota</c>. Default 50; a task takes two.
    /// </summary>
    public int MaxTextMessagesPerSecond { get; init; } = 50;

    /// <summary>
    /// What all connections together may hold of early audio and unfinished messages, in bytes. Beyond it early audio waits in
    /// its connection and unfinished messages are refused. Default 256 MiB.
    /// </summary>
    public long MaxBufferedBytes { get; init; } = 256L * 1024 * 1024;

    /// <summary>A connection on which nothing was sent for this long gets a ping. It needs no answer. Default 30 s.</summary>
    public TimeSpan KeepAliveInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often the times above are checked. Default 1 s.</summary>
    public TimeSpan CheckInterval { get; init; } = TimeSpan.FromSeconds(1);

    internal void Validate()
    {
        RequirePositive(FrameTimeout, nameof(FrameTimeout));
        RequirePositive(IdleTimeout, nameof(IdleTimeout));
        RequirePositive(SilenceTimeout, nameof(SilenceTimeout));
        RequirePositive(HeartbeatInterval, nameof(HeartbeatInterval));
        RequirePositive(SendTimeout, nameof(SendTimeout));
        RequirePositive(CloseTimeout, nameof(CloseTimeout));
        RequirePositive(CheckInterval, nameof(CheckInterval));
        RequirePositive(MaxTaskDuration, nameof(MaxTaskDuration));
        RequirePositive(KeepAliveInterval, nameof(KeepAliveInterval));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Quota.MaxSessionsPerKey, "Quota.MaxSessionsPerKey");
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Quota.MaxSubmissionsPerSecond, "Quota.MaxSubmissionsPerSecond");
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxSessions, nameof(MaxSessions));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxTextMessagesPerSecond, nameof(MaxTextMessagesPerSecond));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxBufferedBytes, nameof(MaxBufferedBytes));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxAudioSpeed, 1, nameof(MaxAudioSpeed));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxAudioSpeed, 10_000, nameof(MaxAudioSpeed));
        ArgumentOutOfRangeException.ThrowIfLessThan(AudioBurst, TimeSpan.Zero, nameof(AudioBurst));
        ArgumentOutOfRangeException.ThrowIfLessThan(DrainTimeout, TimeSpan.Zero, nameof(DrainTimeout));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxEarlyAudioBytes, nameof(MaxEarlyAudioBytes));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxTasksPerConnection, nameof(MaxTasksPerConnection));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxTaskIdLength, nameof(MaxTaskIdLength));
    }

    private static void RequirePositive(TimeSpan value, string name) =>
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero, name);
}
