using System.Text;
using Paraformer.Protocol;

namespace Paraformer.Service.Tests.Fakes;

/// <summary>One more client of a service, in the same process.</summary>
internal sealed class Client : IAsyncDisposable
{
    private readonly InProcessConnection _client;
    private readonly Task _running;

    public Client(RecognitionService service, ServiceCaller? caller = null)
    {
        (_client, InProcessConnection server) = InProcessConnection.CreatePair();
        _running = Task.Run(async () =>
        {
            await service.RunAsync(server, caller ?? ServiceCaller.Anonymous, CancellationToken.None);
            await server.DisposeAsync();
        });
    }

    public Task SendAsync(string text) => _client.SendTextAsync(Encoding.UTF8.GetBytes(text), CancellationToken.None).AsTask().WaitAsync(Patience.Limit);

    /// <summary>Runs a whole task.</summary>
    public async Task RunTaskAsync(ScriptedEngine engine)
    {
        string taskId = Guid.NewGuid().ToString("N");
        await SendAsync(ClientMessages.RunTask(taskId));
        Assert.Equal(TaskEvents.TaskStarted, (await ReceiveAsync()).Event);
        await engine.NextStreamAsync();
        await _client.SendBinaryAsync(new byte[3200], CancellationToken.None);
        await SendAsync(ClientMessages.FinishTask(taskId));
        Assert.Equal(TaskEvents.TaskFinished, (await ReceiveAsync()).Event);
    }

    public async Task ExpectFailureAsync(string code, string message)
    {
        TaskEvent failure = await ReceiveAsync();
        Assert.Equal((TaskEvents.TaskFailed, code, message), (failure.Event, failure.ErrorCode, failure.ErrorMessage));
        Frame close = await _client.ReceiveAsync(CancellationToken.None).AsTask().WaitAsync(Patience.Limit);
        Assert.Equal((FrameKind.Close, 1000), (close.Kind, close.CloseStatus));
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _running.WaitAsync(Patience.Limit);
    }

    private async Task<TaskEvent> ReceiveAsync()
    {
        Frame frame = await _client.ReceiveAsync(CancellationToken.None).AsTask().WaitAsync(Patience.Limit);
        Assert.Equal(FrameKind.Text, frame.Kind);
        return ProtocolSerializer.ReadEvent(frame.Data.Span);
    }
}
