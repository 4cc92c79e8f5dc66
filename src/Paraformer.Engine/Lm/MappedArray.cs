namespace Paraformer.Engine.Lm;

/// <summary>A read-only array inside a memory-mapped file, with bounds checked.</summary>
internal readonly unsafe struct MappedArray<T>(T* items, int length)
    where T : unmanaged
{
    /// <summary>Items.</summary>
    public int Length => length;

    public T this[int index] => (uint)index < (uint)length ? items[index] : throw new InvalidDataException("a compiled language model refers to what it does not hold");

    /// <summary>A part of the array.</summary>
    public ReadOnlySpan<T> Slice(int start, int count) => new ReadOnlySpan<T>(items, length).Slice(start, count);
}
