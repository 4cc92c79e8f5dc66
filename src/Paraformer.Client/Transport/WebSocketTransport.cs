using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Paraformer.Protocol;

namespace Paraformer.Client;

/// <summary>Connects over a WebSocket. Addresses, keys and headers come from <see cref="RecognitionClientOptions"/>.</summary>
public sealed class WebSocketTransport : IRecognitionTransport
{
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
        Endpoint = Endpoints.WebSocket(options, environment);
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
            throw ApiKeys.NotFound();
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

        foreach ((string name, string value) in RequestHeaders.Build(_options, key, _environment))
        {
            socket.SetRequestHeader(name, value);
        }
    }

    private bool HasAuthorization() =>
        _options.Headers?.Keys.Contains("Authorization", StringComparer.OrdinalIgnoreCase) == true
        || Endpoint.Query.Contains("api_key=", StringComparison.Ordinal);
}
