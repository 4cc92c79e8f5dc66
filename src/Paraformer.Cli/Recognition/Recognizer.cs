using Paraformer.Client;
using Paraformer.Engine;
using Paraformer.Local;
using Paraformer.Service.HotWords;

namespace Paraformer.Cli.Recognition;

/// <summary>A client of a remote service, or of the engine in this process.</summary>
internal sealed class Recognizer : IAsyncDisposable
{
    private const string ServicePath = "/api-ws/v1/inference";

    // Little is queued, so that progress is honest and a stop takes effect at once.
    private static readonly RecognitionClientOptions CommonOptions = new() { SendQueueBytes = 64 * 1024, UserAgent = "paraformer-cli/" + Commands.VersionCommand.Version };

    private readonly PackRecorder? _recorder;

    private Recognizer(RecognitionClient client, PackRecorder? recorder)
    {
        Client = client;
        _recorder = recorder;
    }

    /// <summary>The client.</summary>
    public RecognitionClient Client { get; }

    /// <summary>Ids of the packs that serve on this machine; empty for a remote service.</summary>
    public IReadOnlyList<string> Packs => _recorder?.Packs ?? [];

    /// <summary>A client of a service. An address without a path gets the protocol's own.</summary>
    public static Recognizer Remote(CliServices services, Uri endpoint)
    {
        Uri address = endpoint.AbsolutePath == "/" ? new UriBuilder(endpoint) { Path = ServicePath }.Uri : endpoint;
        return new Recognizer(new RecognitionClient(CommonOptions with { Endpoint = address, ApiKey = services.Console.Variable("DASHSCOPE_API_KEY") }), null);
    }

    /// <summary>A client of an engine in this process.</summary>
    /// <param name="services">Where its packs are.</param>
    /// <param name="hotWords">Its hot words; null for none.</param>
    /// <exception cref="CliException">A pack cannot be had or used.</exception>
    public static async Task<Recognizer> LocalAsync(CliServices services, IHotWordSource? hotWords)
    {
        var recorder = new PackRecorder(await EngineFactory.OpenAsync(services));

        // The engine may be busy for long with what was queued; it is in this process and cannot get lost.
        RecognitionClientOptions options = CommonOptions with { StartTimeout = Timeout.InfiniteTimeSpan, FinishTimeout = Timeout.InfiniteTimeSpan };
        return new Recognizer(LocalRecognition.CreateClient(recorder, ownsEngine: true, options, hotWords), recorder);
    }

    /// <summary>Gets the engine of this process up to speed; does nothing for a remote service.</summary>
    public Task WarmUpAsync(StreamRequest request, CancellationToken cancellationToken) =>
        _recorder?.WarmUpAsync(request, cancellationToken) ?? Task.CompletedTask;

    public ValueTask DisposeAsync() => Client.DisposeAsync();
}
