using Paraformer.Engine.Streams;

namespace Paraformer.Engine.Tests.Streams;

public sealed class EncodedAudioQueueTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Bytes_come_out_as_they_went_in_whatever_is_asked_for()
    {
        var queue = new EncodedAudioQueue();
        byte[] sent = [.. Enumerable.Range(0, 1000).Select(i => (byte)i)];
        await queue.WriteAsync(sent.AsMemory(0, 300), Token);
        await queue.WriteAsync(sent.AsMemory(300, 700), Token);
        Assert.True(queue.Complete());
        Assert.False(queue.Complete());

        var read = new List<byte>();
        for (int most = 1; Next(most) is { Length: > 0 } bytes; most = (most * 7 % 97) + 1)
        {
            read.AddRange(bytes);
        }

        Assert.Equal(sent, read);
        Assert.True(queue.IsAtEnd);
        Assert.True(queue.IsReady);

        byte[] Next(int most)
        {
            byte[] bytes = queue.Peek(most).ToArray();
            queue.Advance(bytes.Length);
            return bytes;
        }
    }

    [Fact]
    public void Without_audio_there_is_nothing_to_do()
    {
        var queue = new EncodedAudioQueue();

        Assert.True(queue.Peek(100).IsEmpty);
        Assert.False(queue.IsReady);
        Assert.False(queue.IsAtEnd);
    }

    [Fact]
    public async Task A_full_queue_makes_the_writer_wait_until_a_piece_is_read()
    {
        var queue = new EncodedAudioQueue();
        int pieces = 0;
        ValueTask write = queue.WriteAsync(new byte[10], Token);
        while (write.IsCompleted && pieces < 1000)
        {
            await write;
            pieces++;
            write = queue.WriteAsync(new byte[10], Token);
        }

        Assert.InRange(pieces, 1, 999);
        Assert.False(write.IsCompleted);
        queue.Advance(queue.Peek(10).Length);
        await write;
    }

    [Fact]
    public async Task A_writer_that_waits_can_be_called_back()
    {
        var queue = new EncodedAudioQueue();
        using var cancel = new CancellationTokenSource();
        Task write = Task.Run(async () =>
        {
            while (true)
            {
                await queue.WriteAsync(new byte[10], cancel.Token);
            }
        }, Token);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => write);
    }

    [Fact]
    public async Task What_is_written_after_the_end_is_refused_with_the_reason()
    {
        var closed = new EncodedAudioQueue();
        await closed.WriteAsync(new byte[10], Token);
        closed.Close(new RecognitionException(RecognitionError.UndecodableAudio, "damaged"));
        var complete = new EncodedAudioQueue();
        complete.Complete();

        RecognitionException failed = await Assert.ThrowsAsync<RecognitionException>(() => closed.WriteAsync(new byte[10], Token).AsTask());
        RecognitionException ended = await Assert.ThrowsAsync<RecognitionException>(() => complete.WriteAsync(new byte[10], Token).AsTask());

        Assert.Equal(RecognitionError.UndecodableAudio, failed.Error);
        Assert.Equal(RecognitionError.Internal, ended.Error);
        Assert.True(closed.Peek(10).IsEmpty);
    }
}
