using Microsoft.Extensions.Time.Testing;
using Paraformer.Service.Limits;

namespace Paraformer.Service.Tests.Limits;

public sealed class TokenBucketTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Debt_is_paid_at_the_rate()
    {
        var bucket = new TokenBucket(10, 5, _time);
        Assert.Equal(TimeSpan.Zero, bucket.Take(5));
        Assert.Equal(TimeSpan.FromSeconds(0.5), bucket.Take(5));
        _time.Advance(TimeSpan.FromSeconds(0.5));
        Assert.False(bucket.TryTake(1));
        _time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.True(bucket.TryTake(1));
        Assert.False(bucket.IsFull);
    }

    [Fact]
    public void A_long_rest_gives_no_more_than_the_capacity()
    {
        var bucket = new TokenBucket(10, 5, _time);
        _time.Advance(TimeSpan.FromDays(3650));
        Assert.True(bucket.IsFull);
        Assert.True(bucket.TryTake(5));
        Assert.False(bucket.TryTake(1));
    }

    [Fact]
    public void A_clock_that_goes_back_changes_nothing()
    {
        var clock = new SteppingClock { Timestamp = 1_000_000_000 };
        var bucket = new TokenBucket(10, 5, clock);
        Assert.True(bucket.TryTake(5));
        clock.Timestamp = 0;
        Assert.False(bucket.TryTake(1));
        clock.Timestamp = 1_000_000_000 + (clock.TimestampFrequency / 10);
        Assert.True(bucket.TryTake(1));
        Assert.False(bucket.TryTake(1));
    }

    private sealed class SteppingClock : TimeProvider
    {
        public long Timestamp { get; set; }

        public override long GetTimestamp() => Timestamp;
    }
}
