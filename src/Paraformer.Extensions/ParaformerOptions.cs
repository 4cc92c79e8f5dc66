using Paraformer.Client;

namespace Paraformer.Extensions;

/// <summary>
/// How a client of the service is made from configuration. What is null takes the defaults of <see cref="RecognitionClientOptions"/>,
/// the environment variables of the service's SDKs included.
/// </summary>
public sealed class ParaformerOptions
{
    /// <summary>The WebSocket address of the service, <c>ws</c> or <c>wss</c>.</summary>
    public Uri? Endpoint { get; set; }

    /// <summary>The base address of the HTTP APIs, <c>http</c> or <c>https</c>; null means the one beside <see cref="Endpoint"/>.</summary>
    public Uri? HttpEndpoint { get; set; }

    /// <summary>The region, such as <c>cn-beijing</c>, where no address is given.</summary>
    public string? Region { get; set; }

    /// <summary>The API key. Better kept in a secret store than in a file of settings.</summary>
    public string? ApiKey { get; set; }

    /// <summary>The workspace.</summary>
    public string? Workspace { get; set; }

    /// <summary>Appended to the <c>User-Agent</c>.</summary>
    public string? UserAgent { get; set; }

    /// <summary>Whether the service inspects the content.</summary>
    public bool? DataInspection { get; set; }

    /// <summary>The longest time that opening a connection may take; 10 s by default.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest time from the request until the service starts the task; 30 s by default.</summary>
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest silence of the service after the audio has ended; 2 minutes by default.</summary>
    public TimeSpan FinishTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>The longest time that a request to an HTTP API may take; 30 s by default.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The model of the <c>ISpeechToTextClient</c>; <c>paraformer-realtime-v2</c> by default.</summary>
    public string Model { get; set; } = "paraformer-realtime-v2";

    /// <summary>The languages that the <c>ISpeechToTextClient</c> expects where its caller names none; empty for the service's default.</summary>
    public IList<string> LanguageHints { get; } = [];

    /// <summary>Replaces the WebSocket, for example by the engine in this process. Not from configuration.</summary>
    public Func<IServiceProvider, IRecognitionTransport>? TransportFactory { get; set; }

    /// <summary>Changes what the client gets, last: for proxies, headers, key providers and whatever else has no property here.</summary>
    public Func<IServiceProvider, RecognitionClientOptions, RecognitionClientOptions>? Customize { get; set; }
}
