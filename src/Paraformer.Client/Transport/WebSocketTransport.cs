using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Paraformer.Protocol;

namespace Paraformer.Client;

/// <summary>Connects over a WebSocket. Addresses, keys and headers come from <see cref="RecognitionClientOptions"/>.</summary>
public sealed class WebSocketTransport : IRecognitionTransport
{
    private const string EndpointVariable = "DASHSCOPE_WEBSOCKET_BASE_URL";

    private readonly RecognitionClientOptions _options;
    private readonly Func<string, string?> _environment;
    private readonly string _home;
    private readonly ILogger _logger;

    /// <summary>Makes a transport. Nothing is connected yet.</summary>
    /// <exception cref="ArgumentException">The endpoint is not an absolute <c>ws</c> or <c>wss</c> address.</exception>
    public WebSocketTransport(RecognitionClientOptions options)
        : this(options, Environment.GetEnvironmentVariable, Environment.GetFolderPath(Environment.SpecialFolder.UserProfile))
    {
    }

    internal WebSocketTransport(RecognitionClientOptions options, Func<string, string?> environment, string home)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
        _environment = environment;
        _home = home;
        _logger = (options.LoggerFactory ?? NullLoggerFactory.Instance).CreateLogger<WebSocketTransport>();
        Endpoint = ResolveEndpoint(options.Endpoint, environment(EndpointVariable));
    }

    /// <summary>The address that is connected to.</summary>
    public Uri Endpoint { get; }

    /// <inheritdoc/>
    /// <exception cref="ApiKeyNotFoundException">The endpoint is on another machine and there is no key.</exception>
    public async ValueTask<IMessageConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        string? key = await ApiKeys.ResolveAsync(_options, _environment, _home, cancellationToken).ConfigureAwait(false);
        if (key is null && !Endpoint.IsLoopback && !HasAuthorization())
        {
            throw new ApiKeyNotFoundException(
                "There is no API key. Set RecognitionClientOptions.ApiKey, or DASHSCOPE_API_KEY, or DASHSCOPE_API_KEY_FILE_PATH, or write it to ~/.dashscope/api_key.");
        }

        if (key is not null && Endpoint.Scheme == Uri.UriSchemeWs && !Endpoint.IsLoopback)
        {
            Log.KeyInTheClear(_logger, Endpoint.Host);
        }

        var socket = new ClientWebSocket();
        try
        {
            Configure(socket.Options, key);
            await ConnectAsync(socket, cancellationToken).ConfigureAwait(false);
            return new WebSocketMessageConnection(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Does nothing: every connection belongs to whoever asked for it.</summary>
    public ValueTask DisposeAsync() => default;

    internal static Uri ResolveEndpoint(Uri? explicitEndpoint, string? variable)
    {
        Uri? endpoint = explicitEndpoint;
        if (endpoint is null && !string.IsNullOrWhiteSpace(variable) && !Uri.TryCreate(variable.Trim(), UriKind.Absolute, out endpoint))
        {
            throw new ArgumentException($"{EndpointVariable} is not an absolute address; it looks like {RecognitionClientOptions.DefaultEndpoint}.");
        }

        endpoint ??= RecognitionClientOptions.DefaultEndpoint;
        if (!endpoint.IsAbsoluteUri || (endpoint.Scheme != Uri.UriSchemeWs && endpoint.Scheme != Uri.UriSchemeWss))
        {
            throw new ArgumentException(
                $"The endpoint must be an absolute ws or wss address such as {RecognitionClientOptions.DefaultEndpoint}.", nameof(explicitEndpoint));
        }

        return endpoint;
    }

    private async Task ConnectAsync(ClientWebSocket socket, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(_options.ConnectTimeout, _options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await socket.ConnectAsync(Endpoint, either.Token).ConfigureAwait(false);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (Exception e) when (timeout.IsCancellationRequested)
        {
            throw new RecognitionConnectionException(
                ClientErrorCodes.Timeout, $"No connection to {Endpoint.Authority} within {_options.ConnectTimeout.TotalSeconds:0.###} s.", e);
        }
        catch (WebSocketException e) when (socket.HttpStatusCode is not (0 or HttpStatusCode.SwitchingProtocols))
        {
            throw Refused(socket.HttpStatusCode, e);
        }
        catch (Exception e) when (e is WebSocketException or HttpRequestException or SocketException or IOException)
        {
            throw new RecognitionConnectionException(
                ClientErrorCodes.ConnectionFailed, $"Cannot connect to {Endpoint.Authority}: {e.GetBaseException().Message}", e);
        }
    }

    private static HandshakeRefusedException Refused(HttpStatusCode status, Exception cause)
    {
        (string code, string message) = status switch
        {
            HttpStatusCode.Unauthorized => (ErrorCodes.InvalidApiKey, "Unauthorized, your api-key is invalid!"),
            HttpStatusCode.Forbidden => ("AccessDenied", "Unauthorized, your api-key is invalid or has no access!"),
            HttpStatusCode.TooManyRequests => (ErrorCodes.ThrottlingRateQuota, "Requests rate limit exceeded, please try again later."),
            HttpStatusCode.ServiceUnavailable => (ErrorCodes.ModelServingError, "The service is temporarily unavailable, please try again later."),
            _ => (ClientErrorCodes.HandshakeRefused, $"The service refused the connection: {status}."),
        };
        return new HandshakeRefusedException(code, $"{message} (HTTP status {(int)status})", (int)status, cause);
    }

    private void Configure(ClientWebSocketOptions socket, string? key)
    {
        socket.CollectHttpResponseDetails = true;
        socket.KeepAliveInterval = _options.KeepAliveInterval;
        socket.KeepAliveTimeout = _options.KeepAliveTimeout;
        if (_options.Proxy is { } proxy)
        {
            socket.Proxy = proxy;
        }
        else if (Endpoint.IsLoopback)
        {
            socket.Proxy = null;
        }

        if (key is not null)
        {
            socket.SetRequestHeader("Authorization", $"Bearer {key}");
        }

        socket.SetRequestHeader("User-Agent", UserAgent());
        if (!string.IsNullOrEmpty(_options.Workspace))
        {
            socket.SetRequestHeader("X-DashScope-WorkSpace", _options.Workspace);
        }

        foreach ((string name, string value) in _options.Headers ?? new Dictionary<string, string>())
        {
            socket.SetRequestHeader(name, value);
        }
    }

    private bool HasAuthorization() =>
        _options.Headers?.Keys.Contains("Authorization", StringComparer.OrdinalIgnoreCase) == true
        || Endpoint.Query.Contains("api_key=", StringComparison.Ordinal);

    private string UserAgent()
    {
        string version = typeof(WebSocketTransport).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";
        string own = $"paraformer-net/{version}; dotnet/{Environment.Version}; platform/{RuntimeInformation.RuntimeIdentifier}";
        return string.IsNullOrEmpty(_options.UserAgent) ? own : $"{own}; {_options.UserAgent}";
    }
}
