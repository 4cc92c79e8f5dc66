namespace Paraformer.Server.State;

/// <summary>The state cannot be used. The message is one line: what is wrong, and what to do.</summary>
public sealed class StateException(string message, Exception? innerException = null) : Exception(message, innerException);
