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

    [LoggerMessage(1006, LogLevel.Information, "Loaded pack {Pack} for a list of hot words in {Milliseconds} ms")]
    public static partial void HotWordsLoaded(ILogger logger, string pack, long milliseconds);

    [LoggerMessage(1007, LogLevel.Warning, "Pack {Pack} cannot be loaded for a list of hot words: they have no effect in this stream")]
    public static partial void HotWordsNotLoaded(ILogger logger, string pack, Exception exception);

    [LoggerMessage(1008, LogLevel.Warning, "A list of hot words has no effect in this stream: it needs pack {Pack} loaded anew, and {Count} such lists are in use; EngineOptions.MaxHotWordModels allows more")]
    public static partial void HotWordsRefused(ILogger logger, string pack, int count);

    [LoggerMessage(1009, LogLevel.Information, "{Count} hot words have no effect: they hold words that pack {Pack} does not know")]
    public static partial void HotWordsUnknown(ILogger logger, string pack, int count);
}
