using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Paraformer.Protocol;

namespace Paraformer.Service.Tests.Fakes;

/// <summary>An event as it came, with the JSON behind it.</summary>
internal sealed record ReceivedEvent(TaskEvent Event, JsonElement Json)
{
    public JsonElement Sentence => Json.GetProperty("payload").GetProperty("output").GetProperty("sentence");
}

/// <summary>A service on a scripted engine with one client in the same process and a clock that the test turns.</summary>
internal sealed class Harness : IAsyncDisposable
{
    private readonly InProcessConnection _client;
    private readonly InProcessConnection _server;
    private readonly CancellationTokenSource _stop = new();
    private readonly ServiceCaller _caller;

    public Harness(RecognitionServiceOptions? options = null, InProcessConnectionOptions? connection = null, ILogger? logger = null, ServiceHooks? hooks = null, ServiceCaller? caller = null)
    {
        Service = new RecognitionService(Engine, options ?? new RecognitionServiceOptions(), Time, logger, hooks: hooks);
        _caller = caller ?? ServiceCaller.Anonymous;
        (_client, _server) = InProcessConnection.CreatePair(connection);
        Running = Task.Run(RunAsync);
    }

    public ScriptedEngine Engine { get; } = new();

    public TestTime Time { get; } = new();

    public RecognitionService Service { get; }

    /// <summary>The service's side of the connection.</summary>
    public Task Running { get; }

    public Task SendAsync(string text) => _client.SendTextAsync(Encoding.UTF8.GetBytes(text), CancellationToken.None).AsTask().WaitAsync(Patience.Limit);

    public Task SendAudioAsync(params byte[] audio) => _client.SendBinaryAsync(audio, CancellationToken.None).AsTask().WaitAsync(Patience.Limit);

    public Task SendAudioAsync(int bytes) => SendAudioAsync(new byte[bytes]);

    /// <summary>Opens a task and waits for its stream and its task-started.</summary>
    public async Task<ScriptedStream> StartTaskAsync(string taskId, string parameters = """{"format":"pcm","sample_rate":16000}""")
    {
        await SendAsync(ClientMessages.RunTask(taskId, parameters: parameters));
        ReceivedEvent started = await ReceiveAsync();
        Assert.Equal((TaskEvents.TaskStarted, taskId), (started.Event.Event, started.Event.TaskId));
        return await Engine.NextStreamAsync();
    }

    public async Task<ReceivedEvent> ReceiveAsync()
    {
        Frame frame = await ReceiveFrameAsync();
        Assert.Equal(FrameKind.Text, frame.Kind);
        return Read(frame);
    }

    public async Task<Frame> ReceiveFrameAsync() => await _client.ReceiveAsync(CancellationToken.None).AsTask().WaitAsync(Patience.Limit);

    /// <summary>The next event is this failure; a close with 1000 follows and the service lets go.</summary>
    public async Task<TaskEvent> ExpectFailureAsync(string code, string? messagePart = null, string? taskId = null, int closeStatus = 1000)
    {
        TaskEvent failure = (await ReceiveAsync()).Event;
        Assert.Equal((TaskEvents.TaskFailed, code), (failure.Event, failure.ErrorCode));
        Assert.Contains(messagePart ?? "", failure.ErrorMessage, StringComparison.Ordinal);
        Assert.False(string.IsNullOrEmpty(failure.TaskId));
        if (taskId is not null)
        {
            Assert.Equal(taskId, failure.TaskId);
        }

        await ExpectCloseAsync(closeStatus);
        return failure;
    }

    public async Task ExpectCloseAsync(int status)
    {
        Frame close = await ReceiveFrameAsync();
        Assert.Equal((FrameKind.Close, status), (close.Kind, close.CloseStatus));
        await Running.WaitAsync(Patience.Limit);
    }

    public async Task ExpectFinishedAsync(string taskId)
    {
        ReceivedEvent finished = await ReceiveAsync();
        Assert.Equal((TaskEvents.TaskFinished, taskId), (finished.Event.Event, finished.Event.TaskId));
        Assert.Equal("""{"output":{},"usage":null}""", finished.Json.GetProperty("payload").GetRawText());
    }

    public Task CloseAsync() => _client.CloseAsync(1000, "bye", CancellationToken.None).AsTask();

    /// <summary>The client goes without a close.</summary>
    public ValueTask LoseAsync() => _client.DisposeAsync();

    public Task StopAsync() => _stop.CancelAsync();

    public static ReceivedEvent Read(Frame frame)
    {
        using var document = JsonDocument.Parse(frame.Data);
        return new ReceivedEvent(ProtocolSerializer.ReadEvent(frame.Data.Span), document.RootElement.Clone());
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await Running.WaitAsync(Patience.Limit);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        await Service.RunAsync(_server, _caller, _stop.Token);
        await _server.DisposeAsync();
    }
}
