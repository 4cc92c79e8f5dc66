namespace Paraformer.Client;

/// <summary>Finds the addresses of the service, in the order of the service's own SDKs.</summary>
internal static class Endpoints
{
    private const string WebSocketVariable = "DASHSCOPE_WEBSOCKET_BASE_URL";
    private const string HttpVariable = "DASHSCOPE_HTTP_BASE_URL";
    private const string VersionVariable = "DASHSCOPE_API_VERSION";
    private const string DefaultVersion = "v1";

    /// <summary>The WebSocket address: the client's own, its region's, the process's, the environment's, the default.</summary>
    /// <exception cref="ArgumentException">It is not an absolute <c>ws</c> or <c>wss</c> address.</exception>
    public static Uri WebSocket(RecognitionClientOptions options, Func<string, string?> variable)
    {
        Uri endpoint = options.Endpoint
            ?? options.Region?.WebSocketEndpoint(version: Version(variable))
            ?? DashScope.BaseWebSocketApiUrl
            ?? Parse(WebSocketVariable, variable, RecognitionClientOptions.DefaultEndpoint)
            ?? DashScopeRegion.Beijing.WebSocketEndpoint(version: Version(variable));
        return endpoint.IsAbsoluteUri && endpoint.Scheme is "ws" or "wss"
            ? endpoint
            : throw new ArgumentException(
                $"The endpoint must be an absolute ws or wss address such as {RecognitionClientOptions.DefaultEndpoint}.", nameof(options));
    }

    /// <summary>
    /// The base of the HTTP APIs, with a final <c>/</c>: the client's own, the one beside its WebSocket address, its region's, the
    /// process's, the environment's, the default.
    /// </summary>
    /// <exception cref="ArgumentException">It is not an absolute <c>http</c> or <c>https</c> address.</exception>
    public static Uri Http(RecognitionClientOptions options, Func<string, string?> variable)
    {
        Uri example = DashScopeRegion.Beijing.HttpEndpoint();
        Uri endpoint = options.HttpEndpoint
            ?? (options.Endpoint is { } socket ? Beside(socket, Version(variable)) : null)
            ?? options.Region?.HttpEndpoint(version: Version(variable))
            ?? DashScope.BaseHttpApiUrl
            ?? Parse(HttpVariable, variable, example)
            ?? DashScopeRegion.Beijing.HttpEndpoint(version: Version(variable));
        return endpoint.IsAbsoluteUri && endpoint.Scheme is "http" or "https"
            ? new Uri(endpoint.GetLeftPart(UriPartial.Path).TrimEnd('/') + "/")
            : throw new ArgumentException($"The HTTP endpoint must be an absolute http or https address such as {example}.", nameof(options));
    }

    private static Uri Beside(Uri socket, string version)
    {
        if (!socket.IsAbsoluteUri || socket.Scheme is not ("ws" or "wss"))
        {
            throw new ArgumentException($"The endpoint must be an absolute ws or wss address such as {RecognitionClientOptions.DefaultEndpoint}.", nameof(socket));
        }

        return new UriBuilder(socket) { Scheme = socket.Scheme == "ws" ? "http" : "https", Path = $"/api/{version}", Query = "" }.Uri;
    }

    private static Uri? Parse(string name, Func<string, string?> variable, Uri example)
    {
        string? value = variable(name);
        if (string.IsNullOrWhiteSpace(value))
        {
            return null;
        }

        return Uri.TryCreate(value.Trim(), UriKind.Absolute, out Uri? endpoint)
            ? endpoint
            : throw new ArgumentException($"{name} is not an absolute address; it looks like {example}.");
    }

    private static string Version(Func<string, string?> variable) => variable(VersionVariable) is { Length: > 0 } version ? version.Trim() : DefaultVersion;
}
