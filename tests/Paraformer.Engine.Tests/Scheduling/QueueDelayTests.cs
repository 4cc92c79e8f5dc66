using Paraformer.Engine.Scheduling;

namespace Paraformer.Engine.Tests.Scheduling;

public sealed class QueueDelayTests
{
    [Fact]
    public void It_is_the_mean_of_the_last_waits()
    {
        var clock = new Clock();
        var delay = new QueueDelay(clock);
        Assert.Equal(TimeSpan.Zero, delay.Current);
        Wait(delay, clock, 100);
        Wait(delay, clock, 300);
        Assert.Equal(200, delay.Current.TotalMilliseconds, 3);
    }

    [Fact]
    public void Waits_of_long_ago_are_forgotten()
    {
        var clock = new Clock();
        var delay = new QueueDelay(clock);
        Wait(delay, clock, 500);
        clock.Milliseconds += 1000;
        Assert.Equal(500, delay.Current.TotalMilliseconds, 3);
        clock.Milliseconds += 1000;
        Assert.Equal(TimeSpan.Zero, delay.Current);
    }

    private static void Wait(QueueDelay delay, Clock clock, long milliseconds)
    {
        long since = delay.Now;
        clock.Milliseconds += milliseconds;
        delay.Record(since);
    }

    private sealed class Clock : TimeProvider
    {
        public long Milliseconds { get; set; } = 1_000_000;

        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => Milliseconds;
    }
}
