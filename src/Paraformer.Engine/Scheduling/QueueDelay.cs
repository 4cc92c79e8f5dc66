namespace Paraformer.Engine.Scheduling;

/// <summary>How long ready work waited for its turn lately: the mean over this second and the one before. Thread-safe.</summary>
internal sealed class QueueDelay(TimeProvider? clock = null)
{
    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly Lock _gate = new();
    private long _second;
    private Waits _current;
    private Waits _previous;

    /// <summary>The mean; zero where nothing waited.</summary>
    public TimeSpan Current
    {
        get
        {
            lock (_gate)
            {
                Advance(_clock.GetTimestamp());
                int count = _current.Count + _previous.Count;
                return count == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds((_current.Seconds + _previous.Seconds) / count);
            }
        }
    }

    /// <summary>The clock's time, to be given to <see cref="Record"/> when the wait has ended.</summary>
    public long Now => _clock.GetTimestamp();

    /// <summary>Counts a wait that has just ended.</summary>
    public void Record(long since)
    {
        long now = _clock.GetTimestamp();
        lock (_gate)
        {
            Advance(now);
            _current.Count++;
            _current.Seconds += _clock.GetElapsedTime(since, now).TotalSeconds;
        }
    }

    private void Advance(long now)
    {
        long second = now / _clock.TimestampFrequency;
        if (second <= _second)
        {
            return;
        }

        _previous = second == _second + 1 ? _current : default;
        _current = default;
        _second = second;
    }

    private struct Waits
    {
        public int Count;
        public double Seconds;
    }
}
