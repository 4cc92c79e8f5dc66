namespace Paraformer.Engine.Onnx;

/// <summary>New bytes made of parts of old ones and of insertions; nothing is copied before it is applied.</summary>
internal sealed class SpanEdit
{
    private readonly List<(int Begin, int Length, byte[]? Inserted)> _parts = [];

    /// <summary>Length of the result.</summary>
    public long Length { get; private set; }

    /// <summary>Takes over a part of the old bytes.</summary>
    public void Keep(int begin, int length)
    {
        if (_parts is [.., (int last, int lastLength, null)] && last + lastLength == begin)
        {
            _parts[^1] = (last, lastLength + length, null);
        }
        else
        {
            _parts.Add((begin, length, null));
        }

        Length += length;
    }

    /// <summary>Adds new bytes.</summary>
    public void Insert(byte[] bytes)
    {
        _parts.Add((0, bytes.Length, bytes));
        Length += bytes.Length;
    }

    /// <summary>Adds all of another edit of the same bytes.</summary>
    public void Add(SpanEdit other)
    {
        _parts.AddRange(other._parts);
        Length += other.Length;
    }

    /// <summary>Makes the new bytes.</summary>
    public byte[] Apply(ReadOnlySpan<byte> old)
    {
        var result = new byte[Length];
        int at = 0;
        foreach ((int begin, int length, byte[]? inserted) in _parts)
        {
            (inserted ?? old.Slice(begin, length)).CopyTo(result.AsSpan(at));
            at += length;
        }

        return result;
    }
}
