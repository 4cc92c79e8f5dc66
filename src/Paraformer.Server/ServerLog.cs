using Microsoft.Extensions.Logging;

namespace Paraformer.Server;

/// <summary>What the server logs: never keys, query strings or authorization headers.</summary>
internal static partial class ServerLog
{
    [LoggerMessage(1, LogLevel.Warning, "The protocol-only recogniser serves: results follow from the length of the audio, nothing is recognised. It is for load tests.")]
    public static partial void ProtocolOnly(ILogger logger);
}
