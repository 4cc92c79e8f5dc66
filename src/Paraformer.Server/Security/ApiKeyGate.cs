using System.Data.Common;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;
using Paraformer.Server.Endpoints;
using Paraformer.Server.State;
using Paraformer.Service;

namespace Paraformer.Server.Security;

/// <summary>
/// Lets requests with a good key or token through, and gives them their <see cref="ServiceCaller"/>. A key comes as
/// <c>Authorization: Bearer k</c>, with any case of the scheme, as <c>Authorization: k</c>, or, from browsers, as <c>?api_key=k</c>.
/// Failures of the handlers are answered here too.
/// </summary>
internal sealed class ApiKeyGate(CallerRegistry callers, ServiceMetrics metrics, ILogger logger)
{
    private const string Scheme = "Bearer ";

    /// <summary>Guards a handler.</summary>
    public RequestDelegate Guard(RequestDelegate handler) => async context =>
    {
        try
        {
            HttpRequest request = context.Request;
            ServiceCaller caller = await callers.ResolveAsync(ReadKey(request), request.Headers["X-DashScope-WorkSpace"].ToString().Trim(), context.RequestAborted);
            context.Features.Set(caller);
            await handler(context);
        }
        catch (ApiException e) when (!context.Response.HasStarted)
        {
            if (e.Limit is { } limit)
            {
                metrics.Refused(limit);
            }

            await HttpErrors.WriteAsync(context, e);
        }
        catch (DbException e) when (!context.Response.HasStarted)
        {
            StateLog.RequestFailed(logger, context.Request.Path, e);
            await HttpErrors.WriteAsync(context, ApiException.Internal);
        }
    };

    private static string ReadKey(HttpRequest request)
    {
        StringValues authorization = request.Headers.Authorization;
        if (StringValues.IsNullOrEmpty(authorization))
        {
            return request.Query["api_key"].ToString();
        }

        string value = authorization.ToString().Trim();
        return value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? value[Scheme.Length..].Trim() : value;
    }
}
