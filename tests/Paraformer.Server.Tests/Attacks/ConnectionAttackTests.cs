using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Paraformer.Server.Tests.Support;
using Paraformer.Service.Tests.Fakes;

namespace Paraformer.Server.Tests.Attacks;

/// <summary>Many, slow, silent and flooding connections. A well-behaved session beside them is served all the while.</summary>
public sealed class ConnectionAttackTests
{
    [Fact]
    public async Task A_handshake_that_dawdles_is_ended()
    {
        await using RunningServer server = await RunningServer.StartProtocolOnlyAsync(new ServerOptions { HandshakeTimeout = TimeSpan.FromSeconds(1) });
        using RawSocket slow = await RawSocket.OpenAsync(server.Endpoint);
        using var measured = new Measurements(server.Service);
        await slow.WriteAsync(Encoding.ASCII.GetBytes("GET /api-ws/v1/inference HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "));
        Assert.StartsWith("HTTP/1.1 408 ", await slow.ReadHeadAsync(), StringComparison.Ordinal);
        Assert.Equal(1, measured["paraformer.limits.refused limit=handshake"]);
    }

    [Fact]
    public async Task A_connection_that_never_sends_a_request_is_ended()
    {
        await using RunningServer server = await RunningServer.StartProtocolOnlyAsync(new ServerOptions { HttpIdleTimeout = TimeSpan.FromSeconds(1) });
        using RawSocket silent = await RawSocket.OpenAsync(server.Endpoint);
        await silent.ExpectEndAsync();
    }

    [Fact]
    public async Task Connections_over_the_limit_are_told_and_make_room_when_others_leave()
    {
        await using RunningServer server = await RunningServer.StartProtocolOnlyAsync(new ServerOptions { MaxConnections = 2 });
        using var measured = new Measurements(server.Service);
        using RawSocket first = await RawSocket.ConnectAsync(server);
        RawSocket second = await RawSocket.ConnectAsync(server);
        using RawSocket third = await RawSocket.OpenAsync(server.Endpoint);
        Assert.StartsWith("HTTP/1.1 503 ", await third.ReadHeadAsync(), StringComparison.Ordinal);
        Assert.Equal(1, measured["paraformer.limits.refused limit=connections"]);
        second.Dispose();
        await EventuallyAsync(async () =>
        {
            using RawSocket next = await RawSocket.OpenAsync(server.Endpoint);
            await next.WriteAsync(Encoding.ASCII.GetBytes("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"));
            return (await next.ReadHeadAsync()).StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Connections_of_one_address_are_counted_where_that_is_asked_for()
    {
        await using RunningServer server = await RunningServer.StartProtocolOnlyAsync(new ServerOptions { MaxConnectionsPerAddress = 1 });
        using RawSocket first = await RawSocket.ConnectAsync(server);
        using var measured = new Measurements(server.Service);
        using RawSocket second = await RawSocket.OpenAsync(server.Endpoint);
        Assert.StartsWith("HTTP/1.1 429 ", await second.ReadHeadAsync(), StringComparison.Ordinal);
        Assert.Equal(1, measured["paraformer.limits.refused limit=connections_per_address"]);
    }

    [Fact]
    public async Task A_thousand_idle_connections_cost_little_and_are_ended_after_the_idle_time()
    {
        var time = new FakeTimeProvider();
        await using RunningServer server = await RunningServer.StartProtocolOnlyAsync(new ServerOptions { Time = time });
        using var measured = new Measurements(server.Service);
        using RawSocket warm = await RawSocket.ConnectAsync(server);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        var idle = new List<RawSocket>();
        for (int i = 0; i < 1000; i++)
        {
            idle.Add(await RawSocket.ConnectAsync(server));

            // Half a header each, so that each keeps the server waiting in the middle of something.
            await idle[i].WriteAsync(new byte[] { 0x82 });
        }

        // The clients' side of the pairs and concurrent tests are in this figure too.
        long perPair = (GC.GetTotalMemory(forceFullCollection: true) - before) / idle.Count;
        Assert.InRange(perPair, 0, 64 * 1024);
        await RunTaskAsync(server);
        time.Advance(TimeSpan.FromSeconds(62));
        await EventuallyAsync(() =>
        {
            measured.Observe();
            return Task.FromResult(measured["paraformer.connections.active"] == 0);
        });
        idle.ForEach(socket => socket.Dispose());
    }

    [Fact]
    public async Task Floods_of_tiny_frames_are_held_to_their_rate_and_others_keep_their_latency()
    {
        await using RunningServer server = await RunningServer.StartProtocolOnlyAsync();
        using var measured = new Measurements(server.Service);
        TimeSpan alone = await MedianAsync(server);
        using var stop = new CancellationTokenSource();
        Task[] floods = [.. Enumerable.Range(0, 4).Select(kind => FloodAsync(server, kind, stop.Token))];
        await EventuallyAsync(() => Task.FromResult(measured["paraformer.limits.waited limit=frames"] > 0));
        TimeSpan beside = await MedianAsync(server);
        await stop.CancelAsync();
        await Task.WhenAll(floods);

        // Not a measurement: a server that lets itself be flooded takes seconds here.
        Assert.InRange(beside.TotalMilliseconds, 0, (20 * alone.TotalMilliseconds) + 1000);
    }

    [Fact]
    public async Task A_client_that_never_reads_is_dropped_and_others_are_not()
    {
        var time = new FakeTimeProvider();
        await using RunningServer server = await RunningServer.StartAsync(new ServerOptions { Time = time });
        using RawSocket deaf = await RawSocket.ConnectAsync(server);
        await deaf.SendTextAsync(ClientMessages.RunTask("deaf"));
        ScriptedStream stream = await server.Engine.NextStreamAsync();
        for (int i = 0; i < 3000; i++)
        {
            stream.EmitFinal(i + 1, new string('x', 4000));
        }

        while (!stream.Disposed.IsCompleted)
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
            time.Advance(TimeSpan.FromSeconds(1));
            if (time.GetElapsedTime(0) < TimeSpan.FromSeconds(22))
            {
                await deaf.SendAudioAsync(100);
            }
        }

        await RunScriptedTaskAsync(server);
    }

    private static async Task FloodAsync(RunningServer server, int kind, CancellationToken stop)
    {
        using RawSocket client = await RawSocket.ConnectAsync(server);
        await client.SendTextAsync(ClientMessages.RunTask("flood"));
        await client.ExpectEventAsync("task-started", "flood");
        byte[] frame = kind switch
        {
            0 => RawSocket.Frame(RawFrame.Binary, new byte[1]),
            1 => RawSocket.Frame(RawFrame.Binary, []),
            2 => RawSocket.Frame(RawFrame.Pong, []),
            _ => RawSocket.Frame(0, []),
        };
        byte[] many = [.. Enumerable.Repeat(frame, 1000).SelectMany(bytes => bytes)];
        if (kind == 3)
        {
            await client.SendFrameAsync(RawFrame.Binary, Array.Empty<byte>(), isFinal: false);
            many = [.. Enumerable.Repeat(RawSocket.Frame(0, [], isFinal: false), 1000).SelectMany(bytes => bytes)];
        }

        for (int i = 0; i < 250 && !stop.IsCancellationRequested; i++)
        {
            try
            {
                await client.WriteAsync(many).WaitAsync(stop);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private static async Task<TimeSpan> MedianAsync(RunningServer server)
    {
        var times = new List<TimeSpan>();
        for (int i = 0; i < 9; i++)
        {
            long since = Stopwatch.GetTimestamp();
            await RunTaskAsync(server);
            times.Add(Stopwatch.GetElapsedTime(since));
        }

        return times.Order().ElementAt(times.Count / 2);
    }

    private static async Task RunTaskAsync(RunningServer server)
    {
        using RawSocket client = await RawSocket.ConnectAsync(server);
        await client.SendTextAsync(ClientMessages.RunTask("good"));
        await client.ExpectEventAsync("task-started", "good");
        await client.SendAudioAsync(32_000);
        await client.ExpectEventAsync("result-generated", "good");
    }

    private static async Task RunScriptedTaskAsync(RunningServer server)
    {
        using RawSocket client = await RawSocket.ConnectAsync(server);
        await client.SendTextAsync(ClientMessages.RunTask("good"));
        await client.ExpectEventAsync("task-started", "good");
        await client.SendAudioAsync(3200);
        await client.SendTextAsync(ClientMessages.FinishTask("good"));
        await client.ExpectEventAsync("task-finished", "good");
    }

    private static async Task EventuallyAsync(Func<Task<bool>> holds)
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        while (!await holds())
        {
            await Task.Delay(20, patience.Token);
        }
    }
}
