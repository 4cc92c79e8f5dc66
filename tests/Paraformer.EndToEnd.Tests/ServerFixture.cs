using Microsoft.AspNetCore.Builder;
using Paraformer.Engine;
using Paraformer.EndToEnd.Tests;
using Paraformer.Server;
using Paraformer.Testing;

[assembly: AssemblyFixture(typeof(ServerFixture))]

namespace Paraformer.EndToEnd.Tests;

/// <summary>One server on the real engine, on a port of its own.</summary>
public sealed class ServerFixture : IAsyncLifetime
{
    private WebApplication? _server;

    internal CountingEngine Engine { get; } = new(RecognitionEngine.Create(Packs.Store));

    public Uri Endpoint => ParaformerServer.GetEndpoint(_server!);

    public async ValueTask InitializeAsync()
    {
        _server = ParaformerServer.Build(new ServerOptions { Port = 0 }, Engine);
        await ParaformerServer.StartAsync(_server);
    }

    public async ValueTask DisposeAsync()
    {
        await _server!.StopAsync();
        await _server.DisposeAsync();
        await Engine.DisposeAsync();
    }
}

/// <summary>Counts the streams that are open on an engine.</summary>
internal sealed class CountingEngine(IRecognitionEngine engine) : IRecognitionEngine
{
    private int _open;

    public int OpenStreams => Volatile.Read(ref _open);

    public IReadOnlyList<ServedModel> DescribeModels() => engine.DescribeModels();

    public async ValueTask<IRecognitionStream> StartAsync(StreamRequest request, CancellationToken cancellationToken = default)
    {
        IRecognitionStream stream = await engine.StartAsync(request, cancellationToken);
        Interlocked.Increment(ref _open);
        return new CountedStream(stream, () => Interlocked.Decrement(ref _open));
    }

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    private sealed class CountedStream(IRecognitionStream stream, Action onDisposed) : IRecognitionStream
    {
        private int _disposed;

        public IReadOnlyList<string> Packs => stream.Packs;

        public long AudioMs => stream.AudioMs;

        public long SilenceMs => stream.SilenceMs;

        public ValueTask WriteAsync(ReadOnlyMemory<byte> audio, CancellationToken cancellationToken = default) => stream.WriteAsync(audio, cancellationToken);

        public void Complete() => stream.Complete();

        public IAsyncEnumerable<RecognizedSentence> ReadAllAsync(CancellationToken cancellationToken = default) => stream.ReadAllAsync(cancellationToken);

        public async ValueTask DisposeAsync()
        {
            await stream.DisposeAsync();
            if (Interlocked.Exchange(ref _disposed, 1) == 0)
            {
                onDisposed();
            }
        }
    }
}
