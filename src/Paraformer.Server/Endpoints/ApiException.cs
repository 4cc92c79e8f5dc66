using Microsoft.AspNetCore.Http;
using Paraformer.Protocol;
using Paraformer.Service.Limits;

namespace Paraformer.Server.Endpoints;

/// <summary>Why an HTTP request fails, as it goes on the wire.</summary>
internal sealed class ApiException(int status, string code, string message, string? limit = null) : Exception(message)
{
    /// <summary>The limit that refused it, one of <see cref="LimitNames"/>; null where none did.</summary>
    public string? Limit { get; } = limit;

    public int Status { get; } = status;

    public string Code { get; } = code;

    public static ApiException InvalidKey => new(StatusCodes.Status401Unauthorized, ErrorCodes.InvalidApiKey, "Invalid API-key provided.");

    public static ApiException NotAuthorized => new(
        StatusCodes.Status401Unauthorized,
        ErrorCodes.NotAuthorized,
        "Access denied: Either you are not authorized to access this workspace, or the workspace does not exist. Please verify the workspace and your access to it.");

    public static ApiException UnknownWorkspace => new(StatusCodes.Status404NotFound, ErrorCodes.WorkspaceNotFound, "WorkSpace can not be found.");

    public static ApiException UnknownResource => new(StatusCodes.Status400BadRequest, ErrorCodes.ResourceNotExist, "The Required resource not exist.");


    public static ApiException RateExceeded => new(
        StatusCodes.Status429TooManyRequests, ErrorCodes.ThrottlingRateQuota, "Requests rate limit exceeded, please try again later.", LimitNames.ApiRequests);

    public static ApiException UnknownModel => new(StatusCodes.Status404NotFound, ErrorCodes.ModelNotFound, "Model can not be found.");

    public static ApiException Internal => new(
        StatusCodes.Status500InternalServerError, ErrorCodes.InternalError, "An internal error has occured, please try again later or contact service support.");

    /// <summary>An account has as many lists as it may have.</summary>
    public static ApiException QuotaExceeded(string limit) =>
        new(StatusCodes.Status400BadRequest, ErrorCodes.ThrottlingAllocationQuota, "Free allocated quota exceeded.", limit);

    public static ApiException TooLarge(long maxBytes) => new(
        StatusCodes.Status413PayloadTooLarge, ErrorCodes.InvalidParameter, $"The body is larger than {maxBytes} bytes.", LimitNames.HttpBody);

    public static ApiException Denied(string message) => new(StatusCodes.Status403Forbidden, ErrorCodes.AccessDenied, message);

    public static ApiException Invalid(string message) => new(StatusCodes.Status400BadRequest, ErrorCodes.InvalidParameter, message);

    public static ApiException Missing(string path) => Invalid($"Missing required parameter '{path}'! Please follow the protocol!");
}
