using System.Buffers;
using Paraformer.Protocol;

namespace Paraformer.Client.Tests.Support;

/// <summary>The service's end of one connection, driven step by step by a test's script.</summary>
internal sealed class FakeTask(IMessageConnection connection, CancellationToken cancellationToken)
{
    private readonly List<byte> _audio = [];

    public TaskRequest? RunTask { get; private set; }

    public string TaskId => RunTask?.TaskId ?? throw new InvalidOperationException("No run-task yet.");

    public byte[] Audio => [.. _audio];

    public int AudioFrames { get; private set; }

    public int LargestFrame { get; private set; }

    public CancellationToken CancellationToken => cancellationToken;

    public IMessageConnection Connection => connection;

    /// <summary>Reads run-task and answers with task-started.</summary>
    public async Task StartAsync()
    {
        await ReadRunTaskAsync();
        await SendAsync(output => ProtocolSerializer.WriteTaskStarted(output, TaskId));
    }

    public async Task ReadRunTaskAsync()
    {
        Frame frame = await connection.ReceiveAsync(cancellationToken);
        Assert.Equal(FrameKind.Text, frame.Kind);
        RunTask = ProtocolSerializer.ReadRequest(frame.Data.Span);
        Assert.Equal(TaskActions.RunTask, RunTask.Action);
    }

    /// <summary>Reads audio frames until at least <paramref name="bytes"/> have come.</summary>
    public async Task ReadAudioAsync(int bytes)
    {
        while (_audio.Count < bytes)
        {
            Assert.True(await ReadAsync(), "The client finished before the audio was complete.");
        }
    }

    /// <summary>Reads audio until finish-task.</summary>
    public async Task ReadToFinishAsync()
    {
        while (await ReadAsync())
        {
        }
    }

    public Task SendPartialAsync(int id, string text) => SendSentenceAsync(new Sentence { SentenceId = id, BeginTime = id * 1000, Text = text });

    public Task SendFinalAsync(int id, string text) => SendSentenceAsync(
        new Sentence { SentenceId = id, BeginTime = id * 1000, EndTime = id * 1000 + 500, SentenceEnd = true, Text = text }, new Usage(id));

    public Task SendSentenceAsync(Sentence sentence, Usage? usage = null) =>
        SendAsync(output => ProtocolSerializer.WriteResult(output, TaskId, sentence, usage));

    public Task FinishAsync() => SendAsync(output => ProtocolSerializer.WriteTaskFinished(output, TaskId));

    public async Task FailAsync(string code, string message)
    {
        await SendAsync(output => ProtocolSerializer.WriteTaskFailed(output, TaskId, code, message));
        await connection.CloseAsync(1000, "", cancellationToken);
    }

    public Task SendTextAsync(string text) => connection.SendTextAsync(System.Text.Encoding.UTF8.GetBytes(text), cancellationToken).AsTask();

    /// <summary>Waits until the client has closed or dropped the connection; true for a close.</summary>
    public async Task<bool> ReadToEndAsync()
    {
        try
        {
            while ((await connection.ReceiveAsync(cancellationToken)).Kind != FrameKind.Close)
            {
            }

            return true;
        }
        catch (ConnectionLostException)
        {
            return false;
        }
    }

    private async Task<bool> ReadAsync()
    {
        Frame frame = await connection.ReceiveAsync(cancellationToken);
        if (frame.Kind == FrameKind.Binary)
        {
            _audio.AddRange(frame.Data.Span);
            AudioFrames++;
            LargestFrame = Math.Max(LargestFrame, frame.Data.Length);
            return true;
        }

        Assert.Equal(FrameKind.Text, frame.Kind);
        TaskRequest request = ProtocolSerializer.ReadRequest(frame.Data.Span);
        Assert.Equal(TaskActions.FinishTask, request.Action);
        Assert.Equal(TaskId, request.TaskId);
        return false;
    }

    private async Task SendAsync(Action<IBufferWriter<byte>> write)
    {
        var message = new ArrayBufferWriter<byte>();
        write(message);
        await connection.SendTextAsync(message.WrittenMemory, cancellationToken);
    }
}
