using System.Buffers;
using System.Buffers.Binary;

namespace Paraformer.Cli.Conversion;

/// <summary>Writes a WAV file of 16-bit mono samples of unknown number: the sizes in its header are put in at the end.</summary>
internal sealed class WaveFileWriter
{
    /// <summary>Samples that a WAV file can hold: its sizes have 32 bits.</summary>
    public const long MaxSamples = (uint.MaxValue - HeaderSize) / 2;

    private const int HeaderSize = 44;
    private readonly Stream _file;
    private readonly int _sampleRate;
    private readonly ArrayBufferWriter<byte> _bytes = new();

    /// <param name="file">An empty file. Where it cannot be sought in, as a pipe, its header keeps the largest sizes, which stand for unknown ones.</param>
    /// <param name="sampleRate">Samples per second.</param>
    public WaveFileWriter(Stream file, int sampleRate)
    {
        (_file, _sampleRate) = (file, sampleRate);
        _file.Write(Header(uint.MaxValue));
    }

    /// <summary>Samples written so far.</summary>
    public long Samples { get; private set; }

    /// <summary>Length of the samples written so far.</summary>
    public long DurationMs => Samples * 1000 / _sampleRate;

    /// <summary>Writes samples in [-1, 1]; what lies outside is clipped.</summary>
    /// <exception cref="IOException">There is no room for them: on the disk, or in a WAV file.</exception>
    public void Write(ReadOnlySpan<float> samples)
    {
        if (Samples + samples.Length > MaxSamples)
        {
            throw new IOException("a WAV file holds no more than 4 GiB");
        }

        _bytes.ResetWrittenCount();
        Span<byte> bytes = _bytes.GetSpan(samples.Length * 2);
        for (int i = 0; i < samples.Length; i++)
        {
            BinaryPrimitives.WriteInt16LittleEndian(bytes[(i * 2)..], (short)Math.Clamp(MathF.Round(samples[i] * 32768f), short.MinValue, short.MaxValue));
        }

        _bytes.Advance(samples.Length * 2);
        _file.Write(_bytes.WrittenSpan);
        Samples += samples.Length;
    }

    /// <summary>Puts the sizes into the header.</summary>
    public void Complete()
    {
        if (_file.CanSeek)
        {
            _file.Position = 0;
            _file.Write(Header((uint)(Samples * 2)));
        }
    }

    private byte[] Header(uint dataBytes)
    {
        byte[] header = new byte[HeaderSize];
        "RIFF"u8.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(4), uint.CreateSaturating((ulong)dataBytes + HeaderSize - 8));
        "WAVEfmt "u8.CopyTo(header.AsSpan(8));
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(16), 16);
        BinaryPrimitives.WriteInt16LittleEndian(header.AsSpan(20), 1);
        BinaryPrimitives.WriteInt16LittleEndian(header.AsSpan(22), 1);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(24), _sampleRate);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(28), _sampleRate * 2);
        BinaryPrimitives.WriteInt16LittleEndian(header.AsSpan(32), 2);
        BinaryPrimitives.WriteInt16LittleEndian(header.AsSpan(34), 16);
        "data"u8.CopyTo(header.AsSpan(36));
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(40), dataBytes);
        return header;
    }
}
