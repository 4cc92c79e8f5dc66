namespace Paraformer.Engine.Pipeline;

/// <summary>Takes a piece of audio.</summary>
internal delegate void SampleSink(ReadOnlySpan<float> samples);

/// <summary>Keeps the newest samples, up to a capacity.</summary>
internal sealed class SampleRing(int capacity)
{
    private readonly float[] _buffer = new float[capacity];
    private int _start;

    /// <summary>How many samples are kept.</summary>
    public int Count { get; private set; }

    /// <summary>Adds samples, forgetting the oldest beyond the capacity.</summary>
    public void Write(ReadOnlySpan<float> samples)
    {
        if (samples.Length > capacity)
        {
            samples = samples[^capacity..];
        }

        int position = (_start + Count) % capacity;
        int first = Math.Min(samples.Length, capacity - position);
        samples[..first].CopyTo(_buffer.AsSpan(position));
        samples[first..].CopyTo(_buffer);
        int total = Count + samples.Length;
        _start = (_start + Math.Max(0, total - capacity)) % capacity;
        Count = Math.Min(capacity, total);
    }

    /// <summary>Hands out everything in order and is empty afterwards.</summary>
    public void Drain(SampleSink sink)
    {
        int first = Math.Min(Count, capacity - _start);
        if (first > 0)
        {
            sink(_buffer.AsSpan(_start, first));
        }

        if (Count > first)
        {
            sink(_buffer.AsSpan(0, Count - first));
        }

        _start = 0;
        Count = 0;
    }
}
