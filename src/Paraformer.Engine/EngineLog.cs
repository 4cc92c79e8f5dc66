using Microsoft.Extensions.Logging;

namespace Paraformer.Engine;

internal static partial class EngineLog
{
    [LoggerMessage(1001, LogLevel.Information, "Loaded pack {Pack} in {Milliseconds} ms")]
    public static partial void PackLoaded(ILogger logger, string pack, long milliseconds);

    [LoggerMessage(1002, LogLevel.Error, "A stream failed")]
    public static partial void StreamFailed(ILogger logger, Exception exception);

    [LoggerMessage(1003, LogLevel.Warning, "Language {Language} of {Model} is not served here: {Remedy}")]
    public static partial void LanguageNotServed(ILogger logger, string model, string language, string remedy);

    [LoggerMessage(1004, LogLevel.Information, "Pack {Pack} was replaced: new tasks use the new files")]
    public static partial void PackReloaded(ILogger logger, string pack);

    [LoggerMessage(1005, LogLevel.Error, "Pack {Pack} was replaced but does not work: tasks go on using the old files")]
    public static partial void PackNotReloaded(ILogger logger, string pack, Exception exception);
}
