namespace Paraformer.Server;

/// <summary>The server cannot start. The message is one line: what is wrong, where, and what to do.</summary>
public sealed class ServerStartException(string message, Exception? innerException = null) : Exception(message, innerException);
