using System.Net.WebSockets;
using System.Text;
using Paraformer.Protocol;
using Paraformer.Service.Tests.Fakes;

namespace Paraformer.Server.Tests.Support;

/// <summary>A client on a real WebSocket.</summary>
internal sealed class SocketClient : IAsyncDisposable
{
    private readonly WebSocketMessageConnection _connection;

    private SocketClient(ClientWebSocket socket)
    {
        Socket = socket;
        _connection = new WebSocketMessageConnection(socket);
    }

    public ClientWebSocket Socket { get; }

    public static async Task<SocketClient> ConnectAsync(Uri endpoint, Action<ClientWebSocketOptions>? configure = null)
    {
        var socket = new ClientWebSocket();
        configure?.Invoke(socket.Options);
        await socket.ConnectAsync(endpoint, TestContext.Current.CancellationToken).WaitAsync(Patience.Limit);
        return new SocketClient(socket);
    }

    public Task SendAsync(string text) => _connection.SendTextAsync(Encoding.UTF8.GetBytes(text), CancellationToken.None).AsTask().WaitAsync(Patience.Limit);

    public Task SendAudioAsync(int bytes) => _connection.SendBinaryAsync(new byte[bytes], CancellationToken.None).AsTask().WaitAsync(Patience.Limit);

    public async Task<TaskEvent> ReceiveAsync()
    {
        Frame frame = await _connection.ReceiveAsync(CancellationToken.None).AsTask().WaitAsync(Patience.Limit);
        Assert.Equal(FrameKind.Text, frame.Kind);
        return ProtocolSerializer.ReadEvent(frame.Data.Span);
    }

    public async Task<int?> ReceiveCloseAsync()
    {
        Frame frame = await _connection.ReceiveAsync(CancellationToken.None).AsTask().WaitAsync(Patience.Limit);
        Assert.Equal(FrameKind.Close, frame.Kind);
        return frame.CloseStatus;
    }

    /// <summary>Runs a whole task with a second of audio.</summary>
    public async Task RunTaskAsync(string taskId)
    {
        await SendAsync(ClientMessages.RunTask(taskId));
        Assert.Equal(TaskEvents.TaskStarted, (await ReceiveAsync()).Event);
        await SendAudioAsync(32_000);
        await SendAsync(ClientMessages.FinishTask(taskId));
        TaskEvent finished = await ReceiveAsync();
        Assert.Equal((TaskEvents.TaskFinished, taskId), (finished.Event, finished.TaskId));
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
