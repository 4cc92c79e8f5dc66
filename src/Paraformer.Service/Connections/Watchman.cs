namespace Paraformer.Service.Connections;

/// <summary>One timer for all connections: it runs while there are any and has each look at the clock.</summary>
internal sealed class Watchman : IDisposable
{
    private readonly Lock _gate = new();
    private readonly HashSet<ConnectionWatch> _watches = [];
    private readonly TimeSpan _interval;
    private readonly ITimer _timer;
    private ConnectionWatch[] _round = [];
    private bool _isOnRound;

    public Watchman(TimeSpan interval, TimeProvider time)
    {
        _interval = interval;

        // The timer outlives the request that happens to start it; its context must not.
        using (ExecutionContext.SuppressFlow())
        {
            _timer = time.CreateTimer(static state => ((Watchman)state!).GoRound(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    public void Add(ConnectionWatch watch)
    {
        lock (_gate)
        {
            _watches.Add(watch);
            if (_watches.Count == 1)
            {
                _timer.Change(_interval, _interval);
            }
        }
    }

    public void Remove(ConnectionWatch watch)
    {
        lock (_gate)
        {
            _watches.Remove(watch);
            if (_watches.Count == 0)
            {
                _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
        }
    }

    public void Dispose() => _timer.Dispose();

    private void GoRound()
    {
        int count;
        lock (_gate)
        {
            if (_isOnRound)
            {
                return;
            }

            _isOnRound = true;
            count = _watches.Count;
            if (_round.Length < count)
            {
                _round = new ConnectionWatch[Math.Max(count, _round.Length * 2)];
            }

            _watches.CopyTo(_round);
        }

        for (int i = 0; i < count; i++)
        {
            _round[i].Check();
        }

        lock (_gate)
        {
            Array.Clear(_round, 0, count);
            _isOnRound = false;
        }
    }
}
