using Microsoft.Extensions.Configuration;
using Paraformer.Protocol;
using Paraformer.Server.State;
using Paraformer.Service;
using Paraformer.Service.Limits;

namespace Paraformer.Server;

/// <summary>Where the server listens, who may use it, and its limits.</summary>
public sealed record ServerOptions
{
    /// <summary>
    /// The address to listen on: an IP address, <c>localhost</c>, or <c>*</c> for all. Default <c>127.0.0.1</c>, which only
    /// this machine reaches; any other than a loopback address requires keys, in <see cref="ApiKeys"/> or <see cref="State"/>.
    /// </summary>
    public string Address { get; init; } = "127.0.0.1";

    /// <summary>The port to listen on, 0 to 65535; 0 takes a free one. Default 8765.</summary>
    public int Port { get; init; } = 8765;

    /// <summary>
    /// Keys that clients may use, beside those in <see cref="State"/>. Where there is no key at all the server is open, which only a
    /// loopback address allows. Default none.
    /// </summary>
    public IReadOnlyList<string> ApiKeys { get; init; } = [];

    /// <summary>
    /// Where keys, tokens, hot words, phrases and usage are kept; not disposed of with the server. Null, the default: in memory,
    /// until the server ends.
    /// </summary>
    public ServerState? State { get; init; }

    /// <summary>Hot-word lists that one account may have, all workspaces and models together. Default 10.</summary>
    public int MaxVocabulariesPerAccount { get; init; } = 10;

    /// <summary>Phrase lists that one account may have, all workspaces and models together. Default 100.</summary>
    public int MaxPhraseListsPerAccount { get; init; } = 100;

    /// <summary>
    /// Requests per second to the HTTP interfaces with one key, as many at once, on each server; further ones get 429. Default 50; the
    /// public service allows 10.
    /// </summary>
    public int MaxApiRequestsPerSecond { get; init; } = 50;

    /// <summary>
    /// Web origins (<c>https://app.example.com</c>, or <c>*</c> for all) whose pages may use the service, over WebSocket and over
    /// HTTP (CORS). Null, the default, means: without keys, pages of this machine (loopback origins) and of the server itself; with
    /// keys, any page over WebSocket, since it has to know a key, and pages of the server itself over HTTP. What is no browser
    /// sends no origin and is never refused for it.
    /// </summary>
    public IReadOnlyList<string>? AllowedOrigins { get; init; }

    /// <summary>
    /// Values of the <c>Host</c> header, without port, that are served (<c>*</c> for all). Null, the default, means: without keys
    /// loopback names and <see cref="Address"/> alone, so that a page cannot reach the service under a name of its own (DNS
    /// rebinding); with keys all.
    /// </summary>
    public IReadOnlyList<string>? AllowedHosts { get; init; }

    /// <summary>A certificate with its chain, PEM or PKCS#12, for TLS (<c>https://</c>, <c>wss://</c>). Null, the default: no TLS.</summary>
    public string? CertificatePath { get; init; }

    /// <summary>The private key of a PEM certificate, where it lies in another file.</summary>
    public string? CertificateKeyPath { get; init; }

    /// <summary>The password of the PKCS#12 file or of the private key; null where there is none.</summary>
    public string? CertificatePassword { get; init; }

    /// <summary>
    /// A section in the web server's own format, <c>Kestrel</c> in <c>appsettings.json</c>, with further endpoints and
    /// certificates; null for none. Its endpoints come beside <see cref="Address"/>, and are open to others only with keys.
    /// </summary>
    public IConfigurationSection? Kestrel { get; init; }

    /// <summary>Connections that may be open at the same time, idle ones included; further ones get 503. Default 10,000.</summary>
    public int MaxConnections { get; init; } = 10_000;

    /// <summary>
    /// Connections from one address at the same time; further ones get 429. Default 0, no limit: behind a proxy all come from its
    /// address.
    /// </summary>
    public int MaxConnectionsPerAddress { get; init; }

    /// <summary>How long a client may take over TLS, and again over a request's head. Default 10 s.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a connection may wait for its next HTTP request, the first included. Default 30 s.</summary>
    public TimeSpan HttpIdleTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest body of an HTTP request, in bytes. Default 256 KiB; a full hot-word list takes less than half of it.</summary>
    public int MaxHttpBodyBytes { get; init; } = 256 * 1024;

    /// <summary>All header lines of a request together, in bytes. Default 16 KiB.</summary>
    public int MaxHeaderBytes { get; init; } = 16 * 1024;

    /// <summary>Header lines of a request. Default 64.</summary>
    public int MaxHeaderCount { get; init; } = 64;

    /// <summary>The first line of a request, which holds its path and query, in bytes. Default 8 KiB.</summary>
    public int MaxRequestLineBytes { get; init; } = 8 * 1024;

    /// <summary>
    /// WebSocket frames of any kind per second on one connection, twice as many at once; a frame that comes in pieces counts for
    /// each. More are not refused: they are read as fast as this, so their sender waits. Default 2,000.
    /// </summary>
    public int MaxFramesPerSecond { get; init; } = 2000;

    /// <summary>The longest binary message, all its frames together, in bytes. Default 64 MiB; the SDKs send up to 64 KiB.</summary>
    public long MaxBinaryMessageBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>Limits and times of the tasks.</summary>
    public RecognitionServiceOptions Service { get; init; } = new();

    /// <summary>
    /// Counts what each key uses. Null, the default: with the limits of <see cref="RecognitionServiceOptions.Quota"/> and of the key
    /// itself, over all servers that share a PostgreSQL database, else in this process.
    /// </summary>
    public ISessionQuota? Quota { get; init; }

    /// <summary>Limits of a client's messages. The default for a text message is 256 KiB.</summary>
    public WebSocketConnectionOptions Messages { get; init; } = new() { MaxTextMessageBytes = 256 * 1024 };

    /// <summary>Who may read the metrics at <c>/metrics</c>; programs on this machine by default.</summary>
    public MetricsAccess Metrics { get; init; } = MetricsAccess.Loopback;

    /// <summary>
    /// Whether metrics and traces are sent over OTLP where the variable <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> says where to; by default they are.
    /// </summary>
    public bool ExportTelemetry { get; init; } = true;

    /// <summary>The clock; the system's by default.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
