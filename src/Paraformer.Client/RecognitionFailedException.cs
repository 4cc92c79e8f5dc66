namespace Paraformer.Client;

/// <summary>A recognition failed. The message says why.</summary>
/// <param name="code">See <see cref="Code"/>.</param>
/// <param name="message">What went wrong.</param>
/// <param name="statusCode">See <see cref="StatusCode"/>.</param>
/// <param name="requestId">See <see cref="RequestId"/>.</param>
/// <param name="innerException">The cause.</param>
public class RecognitionFailedException(
    string code, string message, int statusCode = RecognitionStatus.TaskFailed, string? requestId = null, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>The service's error code, see <see cref="Protocol.ErrorCodes"/>, or one of <see cref="ClientErrorCodes"/>.</summary>
    public string Code { get; } = code;

    /// <summary>An HTTP status for refused handshakes, or one of <see cref="RecognitionStatus"/>.</summary>
    public int StatusCode { get; } = statusCode;

    /// <summary>The task's id, the one to name when reporting the failure; null where the failure came before the task.</summary>
    public string? RequestId { get; internal set; } = requestId;
}

/// <summary>The service answered the WebSocket handshake with an HTTP error.</summary>
/// <param name="code">See <see cref="RecognitionFailedException.Code"/>.</param>
/// <param name="message">What went wrong.</param>
/// <param name="statusCode">The HTTP status of the answer.</param>
/// <param name="innerException">The cause.</param>
public sealed class HandshakeRefusedException(string code, string message, int statusCode, Exception? innerException = null)
    : RecognitionFailedException(code, message, statusCode, requestId: null, innerException);

/// <summary>The service could not be reached, fell silent, or the connection was lost before the task ended.</summary>
/// <param name="code">One of <see cref="ClientErrorCodes"/>.</param>
/// <param name="message">What went wrong.</param>
/// <param name="innerException">The cause.</param>
public sealed class RecognitionConnectionException(string code, string message, Exception? innerException = null)
    : RecognitionFailedException(code, message, RecognitionStatus.ClientError, requestId: null, innerException);

/// <summary>There is no API key and the endpoint needs one.</summary>
/// <param name="message">Where a key was looked for.</param>
/// <param name="innerException">The cause.</param>
public sealed class ApiKeyNotFoundException(string message, Exception? innerException = null)
    : InvalidOperationException(message, innerException);

/// <summary>A member was called in a state in which it cannot be.</summary>
/// <param name="message">Which state.</param>
public sealed class InvalidRecognitionStateException(string message) : InvalidOperationException(message);

/// <summary>Values of <see cref="RecognitionResult.StatusCode"/> that are not HTTP errors.</summary>
public static class RecognitionStatus
{
    /// <summary>Success.</summary>
    public const int Ok = 200;

    /// <summary>The service failed the task.</summary>
    public const int TaskFailed = 44;

    /// <summary>The failure was seen on this side: no connection, or a lost one.</summary>
    public const int ClientError = -1;
}

/// <summary>Codes of failures that are seen on this side.</summary>
public static class ClientErrorCodes
{
    /// <summary>The service could not be reached.</summary>
    public const string ConnectionFailed = "ClientConnectorError";

    /// <summary>The connection broke, or was closed, before the task ended.</summary>
    public const string ConnectionLost = "ConnectionLost";

    /// <summary>Audio was lost with a connection and could not be sent again.</summary>
    public const string AudioLost = "AudioLost";

    /// <summary>The service ended the task before the audio had ended.</summary>
    public const string EndedEarly = "EndedEarly";

    /// <summary>The service did not answer in time.</summary>
    public const string Timeout = "Timeout";

    /// <summary>The service sent a message that cannot be read.</summary>
    public const string MessageFormat = "MessageFormatError";

    /// <summary>The handshake was refused for a reason that has no code of its own.</summary>
    public const string HandshakeRefused = "HandshakeRefused";

    /// <summary>A fault of this side, for example of the audio source.</summary>
    public const string Unknown = "Unknown";
}
