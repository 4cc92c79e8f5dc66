using Paraformer.Service.Limits;

namespace Paraformer.Server.WebSockets;

/// <summary>Holds a connection to its frames per second by reading later. A frame that comes in pieces counts for each.</summary>
internal sealed class FrameRate(int perSecond, TimeProvider time, Action<TimeSpan> onWait)
{
    private readonly TokenBucket _bucket = new(perSecond, 2.0 * perSecond, time);

    public ValueTask CountAsync(CancellationToken cancellationToken)
    {
        TimeSpan wait = _bucket.Take(1);
        if (wait <= TimeSpan.Zero)
        {
            return ValueTask.CompletedTask;
        }

        onWait(wait);
        return new ValueTask(Task.Delay(wait, time, cancellationToken));
    }
}
