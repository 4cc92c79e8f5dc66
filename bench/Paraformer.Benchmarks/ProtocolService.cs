using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Paraformer.Protocol;

namespace Paraformer.Benchmarks;

/// <summary>
/// The protocol and nothing behind it: every second of 16 kHz audio is answered with one partial or, each fifth time, a final. Runs in a process of
/// its own, so that what is measured is the client.
/// </summary>
internal sealed class ProtocolService : IAsyncDisposable
{
    private const int BytesPerSecond = 32_000;

    private static readonly string[] Said = ["today", "is", "fine"];

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Task, bool> _serving = new();
    private readonly Task _accepting;

    public ProtocolService()
    {
        _listener.Start(backlog: 2048);
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Starts this program as a service in another process.</summary>
    public static async Task<(Process Process, Uri Endpoint)> StartProcessAsync()
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.ArgumentList.Add(typeof(ProtocolService).Assembly.Location);
        start.ArgumentList.Add("serve");
        Process process = Process.Start(start)!;
        string port = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The service did not start.");
        return (process, new Uri($"ws://127.0.0.1:{int.Parse(port, CultureInfo.InvariantCulture)}/"));
    }

    /// <summary>Serves until the standard input ends: until the starter has closed it or is gone.</summary>
    public static Task WaitForInputEndAsync() => Task.Run(Console.In.ReadToEndAsync);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(_serving.Keys).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            TcpClient peer = await _listener.AcceptTcpClientAsync(_stop.Token);
            _serving.TryAdd(Task.Run(() => ServeAsync(peer)), true);
        }
    }

    private async Task ServeAsync(TcpClient peer)
    {
        using TcpClient _ = peer;
        peer.NoDelay = true;
        NetworkStream stream = peer.GetStream();
        using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
        string key = "";
        while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 } line)
        {
            key = line.StartsWith("Sec-WebSocket-Key:", StringComparison.OrdinalIgnoreCase) ? line[18..].Trim() : key;
        }

#pragma warning disable CA5350 // RFC 6455 prescribes SHA-1.
        string accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes($"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"), _stop.Token);
        await using var connection = new WebSocketMessageConnection(WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true }));
        try
        {
            await AnswerAsync(connection);
        }
        catch (IOException)
        {
            // The client has gone.
        }
    }

    private async Task AnswerAsync(WebSocketMessageConnection connection)
    {
        string id = "";
        bool isSilent = false;
        long heard = 0;
        while (true)
        {
            Frame frame = await connection.ReceiveAsync(_stop.Token);
            if (frame.Kind == FrameKind.Close)
            {
                return;
            }

            if (frame.Kind == FrameKind.Binary)
            {
                long before = heard / BytesPerSecond;
                heard += frame.Data.Length;
                for (long second = before + 1; second <= heard / BytesPerSecond && !isSilent; second++)
                {
                    bool isFinal = second % 5 == 0;
                    await SendAsync(connection, o => ProtocolSerializer.WriteResult(o, id, Sentence(second, isFinal), isFinal ? new Usage((int)second) : null));
                }

                continue;
            }

            TaskRequest request = ProtocolSerializer.ReadRequest(frame.Data.Span);
            if (request.Action == TaskActions.RunTask)
            {
                (id, heard, isSilent) = (request.TaskId!, 0, request.Model == "silent");
                await SendAsync(connection, o => ProtocolSerializer.WriteTaskStarted(o, id));
            }
            else
            {
                await SendAsync(connection, o => ProtocolSerializer.WriteTaskFinished(o, id));
            }
        }
    }

    private static Sentence Sentence(long second, bool isFinal)
    {
        long begin = (second - 1) / 5 * 5000;
        Word[] words = [.. Enumerable.Range(0, (int)((second - 1) % 5) + 1).SelectMany(i => Said.Select((text, w) => new Word
        {
            BeginTime = begin + (i * 1000) + (w * 300), EndTime = begin + (i * 1000) + (w * 300) + 250, Text = text,
        }))];
        return new Sentence
        {
            SentenceId = ((second - 1) / 5) + 1,
            BeginTime = begin,
            EndTime = isFinal ? words[^1].EndTime : null,
            SentenceEnd = isFinal,
            Text = string.Join(' ', words.Select(w => w.Text)),
            Words = words,
        };
    }

    private async Task SendAsync(WebSocketMessageConnection connection, Action<IBufferWriter<byte>> write)
    {
        var message = new ArrayBufferWriter<byte>();
        write(message);
        await connection.SendTextAsync(message.WrittenMemory, _stop.Token);
    }
}
