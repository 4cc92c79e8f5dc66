namespace Paraformer.Service;

/// <summary>Moments of a monotonic clock, kept as plain numbers so that threads can share them.</summary>
internal sealed class Clock(TimeProvider time)
{
    /// <summary>A moment that has not come.</summary>
    public const long Never = long.MaxValue;

    public TimeProvider Time { get; } = time;

    public long Now => Time.GetTimestamp();

    /// <summary>Whether <paramref name="span"/> has passed since <paramref name="moment"/>.</summary>
    public bool HasPassed(long moment, TimeSpan span) => moment != Never && Time.GetElapsedTime(moment) >= span;
}
