using System.Buffers.Binary;
using Paraformer.Protocol;

namespace Paraformer.Client;

/// <summary>
/// Where the samples lie in a stream: read from its first bytes. PCM, with or without a RIFF/WAVE header, has a place for every time; anything
/// else has none and can only be sent from its start.
/// </summary>
internal sealed class AudioLayout
{
    private const int PcmBlock = 2;
    private const int MaxHeaderBytes = 64 * 1024;

    private byte[] _start = [];
    private int _length;

    public AudioLayout(AudioFormat format, int sampleRate)
    {
        SampleRate = sampleRate;
        IsKnown = format != AudioFormat.Pcm && format != AudioFormat.Wav;
    }

    /// <summary>Whether enough of the stream has been seen.</summary>
    public bool IsKnown { get; private set; }

    /// <summary>Whether every time has a place in the stream.</summary>
    public bool IsLinear { get; private set; }

    /// <summary>What comes before the samples and has to be sent again with any of them.</summary>
    public ReadOnlyMemory<byte> Header { get; private set; }

    /// <summary>Bytes of one sample of every channel.</summary>
    public int Block { get; private set; } = PcmBlock;

    public int SampleRate { get; private set; }

    /// <summary>Takes the stream's next bytes until the layout is known.</summary>
    public void Inspect(ReadOnlySpan<byte> data)
    {
        if (IsKnown)
        {
            return;
        }

        int taken = Math.Min(data.Length, MaxHeaderBytes - _length);
        Array.Resize(ref _start, _length + taken);
        data[..taken].CopyTo(_start.AsSpan(_length));
        _length += taken;
        Parse();
        if (IsKnown)
        {
            _start = [];
        }
    }

    /// <summary>The offset of the sample at a time.</summary>
    public long OffsetOf(long milliseconds) => Header.Length + (milliseconds * SampleRate / 1000 * Block);

    /// <summary>The time, to the nearest millisecond, of the sample at an offset.</summary>
    public long TimeOf(long offset) => ((offset - Header.Length) / Block * 1000 + (SampleRate / 2)) / SampleRate;

    /// <summary>The first sample boundary at or behind an offset.</summary>
    public long Align(long offset) => Header.Length + ((Math.Max(0, offset - Header.Length) + Block - 1) / Block * Block);

    private void Parse()
    {
        ReadOnlySpan<byte> start = _start.AsSpan(0, _length);
        ReadOnlySpan<byte> riff = "RIFF"u8, wave = "WAVE"u8;
        int compared = Math.Min(4, start.Length);
        if (!start[..compared].SequenceEqual(riff[..compared]) || (start.Length >= 12 && !start[8..12].SequenceEqual(wave)))
        {
            (IsKnown, IsLinear) = (true, true);
            return;
        }

        bool hasFormat = false;
        for (long at = 12; at + 8 <= start.Length;)
        {
            ReadOnlySpan<byte> chunk = start[(int)at..];
            long size = BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]);
            if (chunk[..4].SequenceEqual("data"u8))
            {
                (IsKnown, IsLinear, Header) = (true, hasFormat, _start.AsMemory(0, (int)at + 8).ToArray());
                return;
            }

            if (chunk[..4].SequenceEqual("fmt "u8) && chunk.Length >= 24)
            {
                SampleRate = BinaryPrimitives.ReadInt32LittleEndian(chunk[12..]);
                Block = BinaryPrimitives.ReadUInt16LittleEndian(chunk[20..]);
                hasFormat = SampleRate > 0 && Block > 0;
            }

            at += 8 + size + (size & 1);
        }

        IsKnown = _length == MaxHeaderBytes;
    }
}
