using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Paraformer.Audio.Workers;

namespace Paraformer.Audio.Worker;

/// <summary>Serves requests, one at a time, until its input ends.</summary>
internal sealed class RequestLoop(LibAvcodec? av, Stream input, Stream output)
{
    private const int LengthSize = sizeof(int);

    private readonly Dictionary<int, PacketDecoder> _sessions = [];
    private readonly byte[] _request = new byte[WorkerProtocol.MaxRequestBytes];
    private byte[] _response = new byte[64 * 1024];
    private int _responseSize;

    public void Run()
    {
        Span<byte> length = stackalloc byte[LengthSize];
        while (input.ReadAtLeast(length, LengthSize, throwOnEndOfStream: false) == LengthSize)
        {
            int size = BinaryPrimitives.ReadInt32LittleEndian(length);
            if (size is < WorkerProtocol.RequestHeaderSize or > WorkerProtocol.MaxRequestBytes)
            {
                return;
            }

            input.ReadExactly(_request, 0, size);
            _responseSize = LengthSize;
            if (Serve(_request.AsSpan(0, size)))
            {
                BinaryPrimitives.WriteInt32LittleEndian(_response, _responseSize - LengthSize);
                output.Write(_response, 0, _responseSize);
                output.Flush();
            }
        }
    }

    /// <returns>Whether there is an answer.</returns>
    private bool Serve(ReadOnlySpan<byte> request)
    {
        int session = BinaryPrimitives.ReadInt32LittleEndian(request[1..]);
        ReadOnlySpan<byte> body = request[WorkerProtocol.RequestHeaderSize..];
        switch (request[0])
        {
            case WorkerProtocol.Hello:
                Append(1)[0] = WorkerProtocol.Ok;
                for (byte codec = 0; codec < WorkerProtocol.CodecCount; codec++)
                {
                    Append(1)[0] = av is not null && PacketDecoder.CanDecode(av, codec) ? (byte)1 : (byte)0;
                }

                return true;
            case WorkerProtocol.Open:
                Open(session, body);
                return true;
            case WorkerProtocol.Decode when _sessions.TryGetValue(session, out PacketDecoder? decoder):
                Decode(decoder, body);
                return true;
            case WorkerProtocol.Close:
                if (_sessions.Remove(session, out PacketDecoder? closed))
                {
                    closed.Dispose();
                }

                return false;
            default:
                Fail("unknown request or session");
                return true;
        }
    }

    private void Open(int session, ReadOnlySpan<byte> body)
    {
        if (av is null || body.IsEmpty || _sessions.ContainsKey(session))
        {
            Fail("no decoder");
            return;
        }

        try
        {
            _sessions.Add(session, new PacketDecoder(av, body[0], body[1..]));
            Append(1)[0] = WorkerProtocol.Ok;
        }
        catch (InvalidDataException e)
        {
            Fail(e.Message);
        }
    }

    private void Decode(PacketDecoder decoder, ReadOnlySpan<byte> body)
    {
        Append(1)[0] = WorkerProtocol.Ok;
        for (int count = 0; body.Length >= LengthSize && count < WorkerProtocol.MaxPacketsPerRequest; count++)
        {
            int size = BinaryPrimitives.ReadInt32LittleEndian(body);
            ReadOnlySpan<byte> packet = body.Slice(LengthSize, size);
            body = body[(LengthSize + size)..];

            int at = _responseSize;
            Append(WorkerProtocol.PacketResultHeaderSize + (WorkerProtocol.MaxPacketSamples * sizeof(float)));
            Span<byte> result = _response.AsSpan(at);
            DecodedPacket decoded = decoder.Decode(packet, MemoryMarshal.Cast<byte, float>(result[WorkerProtocol.PacketResultHeaderSize..])[..WorkerProtocol.MaxPacketSamples]);
            BinaryPrimitives.WriteInt32LittleEndian(result, decoded.Count);
            BinaryPrimitives.WriteInt32LittleEndian(result[4..], decoded.SampleRate);
            BinaryPrimitives.WriteInt32LittleEndian(result[8..], decoded.Channels);
            _responseSize = at + WorkerProtocol.PacketResultHeaderSize + (Math.Max(0, decoded.Count) * sizeof(float));
        }
    }

    private void Fail(string reason)
    {
        Append(1)[0] = WorkerProtocol.Failed;
        byte[] text = Encoding.UTF8.GetBytes(reason);
        text.CopyTo(Append(text.Length));
    }

    private Span<byte> Append(int size)
    {
        if (_response.Length - _responseSize < size)
        {
            Array.Resize(ref _response, Math.Max(_response.Length * 2, _responseSize + size));
        }

        _responseSize += size;
        return _response.AsSpan(_responseSize - size, size);
    }
}
