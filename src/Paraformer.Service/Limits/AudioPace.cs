namespace Paraformer.Service.Limits;

/// <summary>
/// Holds a task's audio to its speed by taking the next frame later: nothing fails and nothing is lost, the sender waits. Not
/// thread-safe.
/// </summary>
internal sealed class AudioPace(ServiceContext context)
{
    private static readonly TimeSpan s_shortestWait = TimeSpan.FromMilliseconds(10);

    private readonly long _startedAt = context.Clock.Now;

    /// <summary>Waits as long as the audio so far is ahead of what the time so far allows.</summary>
    /// <param name="audioMs">Length of the audio so far.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public ValueTask HoldAsync(long audioMs, CancellationToken cancellationToken)
    {
        RecognitionServiceOptions options = context.Options;
        if (audioMs <= options.AudioBurst.TotalMilliseconds)
        {
            return ValueTask.CompletedTask;
        }

        TimeProvider time = context.Clock.Time;
        double allowedMs = options.AudioBurst.TotalMilliseconds + (time.GetElapsedTime(_startedAt).TotalMilliseconds * options.MaxAudioSpeed);
        if (audioMs <= allowedMs)
        {
            return ValueTask.CompletedTask;
        }

        var wait = TimeSpan.FromMilliseconds((audioMs - allowedMs) / options.MaxAudioSpeed);
        wait = wait < s_shortestWait ? s_shortestWait : wait;
        context.Metrics.Waited(LimitNames.AudioSpeed, wait);
        return new ValueTask(Task.Delay(wait, time, cancellationToken));
    }
}
