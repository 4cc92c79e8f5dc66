using System.Buffers.Binary;

namespace Paraformer.Engine.Lm.Xz;

/// <summary>
/// Reads an .xz file forwards (one stream, LZMA2 alone), by the public format description. Checks CRC-32 and CRC-64 where
/// the file has them.
/// </summary>
/// <param name="input">The file; it is disposed of with the stream.</param>
/// <param name="maxBytes">What it may hold at most: a small file can say to hold endlessly much.</param>
internal sealed class XzStream(Stream input, long maxBytes = long.MaxValue) : Stream
{
    private static readonly byte[] s_magic = [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0];
    private readonly byte[] _chunk = new byte[1 << 16];
    private ReadOnlyMemory<byte> _decoded;
    private LzmaWindow? _window;
    private LzmaDecoder? _lzma;
    private BlockCheck _check = new(0);
    private bool _started;
    private bool _ended;
    private long _blockBytes;
    private long _produced;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <exception cref="InvalidDataException">The file is damaged, or uses what is not supported.</exception>
    public override int Read(Span<byte> buffer)
    {
        while (_decoded.IsEmpty && !_ended && !buffer.IsEmpty)
        {
            Advance();
        }

        int count = Math.Min(buffer.Length, _decoded.Length);
        _decoded.Span[..count].CopyTo(buffer);
        _decoded = _decoded[count..];
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            input.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Advance()
    {
        if (!_started)
        {
            ReadStreamHeader();
            _started = true;
        }

        if (_window is null)
        {
            _ended = !ReadBlockHeader();
            return;
        }

        byte control = Byte();
        _blockBytes++;
        if (control == 0)
        {
            EndBlock();
        }
        else if (control >= 0x80)
        {
            ReadCompressed(control);
        }
        else
        {
            ReadStored(control);
        }
    }

    private void ReadStreamHeader()
    {
        Span<byte> header = Bytes(12);
        if (!header[..6].SequenceEqual(s_magic) || Crc32.Compute(header[6..8]) != BinaryPrimitives.ReadUInt32LittleEndian(header[8..]))
        {
            throw new InvalidDataException("it does not begin as an .xz file");
        }

        _check = header[6] == 0 && header[7] is 0 or 1 or 4
            ? new BlockCheck(header[7])
            : throw new InvalidDataException($"an .xz integrity check of type {header[7]}, which is not supported");
    }

    // Returns false at the index, which only repeats what was read.
    private bool ReadBlockHeader()
    {
        byte size = Byte();
        if (size == 0)
        {
            return false;
        }

        byte[] header = new byte[(size + 1) * 4];
        header[0] = size;
        Fill(header.AsSpan(1));
        if (Crc32.Compute(header.AsSpan(..^4)) != BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(^4..)))
        {
            throw new InvalidDataException("an .xz block header is damaged");
        }

        int position = 2;
        int flags = header[1];
        for (int i = 0; i < (flags >> 6 & 1) + (flags >> 7 & 1); i++)
        {
            while (position < header.Length && header[position++] >= 0x80)
            {
            }
        }

        if (position + 2 >= header.Length || (flags & 0x3F) != 0 || header[position] != 0x21 || header[position + 1] != 1 || header[position + 2] > 36)
        {
            throw new InvalidDataException("an .xz filter that is not LZMA2, which is not supported");
        }

        int bits = header[position + 2];
        _window = new LzmaWindow((2 | (bits & 1)) << ((bits / 2) + 11));
        _lzma = new LzmaDecoder(_window);
        _blockBytes = 0;
        _check.Start();
        return true;
    }

    private void ReadCompressed(byte control)
    {
        Span<byte> sizes = Bytes(4);
        int unpacked = ((control & 0x1F) << 16) + BinaryPrimitives.ReadUInt16BigEndian(sizes) + 1;
        int packed = BinaryPrimitives.ReadUInt16BigEndian(sizes[2..]) + 1;
        _blockBytes += 4 + packed;
        int reset = control >> 5 & 3;
        if (reset == 3)
        {
            _window!.Reset();
            _lzma!.ResetPosition();
        }

        if (reset >= 2)
        {
            _lzma!.SetProperties(Byte());
            _blockBytes++;
        }
        else if (reset == 1)
        {
            _lzma!.ResetState();
        }

        Fill(_chunk.AsSpan(0, packed));
        _window!.Reserve(unpacked);
        var range = new RangeDecoder(_chunk, packed);
        _lzma!.Decode(ref range, unpacked);
        if (!range.IsFinished)
        {
            throw new InvalidDataException("an LZMA chunk does not end where it must");
        }

        Produce(unpacked);
    }

    private void ReadStored(byte control)
    {
        if (control > 2)
        {
            throw new InvalidDataException($"an LZMA2 chunk of type {control}");
        }

        if (control == 1)
        {
            _window!.Reset();
            _lzma!.ResetPosition();
        }

        int count = BinaryPrimitives.ReadUInt16BigEndian(Bytes(2)) + 1;
        _blockBytes += 2 + count;
        _window!.Reserve(count);
        Fill(_chunk.AsSpan(0, count));
        _window.Put(_chunk.AsSpan(0, count));
        _lzma!.Skip(count);
        Produce(count);
    }

    private void Produce(int count)
    {
        _produced += count;
        if (_produced > maxBytes)
        {
            throw new InvalidDataException($"it holds more than {maxBytes >> 20} MiB");
        }

        _decoded = _window!.Newest(count);
        _check.Add(_decoded.Span);
    }

    private void EndBlock()
    {
        Bytes((int)(-_blockBytes & 3));
        _check.Verify(Bytes(_check.Size));
        _window = null;
    }

    private byte Byte() => Bytes(1)[0];

    private Span<byte> Bytes(int count)
    {
        Span<byte> bytes = _chunk.AsSpan(0, count);
        Fill(bytes);
        return bytes;
    }

    private void Fill(Span<byte> bytes)
    {
        if (input.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
        {
            throw new InvalidDataException("the .xz file ends too early");
        }
    }
}
