using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Paraformer.Server.Limits;

namespace Paraformer.Server.Hosting;

/// <summary>Sets up the web server: where it listens, TLS, and the limits of what comes before the protocol.</summary>
internal sealed class KestrelSetup
{
    private const int MinBufferBytes = 32 * 1024;

    private readonly ServerOptions _options;
    private readonly ListenAddress _listening;
    private readonly X509Certificate2? _certificate;

    private KestrelSetup(ServerOptions options, ListenAddress listening, X509Certificate2? certificate)
    {
        _options = options;
        _listening = listening;
        _certificate = certificate;
    }

    /// <exception cref="ServerStartException">A limit is not positive, the certificate cannot be used, or an open server would get further endpoints.</exception>
    public static KestrelSetup Create(ServerOptions options, ListenAddress listening)
    {
        RequireService(options);
        Require(options.MaxApiRequestsPerSecond, nameof(options.MaxApiRequestsPerSecond));
        Require(options.MaxVocabulariesPerAccount, nameof(options.MaxVocabulariesPerAccount));
        Require(options.MaxPhraseListsPerAccount, nameof(options.MaxPhraseListsPerAccount));
        Require(options.MaxConnections, nameof(options.MaxConnections));
        Require(options.MaxConnectionsPerAddress + 1L, nameof(options.MaxConnectionsPerAddress));
        Require(options.HandshakeTimeout.Ticks, nameof(options.HandshakeTimeout));
        Require(options.HttpIdleTimeout.Ticks, nameof(options.HttpIdleTimeout));
        Require(options.MaxHttpBodyBytes, nameof(options.MaxHttpBodyBytes));
        Require(options.MaxHeaderBytes, nameof(options.MaxHeaderBytes));
        Require(options.MaxHeaderCount, nameof(options.MaxHeaderCount));
        Require(options.MaxRequestLineBytes, nameof(options.MaxRequestLineBytes));
        Require(options.MaxFramesPerSecond, nameof(options.MaxFramesPerSecond));
        Require(options.MaxBinaryMessageBytes, nameof(options.MaxBinaryMessageBytes));
        Require(options.Messages.MaxTextMessageBytes, nameof(options.Messages.MaxTextMessageBytes));
        Require(options.Messages.ReceiveBufferBytes, nameof(options.Messages.ReceiveBufferBytes));
        Require(options.Messages.CloseTimeout.Ticks, nameof(options.Messages.CloseTimeout));
        if (options.ApiKeys.Count == 0 && options.State is null && options.Kestrel?.GetSection("Endpoints").GetChildren().Any() == true)
        {
            throw new ServerStartException("Further endpoints (Kestrel:Endpoints) need API keys: without keys only a loopback address is served.");
        }

        return new KestrelSetup(options, listening, Tls.Load(options));
    }

    public void Apply(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        KestrelServerLimits limits = kestrel.Limits;
        limits.MaxRequestBodySize = _options.MaxHttpBodyBytes;
        limits.MaxRequestHeadersTotalSize = _options.MaxHeaderBytes;
        limits.MaxRequestHeaderCount = _options.MaxHeaderCount;
        limits.MaxRequestLineSize = _options.MaxRequestLineBytes;
        limits.RequestHeadersTimeout = _options.HandshakeTimeout;
        limits.KeepAliveTimeout = _options.HttpIdleTimeout;

        // What lies in a connection that is not read, because its audio is ahead or the engine full, stays small.
        limits.MaxRequestBufferSize = Math.Max(MinBufferBytes, Math.Max(_options.MaxHeaderBytes, _options.MaxRequestLineBytes));
        kestrel.ConfigureHttpsDefaults(https => https.HandshakeTimeout = _options.HandshakeTimeout);
        var limiter = kestrel.ApplicationServices.GetRequiredService<ConnectionLimiter>();
        kestrel.ConfigureEndpointDefaults(endpoint =>
        {
            endpoint.Protocols = HttpProtocols.Http1;
            endpoint.Use(next => connection => limiter.RunAsync(connection, next));
        });
        if (_options.Kestrel is { } section)
        {
            kestrel.Configure(section);
        }

        _listening.Apply(kestrel, endpoint =>
        {
            if (_certificate is not null)
            {
                endpoint.UseHttps(_certificate);
            }
        });
    }

    private static void RequireService(ServerOptions options)
    {
        try
        {
            options.Service.Validate();
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new ServerStartException($"Service.{e.ParamName} is {e.ActualValue}, which is out of its range.", e);
        }
    }

    private static void Require(long value, string name)
    {
        if (value <= 0)
        {
            throw new ServerStartException($"{name} must be positive.");
        }
    }
}
