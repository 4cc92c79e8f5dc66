using Microsoft.Extensions.Logging;

namespace Paraformer.Server.State;

/// <summary>What the state says.</summary>
internal static partial class StateLog
{
    [LoggerMessage(1, LogLevel.Warning, "This server could not say to the database that it lives; its sessions stop counting if that lasts.")]
    public static partial void RenewalFailed(ILogger logger, Exception exception);

    [LoggerMessage(2, LogLevel.Warning, "The end of a session could not be written to the database; it will be tried again.")]
    public static partial void ReleaseFailed(ILogger logger, Exception exception);

    [LoggerMessage(3, LogLevel.Debug, "This server says no longer to the database that it lives.")]
    public static partial void RenewalEnded(ILogger logger);

    [LoggerMessage(4, LogLevel.Warning, "The usage of a task could not be written to the database: {Seconds} s of {Model} by {KeyId}.")]
    public static partial void UsageFailed(ILogger logger, string keyId, string model, long seconds, Exception exception);

    [LoggerMessage(5, LogLevel.Error, "A request to {Path} failed.")]
    public static partial void RequestFailed(ILogger logger, string path, Exception exception);
}
