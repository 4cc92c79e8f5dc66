using Paraformer.Client.Tests.Support;
using Paraformer.Protocol;

namespace Paraformer.Client.Tests.Sessions;

/// <summary>Slow sides, silent sides, cancellation and disposal.</summary>
public sealed class SessionFlowTests
{
    private static readonly RecognitionOptions Pcm16k = new(ParaformerModel.RealtimeV2, AudioFormat.Pcm, 16000);

    private static CancellationToken Ct => TestLimit.Token;

    [Fact]
    public async Task Sending_waits_while_the_service_is_slow_and_loses_nothing()
    {
        var read = new TaskCompletionSource();
        var service = new FakeService(
            async task =>
            {
                await task.StartAsync();
                await read.Task.WaitAsync(task.CancellationToken);
                await task.ReadToFinishAsync();
                await task.FinishAsync();
                await task.ReadToEndAsync();
            },
            new InProcessConnectionOptions { MaxQueuedBytes = 8_000 });
        await using RecognitionClient client = service.CreateClient(o => o with { SendQueueBytes = 16_000 });
        await using RecognitionSession session = await client.StartAsync(Pcm16k, Ct);
        byte[] frame = new byte[3200];

        int sent = 0;
        ValueTask waiting;
        while ((waiting = session.SendAsync(frame, Ct)).IsCompleted)
        {
            await waiting;
            sent++;
            Assert.True(sent < 20, "Sending never waited.");
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => session.SendAsync(frame, new CancellationToken(canceled: true)).AsTask());
        read.SetResult();
        await waiting;
        await session.FinishAsync(Ct);
        await session.Results.ToListAsync(Ct);

        Assert.Equal((sent + 1) * frame.Length, service.Tasks.Single().Audio.Length);
    }

    [Fact]
    public async Task A_slow_reader_misses_partials_but_no_final()
    {
        var service = new FakeService(async task =>
        {
            await task.StartAsync();
            await task.ReadToFinishAsync();
            for (int i = 1; i <= 500; i++)
            {
                await task.SendPartialAsync(i, $"partial {i}");
                await task.SendFinalAsync(i, $"final {i}");
            }

            await task.FinishAsync();
            await task.ReadToEndAsync();
        });
        await using RecognitionClient client = service.CreateClient();
        await using RecognitionSession session = await client.StartAsync(Pcm16k, Ct);
        await session.FinishAsync(Ct);
        await session.Ended.WaitAsync(Ct);

        List<RecognitionResult> results = await session.Results.ToListAsync(Ct);

        Assert.Equal(Enumerable.Range(1, 500).Select(i => $"final {i}"), results.Where(r => r.IsFinal).Select(r => r.Sentence!.Text));
        Assert.True(results.Count < 1000, "No partial was skipped.");
    }

    [Fact]
    public async Task A_service_that_never_starts_the_task_fails_the_start_in_time()
    {
        var time = new ManualTimeProvider();
        var service = new FakeService(task => task.ReadToEndAsync());
        await using RecognitionClient client = service.CreateClient(o => o with { TimeProvider = time, StartTimeout = TimeSpan.FromSeconds(7) });
        Task<RecognitionSession> starting = client.StartAsync(Pcm16k, Ct);
        await time.TimerDueInAsync(TimeSpan.FromSeconds(7), Ct);

        time.Advance(TimeSpan.FromSeconds(7));

        RecognitionConnectionException e = await Assert.ThrowsAsync<RecognitionConnectionException>(() => starting);
        Assert.Equal(ClientErrorCodes.Timeout, e.Code);
        Assert.Contains("7 s", e.Message, StringComparison.Ordinal);
        await service.EndedAsync();
    }

    [Fact]
    public async Task A_service_that_falls_silent_after_the_audio_fails_the_session_in_time()
    {
        var time = new ManualTimeProvider();
        var service = new FakeService(async task =>
        {
            await task.StartAsync();
            await task.ReadToFinishAsync();
            await task.ReadToEndAsync();
        });
        await using RecognitionClient client = service.CreateClient(o => o with { TimeProvider = time, FinishTimeout = TimeSpan.FromSeconds(9) });
        await using RecognitionSession session = await client.StartAsync(Pcm16k, Ct);
        await session.FinishAsync(Ct);
        await time.TimerDueInAsync(TimeSpan.FromSeconds(9), Ct);

        time.Advance(TimeSpan.FromSeconds(9));

        RecognitionConnectionException e = await Assert.ThrowsAsync<RecognitionConnectionException>(() => session.Results.ToListAsync(Ct).AsTask());
        Assert.Equal((ClientErrorCodes.Timeout, session.RequestId), (e.Code, e.RequestId));
        await service.EndedAsync();
    }

    [Fact]
    public async Task Canceling_while_connecting_leaves_nothing_running()
    {
        var connecting = new TaskCompletionSource();
        var ended = new TaskCompletionSource();
        await using var client = new RecognitionClient(new RecognitionClientOptions
        {
            Transport = new DelegateTransport(async ct =>
            {
                connecting.SetResult();
                try
                {
                    await Task.Delay(Timeout.Infinite, ct);
                }
                finally
                {
                    ended.SetResult();
                }

                throw new InvalidOperationException("Not reached.");
            }),
        });
        using var cancel = new CancellationTokenSource();
        Task<RecognitionSession> starting = client.StartAsync(Pcm16k, cancel.Token);
        await connecting.Task.WaitAsync(Ct);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => starting);
        await ended.Task.WaitAsync(Ct);
    }

    [Fact]
    public async Task Canceling_the_start_drops_the_connection()
    {
        var asked = new TaskCompletionSource();
        var service = new FakeService(async task =>
        {
            await task.ReadRunTaskAsync();
            asked.SetResult();
            await task.ReadToEndAsync();
        });
        await using RecognitionClient client = service.CreateClient();
        using var cancel = new CancellationTokenSource();
        Task<RecognitionSession> starting = client.StartAsync(Pcm16k, cancel.Token);
        await asked.Task.WaitAsync(Ct);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => starting);
        await service.EndedAsync();
    }

    [Fact]
    public async Task Canceling_reads_and_waits_leaves_the_session_usable()
    {
        var service = new FakeService(FakeService.Answering("one"));
        await using RecognitionClient client = service.CreateClient();
        await using RecognitionSession session = await client.StartAsync(Pcm16k, Ct);
        using var cancel = new CancellationTokenSource();
        IAsyncEnumerator<RecognitionResult> results = session.Results.GetAsyncEnumerator(cancel.Token);
        ValueTask<bool> reading = results.MoveNextAsync();

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.AsTask());
        await session.SendAsync(new byte[100], Ct);
        await session.FinishAsync(Ct);
        await session.Ended.WaitAsync(Ct);
        await service.EndedAsync();
        Assert.Equal(100, service.Tasks.Single().Audio.Length);
    }

    [Fact]
    public async Task Disposing_in_mid_task_drops_the_connection_and_wakes_every_waiter()
    {
        var dropped = new TaskCompletionSource<bool>();
        var service = new FakeService(
            async task =>
            {
                await task.StartAsync();
                await dropped.Task.WaitAsync(task.CancellationToken);
                Assert.False(await task.ReadToEndAsync(), "An abandoned task must not look like a closed one.");
            },
            new InProcessConnectionOptions { MaxQueuedBytes = 1000 });
        await using RecognitionClient client = service.CreateClient(o => o with { SendQueueBytes = 1000 });
        RecognitionSession session = await client.StartAsync(Pcm16k, Ct);
        Task sending = session.SendAsync(new byte[1 << 20], Ct).AsTask();
        Task reading = session.Results.ToListAsync(Ct).AsTask();
        Assert.False(sending.IsCompleted);

        await session.DisposeAsync().AsTask().WaitAsync(Ct);
        dropped.SetResult(true);

        await Assert.ThrowsAsync<ObjectDisposedException>(() => sending);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => reading);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => session.FinishAsync(Ct));
        await service.EndedAsync();
        await session.DisposeAsync();
    }

    [Fact]
    public async Task Disposing_of_the_client_abandons_its_sessions_and_frees_its_transport()
    {
        var service = new FakeService(async task =>
        {
            await task.StartAsync();
            await task.ReadToEndAsync();
        });
        RecognitionClient client = service.CreateClient();
        RecognitionSession session = await client.StartAsync(Pcm16k, Ct);

        await client.DisposeAsync().AsTask().WaitAsync(Ct);

        Assert.True(session.Ended.IsCompleted);
        Assert.True(service.IsDisposed);
        await service.EndedAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.StartAsync(Pcm16k, Ct));
    }

    [Fact]
    public async Task Fifty_sessions_at_once_keep_their_audio_and_results_apart()
    {
        var service = new FakeService(async task =>
        {
            await task.StartAsync();
            await task.ReadToFinishAsync();
            await task.SendFinalAsync(1, $"{task.Audio[0]}:{task.Audio.Length}");
            await task.FinishAsync();
            await task.ReadToEndAsync();
        });
        await using RecognitionClient client = service.CreateClient();

        string[] texts = await Task.WhenAll(Enumerable.Range(0, 50).Select(async i =>
        {
            await using RecognitionSession session = await client.StartAsync(Pcm16k, Ct);
            byte[] frame = [.. Enumerable.Repeat((byte)i, 3200)];
            for (int k = 0; k < 20 + i; k++)
            {
                await session.SendAsync(frame, Ct);
            }

            await session.FinishAsync(Ct);
            List<RecognitionResult> results = await session.Results.ToListAsync(Ct);
            return Assert.Single(results).Sentence!.Text;
        }));

        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"{i}:{(20 + i) * 3200}"), texts);
        Assert.Equal(50, service.Tasks.Select(t => t.TaskId).Distinct().Count());
    }

    private sealed class DelegateTransport(Func<CancellationToken, Task<IMessageConnection>> connect) : IRecognitionTransport
    {
        public async ValueTask<IMessageConnection> ConnectAsync(CancellationToken cancellationToken) => await connect(cancellationToken);

        public ValueTask DisposeAsync() => default;
    }
}
