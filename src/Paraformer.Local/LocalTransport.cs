using System.Collections.Concurrent;
using Paraformer.Client;
using Paraformer.Engine;
using Paraformer.Protocol;
using Paraformer.Service;
using Paraformer.Service.HotWords;

namespace Paraformer.Local;

/// <summary>Connects a <see cref="RecognitionClient"/> to a service in this process: the same protocol, no socket. Thread-safe.</summary>
public sealed class LocalTransport : IRecognitionTransport
{
    private readonly RecognitionService _service;
    private readonly RecognitionService? _ownedService;
    private readonly IRecognitionEngine? _ownedEngine;
    private readonly ConcurrentDictionary<Task, bool> _served = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationToken _stop;
    private bool _disposed;

    /// <summary>Connects to a service, which stays its owner's.</summary>
    public LocalTransport(RecognitionService service)
    {
        ArgumentNullException.ThrowIfNull(service);
        _service = service;
        _stop = _stopping.Token;
    }

    /// <summary>Connects to an engine through a service of this transport's own.</summary>
    /// <param name="engine">Recognises the audio.</param>
    /// <param name="ownsEngine">Whether disposing of the transport disposes of the engine.</param>
    /// <param name="options">The service's limits; null for the defaults.</param>
    /// <param name="hotWords">Where hot words come from; null, the default: there are none.</param>
    public LocalTransport(IRecognitionEngine engine, bool ownsEngine = false, RecognitionServiceOptions? options = null, IHotWordSource? hotWords = null)
    {
        ArgumentNullException.ThrowIfNull(engine);
        _service = _ownedService = new RecognitionService(engine, options ?? new RecognitionServiceOptions(), hooks: new ServiceHooks { HotWords = hotWords });
        _stop = _stopping.Token;
        _ownedEngine = ownsEngine ? engine : null;
    }

    /// <inheritdoc/>
    /// <exception cref="ObjectDisposedException">The transport was disposed of.</exception>
    public ValueTask<IMessageConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        (InProcessConnection client, InProcessConnection server) = InProcessConnection.CreatePair();
        Task serving = Task.Run(() => ServeAsync(server), CancellationToken.None);
        _served.TryAdd(serving, true);
        serving.ContinueWith(
            static (ended, served) => ((ConcurrentDictionary<Task, bool>)served!).TryRemove(ended, out _),
            _served,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        return new ValueTask<IMessageConnection>(client);
    }

    /// <summary>Drops the connections that are left, waits until nothing serves them any more, then disposes of the engine if it is owned.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, true))
        {
            return;
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_served.Keys).ConfigureAwait(false);
        _stopping.Dispose();
        _ownedService?.Dispose();
        if (_ownedEngine is not null)
        {
            await _ownedEngine.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task ServeAsync(InProcessConnection connection)
    {
        await using var _ = connection.ConfigureAwait(false);
        await _service.RunAsync(connection, _stop).ConfigureAwait(false);
    }
}
