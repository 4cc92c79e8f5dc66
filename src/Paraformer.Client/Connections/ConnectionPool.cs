namespace Paraformer.Client;

/// <summary>
/// Keeps connections open between tasks. A connection is only lent again while it is younger than the idle limit and nothing has
/// arrived on it, a close in particular. Thread-safe.
/// </summary>
internal sealed class ConnectionPool(IRecognitionTransport transport, RecognitionClientOptions options) : IAsyncDisposable
{
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly List<PooledConnection> _idle = [];
    private Task _closing = Task.CompletedTask;
    private bool _disposed;

    /// <summary>How many connections wait.</summary>
    public int IdleCount
    {
        get
        {
            lock (_gate)
            {
                return _idle.Count;
            }
        }
    }

    /// <summary>Lends a connection, the one that has waited for the shortest time, or a new one.</summary>
    /// <param name="isFresh">Whether it has to be a new one.</param>
    /// <param name="cancellationToken">Cancels the wait for a new one.</param>
    public async ValueTask<PooledConnection> RentAsync(bool isFresh, CancellationToken cancellationToken)
    {
        while (!isFresh && TryTake(out PooledConnection? idle))
        {
            if (idle.IsQuiet && options.TimeProvider.GetElapsedTime(idle.IdleSince) < options.PooledConnectionIdleTimeout)
            {
                ClientTelemetry.ConnectionReused();
                return idle;
            }

            Close(idle);
        }

        PooledConnection connection = new(await transport.ConnectAsync(cancellationToken).ConfigureAwait(false));
        ClientTelemetry.ConnectionOpened();
        return connection;
    }

    /// <summary>Takes a connection back whose task has ended well; closes it if there is no room.</summary>
    public void Return(PooledConnection connection)
    {
        lock (_gate)
        {
            if (_disposed || _idle.Count >= options.MaxPooledConnections)
            {
                Close(connection);
                return;
            }

            Task watch = connection.WatchAsync(options.TimeProvider.GetTimestamp());
            _idle.Add(connection);
            connection.Timer?.Dispose();
            connection.Timer = options.TimeProvider.CreateTimer(
                static state =>
                {
                    var (pool, idle) = ((ConnectionPool, PooledConnection))state!;
                    pool.Evict(idle);
                },
                (this, connection),
                options.PooledConnectionIdleTimeout,
                Timeout.InfiniteTimeSpan);
            watch.ContinueWith(
                static (ended, state) =>
                {
                    _ = ended.Exception;
                    var (pool, idle) = ((ConnectionPool, PooledConnection))state!;
                    pool.Evict(idle);
                },
                (this, connection),
                CancellationToken.None,
                TaskContinuationOptions.None,
                TaskScheduler.Default);
        }
    }

    /// <summary>Opens connections until a number of them waits, at most as many as the pool holds.</summary>
    public async Task PrewarmAsync(int connections, CancellationToken cancellationToken)
    {
        int missing = Math.Min(connections, options.MaxPooledConnections) - IdleCount;
        await Task.WhenAll(Enumerable.Range(0, Math.Max(0, missing)).Select(async _ =>
            Return(await RentAsync(isFresh: true, cancellationToken).ConfigureAwait(false)))).ConfigureAwait(false);
    }

    /// <summary>Closes the connections that wait; those that are lent are closed when they come back.</summary>
    public async ValueTask DisposeAsync()
    {
        Task closing;
        lock (_gate)
        {
            _disposed = true;
            _idle.ForEach(Close);
            _idle.Clear();
            closing = _closing;
        }

        await closing.ConfigureAwait(false);
    }

    private bool TryTake([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out PooledConnection? connection)
    {
        lock (_gate)
        {
            connection = _idle.LastOrDefault();
            if (connection is null)
            {
                return false;
            }

            _idle.RemoveAt(_idle.Count - 1);
            connection.Timer?.Dispose();
            return true;
        }
    }

    private void Evict(PooledConnection connection)
    {
        lock (_gate)
        {
            // Whoever takes it off the list owns it: it may have been lent in the meantime.
            if (_idle.Remove(connection))
            {
                Close(connection);
            }
        }
    }

    private void Close(PooledConnection connection)
    {
        lock (_gate)
        {
            _closing = Task.WhenAll(_closing, Task.Run(() => connection.CloseAsync(CloseTimeout)));
        }
    }
}
