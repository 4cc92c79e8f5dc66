using Paraformer.Engine;

namespace Paraformer.Cli.Recognition;

/// <summary>An engine that remembers which packs served the last stream.</summary>
internal sealed class PackRecorder(IRecognitionEngine engine) : IRecognitionEngine
{
    /// <summary>Ids of the packs; empty before the first stream.</summary>
    public IReadOnlyList<string> Packs { get; private set; } = [];

    public async ValueTask<IRecognitionStream> StartAsync(StreamRequest request, CancellationToken cancellationToken = default)
    {
        IRecognitionStream stream = await engine.StartAsync(request, cancellationToken);
        Packs = stream.Packs;
        return stream;
    }

    public Task WarmUpAsync(StreamRequest request, CancellationToken cancellationToken = default) => engine.WarmUpAsync(request, cancellationToken);

    public IReadOnlyList<ServedModel> DescribeModels() => engine.DescribeModels();

    public ValueTask DisposeAsync() => engine.DisposeAsync();
}
