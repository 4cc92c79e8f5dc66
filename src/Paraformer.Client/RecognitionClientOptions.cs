using System.Net;
using Microsoft.Extensions.Logging;

namespace Paraformer.Client;

/// <summary>How a <see cref="RecognitionClient"/> reaches the service.</summary>
public sealed record RecognitionClientOptions
{
    /// <summary>The service's address in mainland China.</summary>
    public static Uri DefaultEndpoint { get; } = new("wss://dashscope.aliyuncs.com/api-ws/v1/inference");

    /// <summary>
    /// The API key or a temporary token. Null looks, at each connection, at <see cref="ApiKeyProvider"/>, the environment variable
    /// <c>DASHSCOPE_API_KEY</c>, the file that <c>DASHSCOPE_API_KEY_FILE_PATH</c> names and <c>~/.dashscope/api_key</c>, in this
    /// order, with <see cref="DashScope.ApiKey"/> and <see cref="DashScope.ApiKeyFilePath"/> before the variable of the same meaning.
    /// An endpoint on this machine needs no key.
    /// </summary>
    public string? ApiKey { get; init; }

    /// <summary>Gives the API key for each connection, for example a temporary token.</summary>
    public Func<CancellationToken, ValueTask<string>>? ApiKeyProvider { get; init; }

    /// <summary>
    /// The service's WebSocket address. Null means the environment variable <c>DASHSCOPE_WEBSOCKET_BASE_URL</c> or
    /// <see cref="DefaultEndpoint"/>.
    /// </summary>
    public Uri? Endpoint { get; init; }

    /// <summary>The region whose addresses are used where <see cref="Endpoint"/> or <see cref="HttpEndpoint"/> is null; null for the default.</summary>
    public DashScopeRegion? Region { get; init; }

    /// <summary>
    /// The base address of the HTTP APIs (hot words, phrases, tokens). Null means the one beside <see cref="Endpoint"/>, else
    /// that of <see cref="Region"/>, else the environment variable <c>DASHSCOPE_HTTP_BASE_URL</c>, else
    /// <c>https://dashscope.aliyuncs.com/api/v1</c>.
    /// </summary>
    public Uri? HttpEndpoint { get; init; }

    /// <summary>The longest time that a request to an HTTP API may take; 30 s by default.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Whether the service inspects the content, sent as <c>X-DashScope-DataInspection: enable</c>. Null means only where the
    /// environment variable <c>DASHSCOPE_DISABLE_DATA_INSPECTION</c> is <c>false</c>.
    /// </summary>
    public bool? DataInspection { get; init; }

    /// <summary>The workspace, sent as <c>X-DashScope-WorkSpace</c>.</summary>
    public string? Workspace { get; init; }

    /// <summary>Further headers of the handshake; they win over this library's own.</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>Appended to this library's own <c>User-Agent</c>.</summary>
    public string? UserAgent { get; init; }

    /// <summary>The proxy; null means the environment's, and none for an endpoint on this machine.</summary>
    public IWebProxy? Proxy { get; init; }

    /// <summary>The longest time that opening a connection may take; 10 s by default.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest time from the request until the service starts the task; 30 s by default.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The longest silence of the service after the audio has ended and before the task has; 2 minutes by default.
    /// <see cref="Timeout.InfiniteTimeSpan"/> waits for ever.
    /// </summary>
    public TimeSpan FinishTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// The most audio, in bytes, that waits to be sent in each session before <see cref="RecognitionSession.SendAsync"/> waits;
    /// 1 MiB by default.
    /// </summary>
    public int SendQueueBytes { get; init; } = 1 << 20;

    /// <summary>What happens when a connection is lost in mid-task; <see cref="ReconnectPolicy.Default"/> by default.</summary>
    public ReconnectPolicy Reconnect { get; init; } = ReconnectPolicy.Default;

    /// <summary>
    /// How many connections may stay open between tasks to save the next ones the time of connecting; 8 by default, 0 opens one for each
    /// task. A connection that has died in the meantime is replaced without notice.
    /// </summary>
    public int MaxPooledConnections { get; init; } = 8;

    /// <summary>
    /// How long a connection stays open without a task; 50 s by default. The service closes it after 60 s.
    /// </summary>
    public TimeSpan PooledConnectionIdleTimeout { get; init; } = TimeSpan.FromSeconds(50);

    /// <summary>How often the service is pinged; 20 s by default. <see cref="Timeout.InfiniteTimeSpan"/> never pings.</summary>
    public TimeSpan KeepAliveInterval { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// How long the answer to a ping may take before the connection counts as lost; 2 minutes by default. The answer comes behind the
    /// audio that the service has not yet read, so a file that is sent at once needs long; for live audio 10 s will do.
    /// <see cref="Timeout.InfiniteTimeSpan"/> expects no answer.
    /// </summary>
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Replaces the WebSocket. The client owns it and disposes of it.</summary>
    public IRecognitionTransport? Transport { get; init; }

    /// <summary>Receives the client's log: ids, codes and delays, never audio, text or keys.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>The clock of pacing, timeouts and delays.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(SendQueueBytes);
        ArgumentOutOfRangeException.ThrowIfNegative(MaxPooledConnections);
        ArgumentNullException.ThrowIfNull(Reconnect);
        Reconnect.Validate();
        ThrowIfNotATimeout(PooledConnectionIdleTimeout, nameof(PooledConnectionIdleTimeout));
        ThrowIfNotATimeout(KeepAliveInterval, nameof(KeepAliveInterval));
        ThrowIfNotATimeout(KeepAliveTimeout, nameof(KeepAliveTimeout));
        ThrowIfNotATimeout(ConnectTimeout, nameof(ConnectTimeout));
        ThrowIfNotATimeout(StartTimeout, nameof(StartTimeout));
        ThrowIfNotATimeout(FinishTimeout, nameof(FinishTimeout));
        ThrowIfNotATimeout(RequestTimeout, nameof(RequestTimeout));
        ArgumentNullException.ThrowIfNull(TimeProvider);
    }

    private static void ThrowIfNotATimeout(TimeSpan value, string name)
    {
        if (value != Timeout.InfiniteTimeSpan && (value <= TimeSpan.Zero || value.TotalMilliseconds > int.MaxValue))
        {
            throw new ArgumentOutOfRangeException(name, value, "A timeout is positive and under 24 days, or Timeout.InfiniteTimeSpan.");
        }
    }

    private bool PrintMembers(System.Text.StringBuilder builder)
    {
        builder.Append("Endpoint = ").Append(Endpoint?.GetLeftPart(UriPartial.Path));
        return true;
    }
}
