namespace Paraformer.Service.Limits;

/// <summary>The token bucket: so much at once, so much per second in the long run. Not thread-safe.</summary>
internal sealed class TokenBucket
{
    private readonly double _perSecond;
    private readonly double _capacity;
    private readonly TimeProvider _time;
    private double _tokens;
    private long _filledAt;

    public TokenBucket(double perSecond, double capacity, TimeProvider time)
    {
        _perSecond = perSecond;
        _capacity = capacity;
        _time = time;
        _tokens = capacity;
        _filledAt = time.GetTimestamp();
    }

    public bool IsFull
    {
        get
        {
            Refill();
            return _tokens >= _capacity;
        }
    }

    /// <summary>Takes tokens where there are enough.</summary>
    public bool TryTake(double count)
    {
        Refill();
        if (_tokens < count)
        {
            return false;
        }

        _tokens -= count;
        return true;
    }

    /// <summary>Takes tokens, into debt if need be, and tells after how long the debt will be paid; zero where there is none.</summary>
    public TimeSpan Take(double count)
    {
        Refill();
        _tokens -= count;
        return _tokens >= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(-_tokens / _perSecond);
    }

    private void Refill()
    {
        long now = _time.GetTimestamp();
        if (now > _filledAt)
        {
            _tokens = Math.Min(_capacity, _tokens + (_time.GetElapsedTime(_filledAt, now).TotalSeconds * _perSecond));
            _filledAt = now;
        }
    }
}
