using Paraformer.Protocol;

namespace Paraformer.Client;

/// <summary>A connection that may have waited in the pool, with a receive of its own that watches it.</summary>
internal sealed class PooledConnection(IMessageConnection inner)
{
    private Task<Frame>? _watch;

    /// <summary>Whether it has served, or waited for, an earlier task; the service may have given it up without our knowledge.</summary>
    public bool IsReused { get; private set; }

    /// <summary>When it began to wait in the pool.</summary>
    public long IdleSince { get; private set; }

    /// <summary>Ends the wait in the pool when it has been too long.</summary>
    public ITimer? Timer { get; set; }

    /// <summary>Whether nothing has arrived while it waited: whatever arrives then is an end, or nothing that a new task could trust.</summary>
    public bool IsQuiet => _watch is null or { IsCompleted: false };

    /// <summary>
    /// Begins to wait in the pool: a receive stays under way, which notices a close at once and answers the service's pings.
    /// </summary>
    public Task WatchAsync(long now)
    {
        IsReused = true;
        IdleSince = now;
        _watch = inner.ReceiveAsync(CancellationToken.None).AsTask();
        return _watch;
    }

    public ValueTask<Frame> ReceiveAsync(CancellationToken cancellationToken)
    {
        if (_watch is { } watch)
        {
            _watch = null;
            return new ValueTask<Frame>(watch.WaitAsync(cancellationToken));
        }

        return inner.ReceiveAsync(cancellationToken);
    }

    public ValueTask SendTextAsync(ReadOnlyMemory<byte> utf8, CancellationToken cancellationToken) => inner.SendTextAsync(utf8, cancellationToken);

    public ValueTask SendBinaryAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken) => inner.SendBinaryAsync(data, cancellationToken);

    /// <summary>Closes with a status, within a bounded time, and frees the connection.</summary>
    public async Task CloseAsync(TimeSpan limit)
    {
        using var timeout = new CancellationTokenSource(limit);
        await inner.CloseAsync(1000, "", timeout.Token).AsTask().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await DropAsync().ConfigureAwait(false);
    }

    /// <summary>Frees the connection without a close.</summary>
    public async Task DropAsync()
    {
        if (Timer is { } timer)
        {
            await timer.DisposeAsync().ConfigureAwait(false);
        }

        await inner.DisposeAsync().AsTask().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
