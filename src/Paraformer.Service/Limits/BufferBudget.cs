namespace Paraformer.Service.Limits;

/// <summary>What all connections of a service together hold for later, in bytes. Thread-safe.</summary>
internal sealed class BufferBudget(long maxBytes)
{
    private long _bytes;

    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Takes bytes where the limit allows it.</summary>
    public bool TryTake(int count)
    {
        if (Interlocked.Add(ref _bytes, count) <= maxBytes)
        {
            return true;
        }

        Interlocked.Add(ref _bytes, -count);
        return false;
    }

    public void Return(int count) => Interlocked.Add(ref _bytes, -count);
}
