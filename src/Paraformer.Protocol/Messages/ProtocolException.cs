namespace Paraformer.Protocol;

/// <summary>A message that breaks the protocol. <see cref="Code"/> and the message are the ones to put on the wire.</summary>
public sealed class ProtocolException(string code, string message, string? taskId = null, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>The service's error code, see <see cref="ErrorCodes"/>.</summary>
    public string Code { get; } = code;

    /// <summary>The task that the message named, as far as it could be read.</summary>
    public string? TaskId { get; } = taskId;
}
