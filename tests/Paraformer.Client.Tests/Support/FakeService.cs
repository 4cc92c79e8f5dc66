using System.Collections.Concurrent;
using Paraformer.Protocol;

namespace Paraformer.Client.Tests.Support;

/// <summary>A service in this process that plays a script on each connection.</summary>
internal sealed class FakeService(Func<FakeTask, Task> script, InProcessConnectionOptions? limits = null) : IRecognitionTransport
{
    private readonly ConcurrentQueue<Task> _scripts = new();
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(TestLimit.Token);

    public ConcurrentQueue<FakeTask> Tasks { get; } = new();

    public bool IsDisposed { get; private set; }

    public ValueTask<IMessageConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        (InProcessConnection client, InProcessConnection server) = InProcessConnection.CreatePair(limits);
        var task = new FakeTask(server, _stop.Token);
        Tasks.Enqueue(task);
        _scripts.Enqueue(Task.Run(
            async () =>
            {
                await using (server)
                {
                    await script(task);
                }
            },
            CancellationToken.None));
        return new ValueTask<IMessageConnection>(client);
    }

    /// <summary>Waits for every script's end and throws what one of them threw.</summary>
    public Task EndedAsync() => Task.WhenAll(_scripts);

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return default;
    }

    /// <summary>A client that opens one connection for each task and does not reconnect, unless told otherwise.</summary>
    public RecognitionClient CreateClient(Func<RecognitionClientOptions, RecognitionClientOptions>? change = null)
    {
        var options = new RecognitionClientOptions { Transport = this, Reconnect = ReconnectPolicy.Off, MaxPooledConnections = 0 };
        return new RecognitionClient(change?.Invoke(options) ?? options);
    }

    /// <summary>Starts, reads all audio, answers with a partial and a final for each text, ends.</summary>
    public static Func<FakeTask, Task> Answering(params string[] texts) => async task =>
    {
        await task.StartAsync();
        await AnswerAsync(task, texts);
    };

    /// <summary>As <see cref="Answering"/>, for a task that has started.</summary>
    public static async Task AnswerAsync(FakeTask task, params string[] texts)
    {
        await task.ReadToFinishAsync();
        for (int i = 0; i < texts.Length; i++)
        {
            await task.SendPartialAsync(i + 1, texts[i][..1]);
            await task.SendFinalAsync(i + 1, texts[i]);
        }

        await task.FinishAsync();
        await task.ReadToEndAsync();
    }
}
