using Microsoft.AspNetCore.Http;

namespace Paraformer.Server.Endpoints;

/// <summary>The body of a failed HTTP request.</summary>
/// <param name="Code">One of the service's error codes.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="RequestId">A dashed UUID.</param>
internal sealed record HttpError(string Code, string Message, string RequestId);

/// <summary>Writes failures.</summary>
internal static class HttpErrors
{
    public static Task WriteAsync(HttpContext context, ApiException failure) => WriteAsync(context, failure.Status, failure.Code, failure.Message);

    public static Task WriteAsync(HttpContext context, int status, string code, string message)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(
            new HttpError(code, message, Guid.NewGuid().ToString()), ServerJson.Default.HttpError, cancellationToken: context.RequestAborted);
    }
}
