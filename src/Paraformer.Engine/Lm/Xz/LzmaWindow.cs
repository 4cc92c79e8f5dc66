namespace Paraformer.Engine.Lm.Xz;

/// <summary>The decoded bytes that matches may refer back to.</summary>
internal sealed class LzmaWindow(int dictionarySize)
{
    private const int MaxChunk = 1 << 21;

    // Slides by a whole chunk or more, so that each byte is moved few times.
    private byte[] _buffer = new byte[Math.Min(dictionarySize, 1 << 20) + (2 * MaxChunk)];

    /// <summary>Where the next byte goes.</summary>
    public int Position { get; private set; }

    /// <summary>How far back a match may reach.</summary>
    public int Reach { get; private set; }

    /// <summary>The newest byte; 0 before any.</summary>
    public byte Last => Reach == 0 ? (byte)0 : _buffer[Position - 1];

    /// <summary>The newest bytes.</summary>
    public ReadOnlyMemory<byte> Newest(int count) => _buffer.AsMemory(Position - count, count);

    /// <summary>Forgets everything.</summary>
    public void Reset() => Reach = 0;

    /// <summary>Makes room for a chunk.</summary>
    public void Reserve(int count)
    {
        if (Position + count <= _buffer.Length)
        {
            return;
        }

        int keep = Math.Min(Position, dictionarySize);
        byte[] target = keep + count > _buffer.Length / 2
            ? new byte[(int)Math.Min((2L * _buffer.Length) + count, (long)dictionarySize + (8 * MaxChunk))]
            : _buffer;
        Buffer.BlockCopy(_buffer, Position - keep, target, 0, keep);
        (_buffer, Position) = (target, keep);
    }

    public void Put(byte value)
    {
        _buffer[Position++] = value;
        Reach = Math.Min(Reach + 1, dictionarySize);
    }

    public void Put(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_buffer.AsSpan(Position));
        Position += bytes.Length;
        Reach = (int)Math.Min((long)Reach + bytes.Length, dictionarySize);
    }

    /// <summary>The byte at a distance, 0 being the newest.</summary>
    public byte At(uint distance) => distance < (uint)Reach
        ? _buffer[Position - 1 - (int)distance]
        : throw new InvalidDataException("an LZMA match reaches back beyond the data");

    /// <summary>Repeats what lies at a distance.</summary>
    public void Repeat(uint distance, int length)
    {
        if (distance >= (uint)Reach)
        {
            throw new InvalidDataException("an LZMA match reaches back beyond the data");
        }

        int from = Position - 1 - (int)distance;
        for (int i = 0; i < length; i++)
        {
            _buffer[Position + i] = _buffer[from + i];
        }

        Position += length;
        Reach = (int)Math.Min((long)Reach + length, dictionarySize);
    }
}
