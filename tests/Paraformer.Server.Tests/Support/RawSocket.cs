using System.Buffers.Binary;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Paraformer.Service.Tests.Fakes;

namespace Paraformer.Server.Tests.Support;

/// <summary>A frame as it came from the server.</summary>
internal sealed record RawFrame(int Opcode, byte[] Payload)
{
    public const int Text = 1;
    public const int Binary = 2;
    public const int Close = 8;
    public const int Ping = 9;
    public const int Pong = 10;

    public int CloseStatus => BinaryPrimitives.ReadUInt16BigEndian(Payload);
}

/// <summary>A WebSocket client that writes its bytes itself, so that it can do what real clients and worse ones do.</summary>
internal sealed class RawSocket : IDisposable
{
    private readonly TcpClient _tcp;
    private readonly Stream _stream;

    private RawSocket(TcpClient tcp, Stream stream)
    {
        _tcp = tcp;
        _stream = stream;
    }

    /// <summary>Connects and shakes hands with the Python SDK's headers.</summary>
    public static Task<RawSocket> ConnectAsync(RunningServer server, string target = "/api-ws/v1/inference") =>
        ConnectAsync(server.Endpoint, target, RawRequest.PythonHeaders("bearer sk-any"));

    public static async Task<RawSocket> ConnectAsync(Uri endpoint, string target, IEnumerable<string> headers)
    {
        RawSocket socket = await OpenAsync(endpoint);
        await socket.WriteAsync(Encoding.ASCII.GetBytes($"GET {target} HTTP/1.1\r\nHost: {endpoint.Authority}\r\n{string.Concat(headers.Select(header => header + "\r\n"))}\r\n"));
        string head = await socket.ReadHeadAsync();
        Assert.StartsWith("HTTP/1.1 101 ", head, StringComparison.Ordinal);
        return socket;
    }

    /// <summary>Connects and says nothing.</summary>
    public static async Task<RawSocket> OpenAsync(Uri endpoint)
    {
        var tcp = new TcpClient { NoDelay = true };
        await tcp.ConnectAsync(endpoint.Host, endpoint.Port).WaitAsync(Patience.Limit);
        return new RawSocket(tcp, tcp.GetStream());
    }

    public Task WriteAsync(ReadOnlyMemory<byte> bytes) => _stream.WriteAsync(bytes).AsTask().WaitAsync(Patience.Limit);

    public Task SendTextAsync(string text) => SendFrameAsync(RawFrame.Text, Encoding.UTF8.GetBytes(text));

    public Task SendAudioAsync(int bytes) => SendFrameAsync(RawFrame.Binary, new byte[bytes]);

    public Task SendFrameAsync(int opcode, ReadOnlyMemory<byte> payload, bool isFinal = true) => WriteAsync(Frame(opcode, payload.Span, isFinal));

    /// <summary>A client's frame, masked.</summary>
    public static byte[] Frame(int opcode, ReadOnlySpan<byte> payload, bool isFinal = true)
    {
        int lengthBytes = payload.Length < 126 ? 0 : payload.Length <= ushort.MaxValue ? 2 : 8;
        byte[] frame = new byte[2 + lengthBytes + 4 + payload.Length];
        frame[0] = (byte)((isFinal ? 0x80 : 0) | opcode);
        frame[1] = (byte)(0x80 | (lengthBytes switch { 0 => payload.Length, 2 => 126, _ => 127 }));
        if (lengthBytes == 2)
        {
            BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2), (ushort)payload.Length);
        }
        else if (lengthBytes == 8)
        {
            BinaryPrimitives.WriteInt64BigEndian(frame.AsSpan(2), payload.Length);
        }

        Span<byte> mask = frame.AsSpan(2 + lengthBytes, 4);
        RandomNumberGenerator.Fill(mask);
        for (int i = 0; i < payload.Length; i++)
        {
            frame[6 + lengthBytes + i] = (byte)(payload[i] ^ mask[i & 3]);
        }

        return frame;
    }

    /// <summary>Reads the head of an HTTP answer.</summary>
    public async Task<string> ReadHeadAsync()
    {
        var head = new StringBuilder();
        byte[] one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            int count = await _stream.ReadAsync(one).AsTask().WaitAsync(Patience.Limit);
            Assert.True(count == 1, $"The answer ended early: {head}");
            head.Append((char)one[0]);
        }

        return head.ToString();
    }

    /// <summary>The next frame, pings left out.</summary>
    public async Task<RawFrame> ReadFrameAsync()
    {
        RawFrame frame;
        do
        {
            frame = await ReadAnyFrameAsync();
        }
        while (frame.Opcode == RawFrame.Ping);

        return frame;
    }

    /// <summary>The next frame, whatever it is.</summary>
    public async Task<RawFrame> ReadAnyFrameAsync()
    {
        byte[] head = await ReadBytesAsync(2);
        Assert.Equal(0, head[1] & 0x80);
        long length = (head[1] & 0x7F) switch
        {
            126 => BinaryPrimitives.ReadUInt16BigEndian(await ReadBytesAsync(2)),
            127 => BinaryPrimitives.ReadInt64BigEndian(await ReadBytesAsync(8)),
            int small => small,
        };
        Assert.Equal(0x80, head[0] & 0xF0);
        return new RawFrame(head[0] & 0x0F, await ReadBytesAsync((int)length));
    }

    /// <summary>The next event as JSON; its header has what every header has.</summary>
    public async Task<JsonElement> ReadEventAsync()
    {
        RawFrame frame = await ReadFrameAsync();
        Assert.Equal(RawFrame.Text, frame.Opcode);
        using var json = JsonDocument.Parse(frame.Payload);
        JsonElement header = json.RootElement.GetProperty("header");
        Assert.Equal(JsonValueKind.Object, header.GetProperty("attributes").ValueKind);
        Assert.Equal(JsonValueKind.Object, json.RootElement.GetProperty("payload").ValueKind);
        return json.RootElement.Clone();
    }

    public async Task<JsonElement> ExpectEventAsync(string name, string taskId)
    {
        JsonElement json = await ReadEventAsync();
        Assert.Equal((name, taskId), (json.GetProperty("header").GetProperty("event").GetString(), json.GetProperty("header").GetProperty("task_id").GetString()));
        return json;
    }

    /// <summary>A failure, then the close, then the end of the connection.</summary>
    public async Task<(string Message, string TaskId)> ExpectFailureAsync(string code, int closeStatus = 1000)
    {
        JsonElement json;
        do
        {
            json = await ReadEventAsync();
        }
        while (json.GetProperty("header").GetProperty("event").GetString() is "result-generated" or "task-started");

        JsonElement header = json.GetProperty("header");
        Assert.Equal(("task-failed", code), (header.GetProperty("event").GetString(), header.GetProperty("error_code").GetString()));
        Assert.Equal("{}", json.GetProperty("payload").GetRawText());
        await ExpectCloseAsync(closeStatus);
        return (header.GetProperty("error_message").GetString()!, header.GetProperty("task_id").GetString()!);
    }

    /// <summary>The server's close; answers it and waits for the end of the connection.</summary>
    public async Task ExpectCloseAsync(int status)
    {
        RawFrame close = await ReadFrameAsync();
        Assert.Equal((RawFrame.Close, status), (close.Opcode, close.CloseStatus));
        await SendFrameAsync(RawFrame.Close, close.Payload.AsMemory(0, 2));
        await ExpectEndAsync();
    }

    /// <summary>Nothing more comes: the connection has ended, in order or reset.</summary>
    public async Task ExpectEndAsync()
    {
        try
        {
            byte[] rest = new byte[4096];
            int count = await _stream.ReadAsync(rest).AsTask().WaitAsync(Patience.Limit);
            Assert.True(count == 0, $"Data came after the end: {Encoding.UTF8.GetString(rest, 0, count)}");
        }
        catch (IOException)
        {
            Assert.False(_tcp.Client.Poll(0, SelectMode.SelectRead) && _tcp.Available > 0);
        }
    }

    public void Dispose()
    {
        _stream.Dispose();
        _tcp.Dispose();
    }

    private async Task<byte[]> ReadBytesAsync(int count)
    {
        byte[] bytes = new byte[count];
        await _stream.ReadExactlyAsync(bytes).AsTask().WaitAsync(Patience.Limit);
        return bytes;
    }
}
