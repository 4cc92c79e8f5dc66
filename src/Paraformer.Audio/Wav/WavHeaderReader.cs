using System.Buffers.Binary;
using System.Globalization;

namespace Paraformer.Audio.Wav;

/// <summary>
/// Reads the header of a WAV stream (RIFF, RIFX, RF64 or BW64) up to its first sample, from pieces cut anywhere.
/// Holds a few bytes at a time whatever sizes the header states.
/// </summary>
internal sealed class WavHeaderReader
{
    /// <summary>The most bytes before the samples: 16 MiB.</summary>
    public const long MaxHeaderSize = 16 * 1024 * 1024;

    private const int FileHeaderSize = 12;
    private const int ChunkHeaderSize = 8;
    private const int SizesChunkSize = 16;

    private readonly byte[] _part = new byte[WavFormat.MaxChunkSize];
    private Part _expected = Part.FileHeader;
    private int _partSize = FileHeaderSize;
    private int _partFilled;
    private long _skip;
    private long _skipAfterPart;
    private bool _bigEndian;
    private bool _is64;
    private ulong _size64;
    private WavFormat? _format;

    private enum Part
    {
        FileHeader,
        ChunkHeader,
        Format,
        Sizes64,
    }

    /// <summary>The format of the samples, known once <see cref="Read"/> has returned true.</summary>
    public WavFormat Format => _format ?? throw new InvalidOperationException("The header has not been read to its end.");

    /// <summary>Bytes of samples that the header states; null where it leaves them open (a streamed file): to the end of the stream.</summary>
    public long? DataSize { get; private set; }

    /// <summary>Bytes of the stream read so far: the offset of the first sample once <see cref="Read"/> has returned true.</summary>
    public long Position { get; private set; }

    /// <summary>Takes header bytes off <paramref name="data"/>.</summary>
    /// <returns>True at the first sample; false when more bytes are needed.</returns>
    /// <exception cref="AudioFormatException">The header is broken, or describes audio that cannot be decoded here.</exception>
    public bool Read(ref ReadOnlySpan<byte> data)
    {
        while (true)
        {
            int skipped = (int)Math.Min(_skip, data.Length);
            data = data[skipped..];
            _skip -= skipped;
            Position += skipped;

            int taken = Math.Min(_partSize - _partFilled, data.Length);
            data[..taken].CopyTo(_part.AsSpan(_partFilled));
            data = data[taken..];
            _partFilled += taken;
            Position += taken;
            if (_skip > 0 || _partFilled < _partSize)
            {
                return false;
            }

            if (Interpret(_part.AsSpan(0, _partSize)))
            {
                return true;
            }

            _partFilled = 0;
        }
    }

    /// <summary>The error of a stream that ends inside its header.</summary>
    public AudioFormatException Ended() =>
        Broken(string.Create(CultureInfo.InvariantCulture, $"it ends after {Position} bytes, before its first sample (no data chunk)"));

    private bool Interpret(ReadOnlySpan<byte> part)
    {
        switch (_expected)
        {
            case Part.FileHeader:
                _bigEndian = part[..4].SequenceEqual("RIFX"u8);
                _is64 = part[..4].SequenceEqual("RF64"u8) || part[..4].SequenceEqual("BW64"u8);
                ExpectChunk(0);
                return false;
            case Part.ChunkHeader:
                return InterpretChunkHeader(part);
            case Part.Format:
                _format = WavFormat.Parse(part, _bigEndian);
                ExpectChunk(_skipAfterPart);
                return false;
            case Part.Sizes64:
                _size64 = BinaryPrimitives.ReadUInt64LittleEndian(part[8..]);
                ExpectChunk(_skipAfterPart);
                return false;
            default:
                throw new InvalidOperationException($"Unexpected part {_expected}.");
        }
    }

    private bool InterpretChunkHeader(ReadOnlySpan<byte> header)
    {
        ReadOnlySpan<byte> id = header[..4];
        uint size = _bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(header[4..]) : BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
        if (id.SequenceEqual("data"u8))
        {
            if (_format is null)
            {
                throw Broken("its data chunk comes before any fmt chunk");
            }

            DataSize = StatedDataSize(size);
            return true;
        }

        // Chunks are padded to an even size.
        long stored = size + (size & 1L);
        if (Position + stored > MaxHeaderSize)
        {
            throw Broken(string.Create(
                CultureInfo.InvariantCulture,
                $"chunk \"{Printable(id)}\" at byte {Position - ChunkHeaderSize} states {size} bytes; no more than {MaxHeaderSize} are read before the samples"));
        }

        if (id.SequenceEqual("fmt "u8) && _format is null)
        {
            Expect(Part.Format, (int)Math.Min(size, WavFormat.MaxChunkSize), stored);
        }
        else if (id.SequenceEqual("ds64"u8) && _is64 && size >= SizesChunkSize)
        {
            Expect(Part.Sizes64, SizesChunkSize, stored);
        }
        else
        {
            ExpectChunk(stored);
        }

        return false;
    }

    private long? StatedDataSize(uint size) => size switch
    {
        uint.MaxValue when _is64 && _size64 is > 0 and <= long.MaxValue => (long)_size64,
        0 or uint.MaxValue => null,
        _ => size,
    };

    private void Expect(Part part, int size, long stored)
    {
        _expected = part;
        _partSize = size;
        _skipAfterPart = stored - size;
    }

    private void ExpectChunk(long skip)
    {
        _expected = Part.ChunkHeader;
        _partSize = ChunkHeaderSize;
        _skip = skip;
    }

    private static string Printable(ReadOnlySpan<byte> id) =>
        string.Create(4, id, static (text, bytes) =>
        {
            for (int i = 0; i < text.Length; i++)
            {
                text[i] = bytes[i] is >= 0x20 and < 0x7F ? (char)bytes[i] : '?';
            }
        });

    private static AudioFormatException Broken(string what) => new(AudioFormatError.Undecodable, $"The WAV stream cannot be read: {what}.");
}
