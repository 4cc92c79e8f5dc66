using System.Net.Http.Headers;
using System.Security.Authentication;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Paraformer.Client;

/// <summary>
/// Requests to the service's HTTP APIs, with the addresses, keys, headers and proxy of a client. A request that got no answer is
/// sent again, where sending it twice does no harm. Thread-safe.
/// </summary>
internal sealed class ApiClient : IDisposable
{
    /// <summary>How often a request is sent at most.</summary>
    public const int MaxTries = 3;

    private const int MaxAnswerBytes = 8 * 1024 * 1024;
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private readonly RecognitionClientOptions _options;
    private readonly ClientEnvironment _environment;
    private readonly HttpClient _http;
    private readonly ILogger _logger;

    public ApiClient(RecognitionClientOptions options, ClientEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
        _environment = environment;
        _logger = (options.LoggerFactory ?? NullLoggerFactory.Instance).CreateLogger<ApiClient>();
        Endpoint = Endpoints.Http(options, environment.Variable);
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            ConnectTimeout = options.ConnectTimeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            Proxy = options.Proxy,
            UseProxy = options.Proxy is not null || !Endpoint.IsLoopback,
        };
        _http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = MaxAnswerBytes };
    }

    /// <summary>Base of the APIs, with a final <c>/</c>.</summary>
    public Uri Endpoint { get; }

    /// <summary>Sends a request and reads its answer, whatever its status.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">Path and query below <see cref="Endpoint"/>.</param>
    /// <param name="json">The body; null for none.</param>
    /// <param name="repeatable">Whether the request may be sent again when it is not known to have been received.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <exception cref="ApiKeyNotFoundException">The endpoint is on another machine and there is no key.</exception>
    /// <exception cref="DashScopeRequestException">No answer came.</exception>
    public async Task<ApiAnswer> SendAsync(HttpMethod method, string path, byte[]? json, bool repeatable, CancellationToken cancellationToken)
    {
        string? key = await ApiKeys.ResolveAsync(_options, _environment.Variable, _environment.Home, cancellationToken).ConfigureAwait(false);
        if (key is null && !Endpoint.IsLoopback)
        {
            throw ApiKeys.NotFound();
        }

        if (key is not null && Endpoint.Scheme == Uri.UriSchemeHttp && !Endpoint.IsLoopback)
        {
            Log.KeyInTheClear(_logger, Endpoint.Host);
        }

        for (int tries = 1; ; tries++)
        {
            try
            {
                return await SendOnceAsync(method, path, json, key, cancellationToken).ConfigureAwait(false);
            }
            catch (DashScopeRequestException e) when (tries < MaxTries && (repeatable || NeverArrived(e)) && !cancellationToken.IsCancellationRequested)
            {
                Log.RequestRepeated(_logger, e.Code, tries);
                await Task.Delay(s_pause * tries, _options.TimeProvider, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public void Dispose() => _http.Dispose();

    private static bool NeverArrived(DashScopeRequestException e) =>
        e.InnerException is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError };

    private async Task<ApiAnswer> SendOnceAsync(HttpMethod method, string path, byte[]? json, string? key, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri(Endpoint, path));
        foreach ((string name, string value) in RequestHeaders.Build(_options, key, _environment.Variable))
        {
            request.Headers.Remove(name);
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (json is not null)
        {
            request.Content = new ByteArrayContent(json) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        }

        using var timeout = new CancellationTokenSource(_options.RequestTimeout, _options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            using HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseContentRead, either.Token).ConfigureAwait(false);
            byte[] body = await response.Content.ReadAsByteArrayAsync(either.Token).ConfigureAwait(false);
            return ApiAnswer.Read((int)response.StatusCode, response.ReasonPhrase, body);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (Exception e) when (timeout.IsCancellationRequested)
        {
            throw new DashScopeRequestException(
                $"No answer from {Endpoint.Authority} within {_options.RequestTimeout.TotalSeconds:0.###} s.", ClientErrorCodes.Timeout, RecognitionStatus.ClientError, null, e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or AuthenticationException)
        {
            throw new DashScopeRequestException(
                $"Cannot reach {Endpoint.Authority}: {e.GetBaseException().Message}", ClientErrorCodes.ConnectionFailed, RecognitionStatus.ClientError, null, e);
        }
    }
}
