using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Paraformer.Engine;
using Paraformer.Protocol;
using Paraformer.Server.Endpoints;
using Paraformer.Server.Hosting;
using Paraformer.Server.Observability;
using Paraformer.Server.Limits;
using Paraformer.Server.Security;
using Paraformer.Server.State;
using Paraformer.Service;
using Paraformer.Service.Limits;
using Paraformer.Service.ProtocolOnly;

namespace Paraformer.Server;

/// <summary>The service as a web server: the WebSocket endpoint and the small HTTP APIs beside it.</summary>
public static class ParaformerServer
{
    /// <summary>Path of the WebSocket endpoint; it is also served with a final <c>/</c>.</summary>
    public const string InferencePath = "/api-ws/v1/inference";

    private static readonly TimeSpan s_shutdownMargin = TimeSpan.FromSeconds(10);

    /// <summary>Makes a server that is ready for <see cref="StartAsync"/>. The engine is not disposed with it.</summary>
    /// <param name="options">Where to listen, who may use it, limits.</param>
    /// <param name="engine">Recognises the audio.</param>
    /// <param name="configureLogging">Adds log providers; without it nothing is logged. Query strings and authorization headers never are.</param>
    /// <exception cref="ServerStartException">The options do not fit: a bad address, port, limit or certificate, or an open server on a public address.</exception>
    public static WebApplication Build(ServerOptions options, IRecognitionEngine engine, Action<ILoggingBuilder>? configureLogging = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(engine);
        var listening = ListenAddress.Parse(options);
        KestrelSetup setup = KestrelSetup.Create(options, listening);
        ServerState state = options.State ?? ServerState.InMemory(options.Time);
        bool hasMoreEndpoints = options.Kestrel?.GetSection("Endpoints").GetChildren().Any() == true;
        var callers = new CallerRegistry(state, options.ApiKeys, mayBeOpen: listening.IsLoopback && !hasMoreEndpoints, options.Time);
        var origin = new RequestOrigin(options, () => callers.IsOpen);

        // The empty builder reads no files and no environment: what the server does is in its options alone.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(setup.Apply);
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(listening);
        builder.Services.AddSingleton(callers);
        StateSetup.Add(builder.Services, options, state, callers);
        builder.Services.AddSingleton(services => new RecognitionService(
            engine,
            options.Service,
            options.Time,
            services.GetRequiredService<ILoggerFactory>().CreateLogger("Paraformer.Service"),
            services.GetRequiredService<ISessionQuota>(),
            services.GetRequiredService<ServiceHooks>()));
        builder.Services.AddSingleton(services => new ConnectionLimiter(
            options.MaxConnections, options.MaxConnectionsPerAddress, services.GetRequiredService<RecognitionService>().Context.Metrics));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.Service.DrainTimeout + s_shutdownMargin);
        Telemetry.Add(builder, options);
        configureLogging?.Invoke(builder.Logging);
        builder.Services.AddSingleton(services => new RequestRefusals(services.GetRequiredService<RecognitionService>().Context.Metrics));
        KeepRequestsOutOfTheLog(builder.Logging);

        WebApplication app = builder.Build();
        var service = app.Services.GetRequiredService<RecognitionService>();
        app.Lifetime.ApplicationStopping.Register(service.BeginDrain);
        app.Services.GetRequiredService<RequestRefusals>().Subscribe(app.Services.GetRequiredService<DiagnosticListener>());
        if (engine is ProtocolOnlyEngine)
        {
            ServerLog.ProtocolOnly(app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Paraformer.Server"));
        }

        var gate = new ApiKeyGate(callers, service.Context.Metrics, app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Paraformer.Server"));
        app.Use(next => context => origin.InvokeAsync(context, next));
        Telemetry.Map(app, options.Metrics);
        new Readiness(engine, callers.HasKeysAsync, app.Lifetime.ApplicationStopping).Map(app);
        new ApiRoutes(gate, state, options).Map(app);
        MapEndpoints(app, gate, new InferenceEndpoint(service, options), engine);
        return app;
    }

    /// <summary>Starts to listen.</summary>
    /// <exception cref="ServerStartException">The address cannot be listened on, for example because the port is in use, or needs keys and there are none.</exception>
    /// <exception cref="System.Data.Common.DbException">The state cannot be read.</exception>
    public static async Task StartAsync(WebApplication app, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(app);
        var listening = app.Services.GetRequiredService<ListenAddress>();
        var callers = app.Services.GetRequiredService<CallerRegistry>();
        await callers.CheckOpenAsync(cancellationToken);
        if (!listening.IsLoopback && !await callers.HasKeysAsync(cancellationToken))
        {
            throw ListenAddress.NeedsKeys(listening.Address);
        }

        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (Exception e) when (e is IOException or SocketException or AddressInUseException)
        {
            throw new ServerStartException(listening.Explain(e), e);
        }
    }

    /// <summary>The WebSocket address of a started server, with the port that it got.</summary>
    /// <exception cref="InvalidOperationException">The server has not been started.</exception>
    public static Uri GetEndpoint(WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        ICollection<string> addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        string address = addresses.FirstOrDefault() ?? throw new InvalidOperationException("The server has not been started.");
        var endpoint = new UriBuilder(address) { Scheme = address.StartsWith("https", StringComparison.Ordinal) ? "wss" : "ws", Path = InferencePath };
        if (IPAddress.TryParse(endpoint.Host, out IPAddress? ip) && (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any)))
        {
            endpoint.Host = IPAddress.Loopback.ToString();
        }

        return endpoint.Uri;
    }

    // The framework's own request log lines hold the query string, and with it a browser's key.
    private static void KeepRequestsOutOfTheLog(ILoggingBuilder logging) => logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);

    private static void MapEndpoints(WebApplication app, ApiKeyGate gate, InferenceEndpoint inference, IRecognitionEngine engine)
    {
        app.Map(InferencePath, gate.Guard(inference.HandleAsync));
        app.MapGet("/api/v1/models", gate.Guard(context => context.Response.WriteAsJsonAsync(
            new ModelList(engine.DescribeModels(), Guid.NewGuid().ToString()), ServerJson.Default.ModelList, cancellationToken: context.RequestAborted)));
        app.MapGet("/", context => context.Response.WriteAsync(
            $"Paraformer.NET: speech recognition over WebSocket at {InferencePath}, models at /api/v1/models; all is described at /openapi/v1.json.\n", context.RequestAborted));
        app.MapFallback(context => HttpErrors.WriteAsync(
            context, StatusCodes.Status404NotFound, ErrorCodes.NotFound, $"Nothing is served here; the WebSocket endpoint is {InferencePath}."));
    }
}
