using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace Paraformer.Bench.Load;

/// <summary>
/// One client on a bare socket: as cheap as possible, for it shares the processors with the server. The mask of its frames is zero,
/// which RFC 6455 allows to be any number.
/// </summary>
internal sealed class LoadStream(int port, LoadCounters counters) : IDisposable
{
    /// <summary>A second of audio.</summary>
    public const int FramesPerAnswer = 10;

    private static readonly byte[] s_handshake = Encoding.ASCII.GetBytes(
        "GET /api-ws/v1/inference HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");

    private static readonly byte[] s_audio = Frame(2, new byte[3200]);

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly string _taskId = Guid.NewGuid().ToString("N");
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly byte[] _buffer = new byte[8192];
    private int _length;
    private int _frames;
    private long _askedAt;
    private bool _isEnding;

    public Task Started => _started.Task;

    public Task Finished => _finished.Task;

    public async Task ConnectAsync()
    {
        await _socket.ConnectAsync("127.0.0.1", port);
        await _socket.SendAsync(s_handshake.AsMemory());
        int end;
        while ((end = _buffer.AsSpan(0, _length).IndexOf("\r\n\r\n"u8)) < 0)
        {
            int count = await _socket.ReceiveAsync(_buffer.AsMemory(_length));
            _length = count > 0 ? _length + count : throw new IOException("The handshake was not answered.");
        }

        if (!_buffer.AsSpan().StartsWith("HTTP/1.1 101"u8))
        {
            throw new IOException(Encoding.ASCII.GetString(_buffer, 0, end));
        }

        Consume(end + 4);
        _ = Task.Run(ReadAsync);
    }

    public ValueTask<int> StartAsync() => _socket.SendAsync(Frame(1, Encoding.UTF8.GetBytes(
        """{"header":{"action":"run-task","task_id":"$ID","streaming":"duplex"},"payload":{"task_group":"audio","task":"asr","function":"recognition","model":"paraformer-realtime-v2","parameters":{"format":"pcm","sample_rate":16000},"input":{}}}""".Replace("$ID", _taskId, StringComparison.Ordinal))).AsMemory());

    public ValueTask<int> FinishAsync() => _socket.SendAsync(Frame(1, Encoding.UTF8.GetBytes(
        """{"header":{"action":"finish-task","task_id":"$ID","streaming":"duplex"},"payload":{"input":{}}}""".Replace("$ID", _taskId, StringComparison.Ordinal))).AsMemory());

    /// <summary>Sends 100 ms of audio. Every tenth frame makes the server answer: from its sending to the answer is what is measured.</summary>
    public void SendAudio()
    {
        if (++_frames % FramesPerAnswer == 0)
        {
            Volatile.Write(ref _askedAt, Stopwatch.GetTimestamp());
        }

        ValueTask<int> sending = _socket.SendAsync(s_audio.AsMemory());
        if (!sending.IsCompletedSuccessfully)
        {
            counters.Delayed(sending.AsTask());
        }
        else if (sending.Result != s_audio.Length)
        {
            counters.Failed("a frame was sent in part");
        }
    }

    public void Dispose()
    {
        _isEnding = true;
        _socket.Dispose();
    }

    private async Task ReadAsync()
    {
        try
        {
            while (true)
            {
                while (TryTake(out int opcode, out ReadOnlyMemory<byte> payload))
                {
                    OnMessage(opcode, payload.Span);
                    Consume(_taken);
                }

                int count = await _socket.ReceiveAsync(_buffer.AsMemory(_length));
                if (count == 0)
                {
                    throw new IOException("the server closed the connection");
                }

                _length += count;
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            if (!_isEnding)
            {
                counters.Failed(e.Message);
                _started.TrySetException(e);
                _finished.TrySetException(e);
            }
        }
    }

    private int _taken;

    private bool TryTake(out int opcode, out ReadOnlyMemory<byte> payload)
    {
        opcode = 0;
        payload = default;
        if (_length < 2)
        {
            return false;
        }

        int length = _buffer[1], head = 2;
        if (length == 126)
        {
            if (_length < 4)
            {
                return false;
            }

            length = BinaryPrimitives.ReadUInt16BigEndian(_buffer.AsSpan(2));
            head = 4;
        }

        if (_length < head + length)
        {
            return false;
        }

        opcode = _buffer[0] & 0x0F;
        payload = _buffer.AsMemory(head, length);
        _taken = head + length;
        return true;
    }

    private void OnMessage(int opcode, ReadOnlySpan<byte> payload)
    {
        if (opcode == 9)
        {
            return;
        }

        long askedAt = Interlocked.Exchange(ref _askedAt, 0);
        if (payload.IndexOf("task-started"u8) >= 0)
        {
            _started.TrySetResult();
        }
        else if (payload.IndexOf("task-finished"u8) >= 0)
        {
            _finished.TrySetResult();
        }
        else if (opcode != 1 || payload.IndexOf("task-failed"u8) >= 0)
        {
            counters.Failed(Encoding.UTF8.GetString(payload));
        }
        else
        {
            counters.Answered(payload.IndexOf("\"sentence_end\":true"u8) >= 0, askedAt == 0 ? null : Stopwatch.GetElapsedTime(askedAt));
        }
    }

    private void Consume(int count)
    {
        _buffer.AsSpan(count, _length - count).CopyTo(_buffer);
        _length -= count;
    }

    private static byte[] Frame(int opcode, byte[] payload)
    {
        byte[] head = payload.Length < 126 ? [(byte)(0x80 | opcode), (byte)(0x80 | payload.Length), 0, 0, 0, 0]
            : [(byte)(0x80 | opcode), 0x80 | 126, (byte)(payload.Length >> 8), (byte)payload.Length, 0, 0, 0, 0];
        return [.. head, .. payload];
    }
}
