namespace Paraformer.Engine.Features;

/// <summary>A queue of frames of one size in one array: added at the end, taken from the front.</summary>
internal sealed class FrameBuffer(int dimension)
{
    private float[] _values = new float[dimension * 16];
    private int _first;

    /// <summary>Values of a frame.</summary>
    public int Dimension { get; } = dimension;

    /// <summary>Frames kept.</summary>
    public int Count { get; private set; }

    /// <summary>All frames, one after the other; valid until the next change.</summary>
    public Span<float> Values => _values.AsSpan(_first * Dimension, Count * Dimension);

    /// <summary>A frame, 0 being the oldest.</summary>
    public Span<float> this[int index] => Values.Slice(index * Dimension, Dimension);

    /// <summary>Adds room for a frame, whose values are undefined, and hands it out.</summary>
    public Span<float> Add() => AddRange(1);

    /// <summary>Adds room for frames, whose values are undefined, and hands it out.</summary>
    public Span<float> AddRange(int frames)
    {
        int needed = (_first + Count + frames) * Dimension;
        if (needed > _values.Length)
        {
            int kept = Count * Dimension;
            float[] target = kept + (frames * Dimension) > _values.Length / 2 ? new float[Math.Max(2 * _values.Length, kept + (frames * Dimension))] : _values;
            _values.AsSpan(_first * Dimension, kept).CopyTo(target);
            (_values, _first) = (target, 0);
        }

        Count += frames;
        return _values.AsSpan((_first + Count - frames) * Dimension, frames * Dimension);
    }

    /// <summary>Adds a copy of a frame.</summary>
    public void Add(ReadOnlySpan<float> frame) => frame.CopyTo(Add());

    /// <summary>Forgets the oldest frames.</summary>
    public void RemoveFirst(int frames)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(frames, Count);
        Count -= frames;
        _first = Count == 0 ? 0 : _first + frames;
    }

    /// <summary>Forgets all frames.</summary>
    public void Clear() => RemoveFirst(Count);
}
