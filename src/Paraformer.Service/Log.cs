using Microsoft.Extensions.Logging;

namespace Paraformer.Service;

/// <summary>What the service logs: ids, names and numbers, never text, audio or keys.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Task {TaskId} started: model {Model}, format {Format}, {SampleRate} Hz, packs {Packs}.")]
    public static partial void TaskStarted(ILogger logger, string taskId, string model, string format, int sampleRate, string packs);

    [LoggerMessage(2, LogLevel.Information, "Task {TaskId} finished: {AudioMs} ms of audio, {Sentences} sentences.")]
    public static partial void TaskFinished(ILogger logger, string taskId, long audioMs, int sentences);

    [LoggerMessage(3, LogLevel.Warning, "Task {TaskId} failed: {Code}.")]
    public static partial void TaskFailed(ILogger logger, string taskId, string code);

    [LoggerMessage(4, LogLevel.Information, "Task {TaskId} ended: ClientDisconnect, the client disconnected before the task finished.")]
    public static partial void ClientDisconnect(ILogger logger, string taskId);

    [LoggerMessage(5, LogLevel.Error, "Task {TaskId} met an unexpected error.")]
    public static partial void UnexpectedTaskError(ILogger logger, string taskId, Exception exception);

    [LoggerMessage(6, LogLevel.Warning, "A message was rejected: {Code}.")]
    public static partial void MessageRejected(ILogger logger, string code);

    [LoggerMessage(7, LogLevel.Debug, "The connection was lost: {Reason}")]
    public static partial void ConnectionLost(ILogger logger, string reason);

    [LoggerMessage(8, LogLevel.Warning, "The connection was dropped: the peer did not read for {Timeout}.")]
    public static partial void PeerDoesNotRead(ILogger logger, TimeSpan timeout);

    [LoggerMessage(9, LogLevel.Error, "A connection met an unexpected error.")]
    public static partial void UnexpectedConnectionError(ILogger logger, Exception exception);

    [LoggerMessage(10, LogLevel.Debug, "Task {TaskId} had already ended when the engine reported an error.")]
    public static partial void ErrorAfterEnd(ILogger logger, string taskId, Exception exception);

    /// <summary>A client's string without what would break a line or drive a terminal.</summary>
    public static string Clean(string value) =>
        value.AsSpan().IndexOfAnyInRange('\0', '\u001f') < 0 && value.AsSpan().IndexOfAnyInRange('\u007f', '\u009f') < 0 && value.AsSpan().IndexOfAny('\u2028', '\u2029') < 0
            ? value
            : string.Create(value.Length, value, static (clean, dirty) =>
            {
                for (int i = 0; i < clean.Length; i++)
                {
                    clean[i] = char.IsControl(dirty[i]) || dirty[i] is '\u2028' or '\u2029' ? '\ufffd' : dirty[i];
                }
            });
}
