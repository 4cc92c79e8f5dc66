using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Paraformer.Engine;
using Paraformer.Service;
using Paraformer.Service.ProtocolOnly;
using Paraformer.Service.Tests.Fakes;

namespace Paraformer.Server.Tests.Support;

/// <summary>A server on a free port of this machine, on a scripted engine.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private RunningServer(WebApplication app, ScriptedEngine engine, RecordingLogger log)
    {
        _app = app;
        Engine = engine;
        Log = log;
        Endpoint = ParaformerServer.GetEndpoint(app);
        Http = new HttpClient { BaseAddress = new UriBuilder(Endpoint) { Scheme = Endpoint.Scheme == "wss" ? "https" : "http", Path = "/" }.Uri };
    }

    public ScriptedEngine Engine { get; }

    public RecordingLogger Log { get; }

    public Uri Endpoint { get; }

    public HttpClient Http { get; }

    /// <summary>A server whose results follow from the length of the audio.</summary>
    public static Task<RunningServer> StartProtocolOnlyAsync(ServerOptions? options = null) => StartAsync(options, new ProtocolOnlyEngine());

    public static Task<RunningServer> StartAsync(ServerOptions? options = null) => StartAsync(options, null);

    private static async Task<RunningServer> StartAsync(ServerOptions? options, IRecognitionEngine? served)
    {
        var engine = new ScriptedEngine();
        var log = new RecordingLogger();
        WebApplication app = ParaformerServer.Build(
            (options ?? new ServerOptions()) with { Port = 0 }, served ?? engine, logging => logging.AddProvider(log).SetMinimumLevel(LogLevel.Trace));
        await ParaformerServer.StartAsync(app, TestContext.Current.CancellationToken);
        return new RunningServer(app, engine, log);
    }

    /// <summary>The service behind the server.</summary>
    public RecognitionService Service => _app.Services.GetRequiredService<RecognitionService>();

    public Task StopAsync() => _app.StopAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
    }
}
