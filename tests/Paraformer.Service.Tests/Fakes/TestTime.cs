using Microsoft.Extensions.Time.Testing;

namespace Paraformer.Service.Tests.Fakes;

/// <summary>A clock that the test turns, and whose date it can set without that any time passes, as an administrator can.</summary>
internal sealed class TestTime : TimeProvider
{
    private readonly FakeTimeProvider _fake = new();
    private TimeSpan _dateOffset;

    public override long TimestampFrequency => _fake.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => _fake.GetUtcNow() + _dateOffset;

    public override long GetTimestamp() => _fake.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => _fake.CreateTimer(callback, state, dueTime, period);

    public void Advance(TimeSpan by) => _fake.Advance(by);

    public void SetDate(TimeSpan by) => _dateOffset += by;
}
