namespace Paraformer.Client;

/// <summary>A request to one of the service's HTTP APIs failed. The message says why.</summary>
/// <param name="message">What went wrong.</param>
/// <param name="code">See <see cref="Code"/>.</param>
/// <param name="statusCode">See <see cref="StatusCode"/>.</param>
/// <param name="requestId">See <see cref="RequestId"/>.</param>
/// <param name="innerException">The cause.</param>
public class DashScopeRequestException(string message, string code, int statusCode, string? requestId = null, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>The service's error code, see <see cref="Protocol.ErrorCodes"/>, or one of <see cref="ClientErrorCodes"/>.</summary>
    public string Code { get; } = code;

    /// <summary>The HTTP status; <see cref="RecognitionStatus.ClientError"/> where no answer came.</summary>
    public int StatusCode { get; } = statusCode;

    /// <summary>The request's id, the one to name when reporting the failure; null where the service sent none.</summary>
    public string? RequestId { get; } = requestId;
}
