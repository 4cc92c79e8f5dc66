using System.Buffers;
using System.Buffers.Binary;
using Paraformer.Audio.Workers;

namespace Paraformer.Audio.Compressed;

/// <summary>Packets in the form in which they go to a worker.</summary>
internal sealed class PacketBatch
{
    private const int MaxBytes = WorkerProtocol.MaxRequestBytes / 2;

    private readonly ArrayBufferWriter<byte> _bytes = new();
    private readonly List<int> _durations = [];

    /// <summary>Each packet's length in samples.</summary>
    public IReadOnlyList<int> Durations => _durations;

    /// <summary>Whether it is to be sent before more is added.</summary>
    public bool IsFull => _durations.Count == WorkerProtocol.MaxPacketsPerRequest || _bytes.WrittenCount >= MaxBytes;

    public bool IsEmpty => _durations.Count == 0;

    public ReadOnlySpan<byte> Bytes => _bytes.WrittenSpan;

    public void Add(ReadOnlySpan<byte> packet, int duration)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.GetSpan(sizeof(int)), packet.Length);
        _bytes.Advance(sizeof(int));
        _bytes.Write(packet);
        _durations.Add(duration);
    }

    public void Clear()
    {
        _bytes.ResetWrittenCount();
        _durations.Clear();
    }
}
