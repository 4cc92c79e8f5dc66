namespace Paraformer.Client;

/// <summary>The moments of a session from which its delays are computed. Thread-safe; each moment is kept once.</summary>
internal sealed class SessionClock(TimeProvider time)
{
    private const long Unset = long.MinValue;

    private long _firstAudio = Unset;
    private long _firstText = Unset;
    private long _finish = Unset;
    private long _end = Unset;

    public TimeSpan? FirstPackageDelay => Between(ref _firstAudio, ref _firstText);

    public TimeSpan? LastPackageDelay => Between(ref _finish, ref _end);

    public void AudioSent() => Stamp(ref _firstAudio);

    public void TextReceived() => Stamp(ref _firstText);

    public void Finishing() => Stamp(ref _finish);

    public void Ended() => Stamp(ref _end);

    private void Stamp(ref long moment)
    {
        if (Volatile.Read(ref moment) == Unset)
        {
            Interlocked.CompareExchange(ref moment, time.GetTimestamp(), Unset);
        }
    }

    private TimeSpan? Between(ref long from, ref long to)
    {
        long start = Volatile.Read(ref from);
        long end = Volatile.Read(ref to);
        return start == Unset || end == Unset ? null : time.GetElapsedTime(start, end);
    }
}
