using Paraformer.Client.Tests.Support;
using Paraformer.Protocol;
using Paraformer.Testing;

namespace Paraformer.Client.Tests.Connections;

public sealed class ConnectionPoolTests
{
    private static readonly RecognitionOptions Pcm8k = new(ParaformerModel.RealtimeV2, AudioFormat.Pcm, 8000);

    private static CancellationToken Ct => TestLimit.Token;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Tasks_one_after_another_share_a_connection_and_have_ids_of_their_own(bool overSocket)
    {
        var service = new WordService();
        await using var listener = new WebSocketListener(service.ServeAsync);
        var transport = new CuttingTransport(service.ServeAsync, []);
        int connections = 0;
        await using RecognitionClient client = overSocket
            ? new RecognitionClient(new RecognitionClientOptions { Endpoint = new Uri($"ws://{listener.Endpoint}/") })
            : new RecognitionClient(new RecognitionClientOptions { Transport = new CountingTransport(transport, () => connections++) });

        for (int i = 0; i < 5; i++)
        {
            await RecognizeAsync(client, i);
        }

        Assert.Equal(overSocket ? 1 : 0, listener.OpenConnections);
        Assert.Equal(overSocket ? 0 : 1, connections);
        Assert.Equal(5, service.Tasks.Distinct().Count());
        Assert.Empty(service.Violations);
    }

    [Fact]
    public async Task A_connection_that_the_service_closed_while_it_waited_is_replaced_without_notice()
    {
        int number = 0;
        var closed = new TaskCompletionSource();
        await using var service = SocketService.Playing(async task =>
        {
            await FinishAsync(task);
            if (Interlocked.Increment(ref number) == 1)
            {
                await task.Connection.CloseAsync(1000, "idle", task.CancellationToken);
                closed.SetResult();
            }
            else
            {
                await task.ReadToEndAsync();
            }
        });
        await using RecognitionClient client = service.CreateClient(o => o with { MaxPooledConnections = 4 });

        await RecognizeAsync(client, new byte[100]);
        await closed.Task.WaitAsync(Ct);
        await RecognizeAsync(client, new byte[100]);

        Assert.Equal(2, service.Handshakes.Count);
    }

    [Theory]
    [InlineData("close")]
    [InlineData("drop")]
    [InlineData("junk")]
    public async Task A_connection_that_dies_at_the_next_task_is_replaced_without_notice_though_reconnecting_is_off(string how)
    {
        int number = 0;
        await using var service = SocketService.Playing(async task =>
        {
            await FinishAsync(task);
            if (Interlocked.Increment(ref number) > 1)
            {
                await task.ReadToEndAsync();
                return;
            }

            await task.ReadRunTaskAsync();
            if (how == "close")
            {
                await task.Connection.CloseAsync(1001, "", task.CancellationToken);
            }
            else if (how == "junk")
            {
                await task.Connection.SendBinaryAsync(new byte[3], task.CancellationToken);
            }
        });
        await using RecognitionClient client = service.CreateClient(o => o with { MaxPooledConnections = 4 });

        await RecognizeAsync(client, new byte[100]);
        await RecognizeAsync(client, new byte[100]);

        Assert.Equal(2, service.Handshakes.Count);
    }

    [Fact]
    public async Task A_dead_path_to_a_pooled_connection_costs_seconds_and_no_error()
    {
        var service = new WordService();
        await using var listener = new WebSocketListener(service.ServeAsync);
        await using var proxy = new FaultProxy(listener.Endpoint);
        var time = new ManualTimeProvider();
        await using var client = new RecognitionClient(new RecognitionClientOptions
        {
            Endpoint = proxy.Address("ws", "/"), Reconnect = ReconnectPolicy.Off, TimeProvider = time,
        });
        await RecognizeAsync(client, 1);
        proxy.CutAll(Cut.Stall);

        Task second = RecognizeAsync(client, 2);
        await time.TimerDueInAsync(TimeSpan.FromSeconds(5), Ct);
        time.Advance(TimeSpan.FromSeconds(5));
        await second;

        Assert.Equal(2, proxy.Connections);
    }

    [Fact]
    public async Task An_idle_connection_is_closed_in_time()
    {
        var time = new ManualTimeProvider();
        var closed = new TaskCompletionSource<bool>();
        var service = new FakeService(async task =>
        {
            await FinishAsync(task);
            closed.SetResult(await task.ReadToEndAsync());
        });
        await using RecognitionClient client = service.CreateClient(o => o with { MaxPooledConnections = 1, TimeProvider = time });
        await RecognizeAsync(client, new byte[100]);
        await time.TimerDueInAsync(TimeSpan.FromSeconds(50), Ct);
        Assert.False(closed.Task.IsCompleted);

        time.Advance(TimeSpan.FromSeconds(50));

        Assert.True(await closed.Task.WaitAsync(Ct));
    }

    [Fact]
    public async Task No_more_connections_wait_than_the_pool_holds()
    {
        var service = new WordService();
        await using var listener = new WebSocketListener(service.ServeAsync);
        await using var client = new RecognitionClient(new RecognitionClientOptions { Endpoint = new Uri($"ws://{listener.Endpoint}/"), MaxPooledConnections = 2 });

        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => RecognizeAsync(client, i)));

        await ConnectionsAsync(listener, count => count <= 2);
        Assert.Empty(service.Violations);
    }

    [Fact]
    public async Task Connections_can_be_opened_in_advance_and_are_closed_with_the_client()
    {
        var service = new WordService();
        await using var listener = new WebSocketListener(service.ServeAsync);
        await using (var client = new RecognitionClient(new RecognitionClientOptions { Endpoint = new Uri($"ws://{listener.Endpoint}/"), MaxPooledConnections = 3 }))
        {
            await client.PrewarmAsync(10, Ct);
            await client.PrewarmAsync(2, Ct);
            await ConnectionsAsync(listener, count => count == 3);
            await RecognizeAsync(client, 1);
            Assert.Equal(3, listener.OpenConnections);
        }

        await ConnectionsAsync(listener, count => count == 0);
        Assert.Empty(service.Violations);
    }

    [Fact]
    public async Task Opening_in_advance_tells_why_it_cannot()
    {
        await using var service = SocketService.Refusing("401 Unauthorized");
        await using RecognitionClient client = service.CreateClient(o => o with { MaxPooledConnections = 1 });

        await Assert.ThrowsAsync<HandshakeRefusedException>(() => client.PrewarmAsync(cancellationToken: Ct));
    }

    [Fact]
    public async Task A_task_that_failed_or_was_abandoned_leaves_no_connection_in_the_pool()
    {
        int number = 0;
        var service = new FakeService(async task =>
        {
            await task.StartAsync();
            if (Interlocked.Increment(ref number) == 1)
            {
                await task.FailAsync(ErrorCodes.InternalError, "no");
            }

            await task.ReadToEndAsync();
        });
        await using RecognitionClient client = service.CreateClient(o => o with { MaxPooledConnections = 4 });

        RecognitionSession failed = await client.StartAsync(Pcm8k, Ct);
        await Assert.ThrowsAsync<RecognitionFailedException>(() => failed.Results.ToListAsync(Ct).AsTask());
        await failed.DisposeAsync();
        RecognitionSession abandoned = await client.StartAsync(Pcm8k, Ct);
        await abandoned.DisposeAsync();

        await service.EndedAsync();
        Assert.Equal(2, service.Tasks.Count);
    }

    private static async Task ConnectionsAsync(WebSocketListener listener, Func<int, bool> expected)
    {
        while (!expected(listener.OpenConnections))
        {
            await Task.Delay(5, Ct);
        }
    }

    private static async Task FinishAsync(FakeTask task)
    {
        await task.StartAsync();
        await task.ReadToFinishAsync();
        await task.FinishAsync();
    }

    private static async Task RecognizeAsync(RecognitionClient client, byte[] audio) =>
        Assert.Empty(await client.RecognizeAsync(new MemoryStream(audio), Pcm8k, Ct).ToListAsync(Ct));

    private static async Task RecognizeAsync(RecognitionClient client, int seed)
    {
        SpokenAudio audio = SpokenAudio.Create(seed, sentences: 1);
        List<RecognitionResult> results = await client.RecognizeAsync(new MemoryStream(audio.Pcm), Pcm8k, Ct).ToListAsync(Ct);
        Assert.Equal(audio.Text, results.Last(r => r.IsFinal).Sentence!.Text);
    }

    private sealed class CountingTransport(IRecognitionTransport inner, Action connected) : IRecognitionTransport
    {
        public ValueTask<IMessageConnection> ConnectAsync(CancellationToken cancellationToken)
        {
            connected();
            return inner.ConnectAsync(cancellationToken);
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
