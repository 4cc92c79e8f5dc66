namespace Paraformer.Service.Tasks;

/// <summary>What long silence asks for.</summary>
internal enum SilenceVerdict
{
    None,
    Heartbeat,
    TimedOut,
}

/// <summary>
/// Watches a task's silence. It counts only as far as both the audio and the clock say so: a file sent faster than real
/// time may hold minutes of silence.
/// </summary>
internal sealed class SilenceMonitor(Clock clock, RecognitionServiceOptions options, bool heartbeat)
{
    private long _quietSince = clock.Now;
    private long _lastSilenceMs;

    /// <summary>Speech was heard, or the task began, just now.</summary>
    public void Reset() => Volatile.Write(ref _quietSince, clock.Now);

    /// <param name="silenceMs">Length of the silence at the end of the audio so far.</param>
    public SilenceVerdict Check(long silenceMs)
    {
        if (silenceMs == 0 || silenceMs < _lastSilenceMs)
        {
            Reset();
        }

        _lastSilenceMs = silenceMs;
        TimeSpan limit = heartbeat ? options.HeartbeatInterval : options.SilenceTimeout;
        if (silenceMs < limit.TotalMilliseconds || !clock.HasPassed(Volatile.Read(ref _quietSince), limit))
        {
            return SilenceVerdict.None;
        }

        Reset();
        return heartbeat ? SilenceVerdict.Heartbeat : SilenceVerdict.TimedOut;
    }
}
