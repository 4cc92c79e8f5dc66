using Paraformer.Audio.Workers;

namespace Paraformer.Audio.Compressed;

/// <summary>
/// The decoder of one stream in a worker. When the worker is lost through another stream, the decoder is made anew in
/// another one and brought to where it was by the last packets; when it is lost in the middle of this stream's request,
/// this stream may be the reason, and fails.
/// </summary>
internal sealed class PacketDecoding(DecoderPool pool, byte codec, byte[] header, DecodedPacketHandler handler) : IDisposable
{
    // Codecs carry over little from packet to packet: an overlap, a bit reservoir, filter states that fade within 100 ms.
    private const int RememberedPackets = 8;

    private readonly PacketBatch _batch = new();
    private readonly Queue<byte[]> _recent = new();
    private readonly PacketBatch _replay = new();
    private DecoderSession? _session;

    /// <summary>Takes a packet; it is decoded at the next <see cref="Flush"/> at the latest.</summary>
    public void Add(ReadOnlySpan<byte> packet, int duration)
    {
        _batch.Add(packet, duration);
        Remember(packet);
        if (_batch.IsFull)
        {
            Flush();
        }
    }

    /// <summary>Decodes what was added.</summary>
    /// <exception cref="AudioFormatException">The stream cannot be decoded.</exception>
    public void Flush()
    {
        if (_batch.IsEmpty)
        {
            return;
        }

        try
        {
            if (_session is null or { IsLost: true })
            {
                Open();
            }

            try
            {
                _session!.Decode(_batch.Bytes, Read);
            }
            catch (DecoderWorkerException e) when (!e.DuringRequest)
            {
                Open();
                _session!.Decode(_batch.Bytes, Read);
            }
        }
        catch (DecoderWorkerException e)
        {
            throw new AudioFormatException(AudioFormatError.Undecodable, $"The stream cannot be decoded: {e.Message}.");
        }
        finally
        {
            _batch.Clear();
        }
    }

    public void Dispose() => _session?.Dispose();

    private void Open()
    {
        bool isLost = _session is not null;
        _session?.Dispose();
        _session = pool.Open(codec, header);
        if (!isLost)
        {
            return;
        }

        _replay.Clear();
        foreach (byte[] packet in _recent.SkipLast(_batch.Durations.Count))
        {
            _replay.Add(packet, 0);
        }

        if (!_replay.IsEmpty)
        {
            _session.Decode(_replay.Bytes, static _ => { });
        }
    }

    private void Remember(ReadOnlySpan<byte> packet)
    {
        if (_recent.Count == RememberedPackets + WorkerProtocol.MaxPacketsPerRequest)
        {
            _recent.Dequeue();
        }

        _recent.Enqueue(packet.ToArray());
    }

    private void Read(ReadOnlyMemory<byte> answer) => WorkerAnswer.Read(answer.Span, _batch.Durations, handler);
}
