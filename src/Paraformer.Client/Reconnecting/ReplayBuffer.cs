using System.Buffers;

namespace Paraformer.Client;

/// <summary>
/// The last bytes of a stream, addressed by their offset in it. Memory grows with what is kept and is reused, so that a steady
/// stream costs no allocation. Not thread-safe.
/// </summary>
internal sealed class ReplayBuffer : IDisposable
{
    private const int SmallestRing = 32 * 1024;

    private byte[] _ring = [];

    /// <summary>The offset of the first byte that is kept.</summary>
    public long Start { get; private set; }

    /// <summary>The offset behind the last byte.</summary>
    public long End { get; private set; }

    /// <summary>Adds bytes at the end; of everything, the last <paramref name="capacity"/> bytes are kept.</summary>
    public void Append(ReadOnlySpan<byte> data, int capacity)
    {
        End += data.Length;
        Start = Math.Max(Start, End - capacity);
        int kept = (int)Math.Min(data.Length, End - Start);
        Grow((int)(End - Start), kept);
        Copy(data[^kept..], _ring, End - kept);
    }

    /// <summary>Forgets what lies before an offset.</summary>
    public void DiscardBefore(long offset) => Start = Math.Clamp(offset, Start, End);

    /// <summary>Copies what is kept from an offset on, as much as fits; returns the number of bytes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The offset is not kept.</exception>
    public int Read(long offset, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(offset, Start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, End);
        int length = (int)Math.Min(destination.Length, End - offset);
        if (length > 0)
        {
            int at = (int)(offset % _ring.Length);
            int first = Math.Min(length, _ring.Length - at);
            _ring.AsSpan(at, first).CopyTo(destination);
            _ring.AsSpan(0, length - first).CopyTo(destination[first..]);
        }

        return length;
    }

    public void Dispose()
    {
        byte[] ring = _ring;
        _ring = [];
        Start = End;
        if (ring.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(ring);
        }
    }

    private static void Copy(ReadOnlySpan<byte> data, byte[] ring, long offset)
    {
        if (data.IsEmpty)
        {
            return;
        }

        int at = (int)(offset % ring.Length);
        int first = Math.Min(data.Length, ring.Length - at);
        data[..first].CopyTo(ring.AsSpan(at));
        data[first..].CopyTo(ring);
    }

    private void Grow(int needed, int added)
    {
        if (needed <= _ring.Length)
        {
            return;
        }

        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(SmallestRing, Math.Max(needed, _ring.Length * 2)));
        byte[] old = _ring;
        long from = Start;
        while (from < End - added)
        {
            int at = (int)(from % old.Length);
            int length = (int)Math.Min(End - added - from, old.Length - at);
            Copy(old.AsSpan(at, length), larger, from);
            from += length;
        }

        _ring = larger;
        if (old.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(old);
        }
    }
}
