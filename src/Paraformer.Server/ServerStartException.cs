namespace Paraformer.Server;

/// <summary>The server cannot start. The message is one line: what is wrong, where, and what to do.</summary>
public sealed class ServerStartException(string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>Whether the reason is that an address for other machines needs API keys and there are none.</summary>
    public bool LacksKeys { get; init; }
}
