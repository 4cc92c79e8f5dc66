using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Paraformer.Bench.Load;

/// <summary>The process of the attackers: it does one thing over and over until it is killed.</summary>
internal static class Attacker
{
    private const string Handshake =
        "GET /api-ws/v1/inference HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

    private const string RunTask =
        """{"header":{"action":"run-task","task_id":"attack","streaming":"duplex"},"payload":{"task_group":"audio","task":"asr","function":"recognition","model":"paraformer-realtime-v2","parameters":{"format":"pcm","sample_rate":16000},"input":{}}}""";

    /// <summary>Handshakes that never end; idle sockets; one-byte frames; audio as fast as it is taken; frames and messages without end; broken, deep and compressed contents.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["slow-handshakes", "idle-sockets", "tiny-frames", "fast-audio", "giant-frames", "broken-contents"];

    public static async Task RunAsync(int port, string kind)
    {
        (int count, Func<int, Task> attack) = kind switch
        {
            "slow-handshakes" => (300, (Func<int, Task>)DawdleAsync),
            "idle-sockets" => (2000, IdleAsync),
            "tiny-frames" => (8, target => FloodAsync(target, [.. Enumerable.Repeat(Frame(2, new byte[1]), 1000).SelectMany(frame => frame)])),
            "fast-audio" => (8, target => FloodAsync(target, Frame(2, new byte[60_000]))),
            "giant-frames" => (8, SendGiantsAsync),
            "broken-contents" => (8, SendBrokenAsync),
            _ => throw new ArgumentException($"'{kind}' is none of {string.Join(", ", Kinds)}.", nameof(kind)),
        };
        Task[] all = [.. Enumerable.Range(0, count).Select(_ => Task.Run(() => RepeatAsync(attack, port)))];
        await Task.Delay(2000);
        Console.WriteLine("under way");
        await Task.WhenAll(all);
    }

    private static async Task RepeatAsync(Func<int, Task> attack, int port)
    {
        while (true)
        {
            try
            {
                await attack(port);
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
                // The server ended the connection: the next one.
                await Task.Delay(10);
            }
        }
    }

    private static async Task DawdleAsync(int port)
    {
        using Socket socket = await ConnectAsync(port);
        await socket.SendAsync(Encoding.ASCII.GetBytes("GET /api-ws/v1/inference HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "));
        while (true)
        {
            await Task.Delay(200);
            await socket.SendAsync("x"u8.ToArray());
        }
    }

    private static async Task IdleAsync(int port)
    {
        using Socket socket = await OpenAsync(port);
        await socket.SendAsync(new byte[] { 0x82 });
        await ReadToEndAsync(socket);
    }

    private static async Task FloodAsync(int port, byte[] bytes)
    {
        using Socket socket = await OpenAsync(port);
        await socket.SendAsync(Frame(1, Encoding.UTF8.GetBytes(RunTask)));
        Task reading = ReadToEndAsync(socket);
        while (!reading.IsCompleted)
        {
            await socket.SendAsync(bytes);
        }
    }

    private static async Task SendGiantsAsync(int port)
    {
        using (Socket socket = await OpenAsync(port))
        {
            await socket.SendAsync(new byte[] { 0x81, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0 });
            await AnswerCloseAsync(socket);
        }

        using Socket endless = await OpenAsync(port);
        await endless.SendAsync(Frame(1, new byte[16_000], isFinal: false));
        for (int i = 0; i < 20; i++)
        {
            await endless.SendAsync(Frame(0, new byte[16_000], isFinal: false));
        }

        await AnswerCloseAsync(endless);
    }

    private static async Task SendBrokenAsync(int port)
    {
        byte[] compressed = Frame(1, new byte[1000]);
        compressed[0] |= 0x40;
        byte[] deep = Encoding.ASCII.GetBytes(new string('[', 100_000));
        foreach (byte[] bytes in (byte[][])[compressed, Frame(1, [0xFF, 0xFE]), Frame(1, deep), RandomNumberGenerator.GetBytes(300)])
        {
            using Socket socket = await OpenAsync(port);
            await socket.SendAsync(bytes);
            await AnswerCloseAsync(socket);
        }
    }

    private static async Task<Socket> ConnectAsync(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync("127.0.0.1", port);
        return socket;
    }

    private static async Task<Socket> OpenAsync(int port)
    {
        Socket socket = await ConnectAsync(port);
        await socket.SendAsync(Encoding.ASCII.GetBytes(Handshake));
        await socket.ReceiveAsync(new byte[1024]);
        return socket;
    }

    /// <summary>Takes one answer, whatever it is, and leaves without one.</summary>
    private static Task<int> AnswerCloseAsync(Socket socket) => socket.ReceiveAsync(new byte[4096]);

    private static async Task ReadToEndAsync(Socket socket)
    {
        byte[] buffer = new byte[16_384];
        while (await socket.ReceiveAsync(buffer) > 0)
        {
        }
    }

    private static byte[] Frame(int opcode, byte[] payload, bool isFinal = true)
    {
        byte first = (byte)((isFinal ? 0x80 : 0) | opcode);
        byte[] head = payload.Length < 126 ? [first, (byte)(0x80 | payload.Length)]
            : payload.Length <= ushort.MaxValue ? [first, 0xFE, (byte)(payload.Length >> 8), (byte)payload.Length]
            : [first, 0xFF, 0, 0, 0, 0, (byte)(payload.Length >> 24), (byte)(payload.Length >> 16), (byte)(payload.Length >> 8), (byte)payload.Length];
        return [.. head, 0, 0, 0, 0, .. payload];
    }
}
