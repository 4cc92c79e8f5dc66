using System.Net;
using Microsoft.AspNetCore.Http;
using Paraformer.Protocol;
using Paraformer.Server.Endpoints;

namespace Paraformer.Server.Hosting;

/// <summary>
/// Decides by <c>Host</c> and <c>Origin</c> whether a request may come from where it comes, and answers preflight requests. It protects
/// the users' browsers: an open server on a loopback address must not be reachable for every page that a user visits.
/// </summary>
internal sealed class RequestOrigin
{
    private const string Any = "*";
    private static readonly string[] s_loopbackNames = ["localhost"];

    private readonly Func<bool> _isOpen;
    private readonly string _address;
    private readonly HashSet<string>? _hosts;
    private readonly HashSet<string>? _origins;

    /// <exception cref="ServerStartException">An entry is not an origin.</exception>
    public RequestOrigin(ServerOptions options, Func<bool> isOpen)
    {
        _isOpen = isOpen;
        _address = options.Address;
        _hosts = options.AllowedHosts is { } hosts ? new HashSet<string>(hosts, StringComparer.OrdinalIgnoreCase) : null;
        _origins = options.AllowedOrigins is { } origins ? new HashSet<string>(origins.Select(Check), StringComparer.OrdinalIgnoreCase) : null;
    }

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        HttpRequest request = context.Request;
        if (!IsHostAllowed(request.Host.Host))
        {
            return RefuseAsync(context, "The service is not served under this host name; its operator can allow it (AllowedHosts).");
        }

        string origin = request.Headers.Origin.ToString();
        if (origin.Length == 0)
        {
            return next(context);
        }

        bool isSocket = request.Headers.Upgrade.Count > 0;
        if (!IsOriginAllowed(origin, request, isSocket))
        {
            return RefuseAsync(context, "The service is not open to pages of this origin; its operator can allow it (AllowedOrigins).");
        }

        IHeaderDictionary answer = context.Response.Headers;
        answer.AccessControlAllowOrigin = origin;
        answer.Vary = "Origin";
        if (!HttpMethods.IsOptions(request.Method) || request.Headers.AccessControlRequestMethod.Count == 0)
        {
            return next(context);
        }

        answer.AccessControlAllowMethods = "GET, POST, DELETE";
        answer.AccessControlAllowHeaders = "Authorization, Content-Type, X-DashScope-WorkSpace, X-DashScope-DataInspection";
        answer.AccessControlMaxAge = "600";
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private bool IsHostAllowed(string host) => _hosts is null
        ? !_isOpen() || IsLoopback(host) || string.Equals(host, _address, StringComparison.OrdinalIgnoreCase)
        : _hosts.Contains(Any) || _hosts.Contains(host);

    private bool IsOriginAllowed(string origin, HttpRequest request, bool isSocket)
    {
        bool isUri = Uri.TryCreate(origin, UriKind.Absolute, out Uri? uri);
        if (isUri && string.Equals(uri!.Authority, request.Host.ToUriComponent(), StringComparison.OrdinalIgnoreCase) && uri.Scheme == request.Scheme)
        {
            return true;
        }

        return _origins is null
            ? (_isOpen() ? isUri && IsLoopback(uri!.Host) : isSocket)
            : _origins.Contains(Any) || _origins.Contains(origin);
    }

    private static bool IsLoopback(string host) =>
        s_loopbackNames.Contains(host, StringComparer.OrdinalIgnoreCase)
        || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out IPAddress? ip) && IPAddress.IsLoopback(ip));

    private static string Check(string origin)
    {
        bool isOrigin = origin is Any or "null"
            || (Uri.TryCreate(origin, UriKind.Absolute, out Uri? uri) && uri.Host.Length > 0 && origin.EndsWith(uri.Authority, StringComparison.OrdinalIgnoreCase));
        return isOrigin ? origin : throw new ServerStartException($"'{origin}' is not an origin: give scheme, host and port, such as https://app.example.com, or * for all.");
    }

    private static Task RefuseAsync(HttpContext context, string message) =>
        HttpErrors.WriteAsync(context, StatusCodes.Status403Forbidden, ErrorCodes.AccessDenied, message);
}
