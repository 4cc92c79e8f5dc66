using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Paraformer.EndToEnd.Tests;

/// <summary>SIGTERM while a hundred streams run: every one of them gets what it is owed.</summary>
public sealed class DrainUnderLoadTests
{
    private const int Streams = 100;
    private const int Seconds = 12;
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task SIGTERM_under_load_loses_no_final_result()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "POSIX signals");
        using Process server = CommandLine.Start(["serve", "--engine", "protocol-only", "--port", "0"]);
        Task<string> errors = server.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string line = await server.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(s_patience, TestContext.Current.CancellationToken) ?? await errors;
        var endpoint = new Uri(line.Split(' ').First(word => word.StartsWith("ws://", StringComparison.Ordinal)));
        using var half = new CountdownEvent(Streams);
        var signalled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<string>[] streams = [.. Enumerable.Range(0, Streams).Select(_ => Task.Run(() => RunAsync(endpoint, half, signalled.Task)))];
        await Task.Run(() => half.Wait(s_patience), TestContext.Current.CancellationToken);
        await CommandLine.SignalAsync(server, "TERM");
        signalled.SetResult();

        // Three finals of five, five and two seconds, each with the seconds so far, and the end.
        string[] results = await Task.WhenAll(streams).WaitAsync(s_patience, TestContext.Current.CancellationToken);
        Assert.All(results, result => Assert.Equal("5000/ 10000/ 12000/12 finished", RoundedDurations(result)));
        await server.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(s_patience, TestContext.Current.CancellationToken);
        Assert.Equal(0, server.ExitCode);
        Assert.Contains("protocol-only recogniser serves", await errors, StringComparison.Ordinal);
    }

    // Only the last final's duration is certain: the others are made while audio comes.
    private static string RoundedDurations(string result)
    {
        string[] parts = result.Split(' ');
        return string.Join(' ', parts.Select((part, i) => i < parts.Length - 2 ? part[..(part.IndexOf('/', StringComparison.Ordinal) + 1)] : part));
    }

    private static async Task<string> RunAsync(Uri endpoint, CountdownEvent half, Task signalled)
    {
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(endpoint, CancellationToken.None).WaitAsync(s_patience);
        string id = Guid.NewGuid().ToString("N");
        await SendAsync(socket, """{"header":{"action":"run-task","task_id":"$ID","streaming":"duplex"},"payload":{"task_group":"audio","task":"asr","function":"recognition","model":"paraformer-realtime-v2","parameters":{"format":"pcm","sample_rate":16000},"input":{}}}""", id);
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<string> reading = ReadAsync(socket, started);
        await Task.WhenAny(started.Task, reading);
        for (int i = 0; i < Seconds; i++)
        {
            if (i == Seconds / 2)
            {
                half.Signal();
                await signalled;
            }

            await socket.SendAsync(new byte[32_000], WebSocketMessageType.Binary, true, CancellationToken.None);
        }

        await SendAsync(socket, """{"header":{"action":"finish-task","task_id":"$ID","streaming":"duplex"},"payload":{"input":{}}}""", id);
        return await reading;
    }

    private static async Task<string> ReadAsync(ClientWebSocket socket, TaskCompletionSource started)
    {
        var seen = new StringBuilder();
        byte[] buffer = new byte[64 * 1024];
        while (true)
        {
            int length = 0;
            WebSocketReceiveResult received;
            do
            {
                received = await socket.ReceiveAsync(new ArraySegment<byte>(buffer, length, buffer.Length - length), CancellationToken.None);
                length += received.Count;
            }
            while (!received.EndOfMessage);

            if (received.MessageType == WebSocketMessageType.Close)
            {
                return $"{seen}closed";
            }

            using var json = JsonDocument.Parse(buffer.AsMemory(0, length));
            string name = json.RootElement.GetProperty("header").GetProperty("event").GetString()!;
            JsonElement payload = json.RootElement.GetProperty("payload");
            if (name == "task-started")
            {
                started.SetResult();
            }

            if (name is "task-finished" or "task-failed")
            {
                return seen + name["task-".Length..];
            }

            if (name == "result-generated" && payload.GetProperty("output").GetProperty("sentence") is var sentence && sentence.GetProperty("sentence_end").GetBoolean())
            {
                seen.Append(sentence.GetProperty("end_time").GetRawText()).Append('/').Append(payload.GetProperty("usage").GetProperty("duration").GetRawText()).Append(' ');
            }
        }
    }

    private static Task SendAsync(ClientWebSocket socket, string text, string id) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(text.Replace("$ID", id, StringComparison.Ordinal)), WebSocketMessageType.Text, true, CancellationToken.None);
}
