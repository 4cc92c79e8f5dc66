using Microsoft.Extensions.Logging;

namespace Paraformer.Client;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Debug, "Recognition {RequestId} starts: model {Model}, format {Format}, {SampleRate} Hz")]
    public static partial void Starting(ILogger logger, string requestId, string model, string format, int sampleRate);

    [LoggerMessage(2, LogLevel.Information, "Recognition {RequestId} started")]
    public static partial void Started(ILogger logger, string requestId);

    [LoggerMessage(3, LogLevel.Information, "Recognition {RequestId} finished: first package delay {FirstPackageDelayMs} ms, last {LastPackageDelayMs} ms")]
    public static partial void Finished(ILogger logger, string requestId, double? firstPackageDelayMs, double? lastPackageDelayMs);

    [LoggerMessage(4, LogLevel.Warning, "Recognition {RequestId} failed: {Code}")]
    public static partial void Failed(ILogger logger, string requestId, string code);

    [LoggerMessage(5, LogLevel.Debug, "Recognition {RequestId}: an event of an unknown kind or of another task was ignored")]
    public static partial void EventIgnored(ILogger logger, string requestId);

    [LoggerMessage(6, LogLevel.Error, "Recognition {RequestId}: the callback {Callback} threw")]
    public static partial void CallbackFailed(ILogger logger, Exception exception, string requestId, string callback);

    [LoggerMessage(7, LogLevel.Warning, "The API key goes to {Host} without encryption: the endpoint is ws, not wss")]
    public static partial void KeyInTheClear(ILogger logger, string host);

    [LoggerMessage(20, LogLevel.Warning, "A request got no answer ({Code}); it is sent again after try {Try}")]
    public static partial void RequestRepeated(ILogger logger, string code, int @try);

    [LoggerMessage(8, LogLevel.Warning, "Recognition {RequestId}: the connection was lost ({Code}); attempt {Attempt} to go on follows")]
    public static partial void ConnectionLost(ILogger logger, string requestId, string code, int attempt);

    [LoggerMessage(9, LogLevel.Information, "Recognition {RequestId} goes on with a new task after {Attempts} attempts")]
    public static partial void Reconnected(ILogger logger, string requestId, int attempts);

    [LoggerMessage(10, LogLevel.Warning, "Recognition {RequestId}: the audio from {BeginTime} to {EndTime} ms was lost with the connection")]
    public static partial void AudioLost(ILogger logger, string requestId, long beginTime, long? endTime);

    [LoggerMessage(11, LogLevel.Debug, "Recognition {RequestId}: the pooled connection was dead; a new one is opened")]
    public static partial void StaleConnection(ILogger logger, string requestId);
}
