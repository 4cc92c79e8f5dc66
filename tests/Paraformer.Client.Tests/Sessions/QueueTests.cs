using CsCheck;
using Paraformer.Client.Tests.Support;
using Paraformer.Protocol;

namespace Paraformer.Client.Tests.Sessions;

public sealed class QueueTests
{
    private static CancellationToken Ct => TestLimit.Token;

    [Fact]
    public void Whatever_the_reader_does_finals_are_complete_and_in_order_and_partials_never_outlive_newer_results()
    {
        Gen<bool[]> gen = Gen.Bool.Array[0, 200];
        Gen.Select(gen, Gen.Int[1, 8], Gen.Int[0, 6]).Sample(
            (finals, coalesceFrom, readEvery) =>
            {
                var queue = new ResultQueue(coalesceFrom, capacity: 1000);
                IAsyncEnumerator<RecognitionResult> reader = queue.ReadAllAsync(CancellationToken.None).GetAsyncEnumerator(CancellationToken.None);
                var read = new List<RecognitionResult>();
                for (int i = 0; i < finals.Length; i++)
                {
                    Assert.True(queue.AddAsync(Result(i, finals[i]), CancellationToken.None).AsTask().IsCompletedSuccessfully);
                    if (readEvery > 0 && i % readEvery == 0)
                    {
                        Assert.True(Next(reader));
                        read.Add(reader.Current);
                    }
                }

                queue.Complete(null);
                while (Next(reader))
                {
                    read.Add(reader.Current);
                }

                int[] ids = [.. read.Select(r => (int)r.Sentence!.SentenceId!.Value)];
                Assert.Equal(ids.Order().Distinct(), ids);
                Assert.Equal(Enumerable.Range(0, finals.Length).Where(i => finals[i]), read.Where(r => r.IsFinal).Select(r => (int)r.Sentence!.SentenceId!.Value));
                Assert.True(finals.Length == 0 || ids[^1] == finals.Length - 1, "The newest result was lost.");
            },
            iter: 500);
    }

    [Fact]
    public async Task The_writer_waits_when_too_many_finals_are_unread()
    {
        var queue = new ResultQueue(coalesceFrom: 2, capacity: 3);
        for (int i = 0; i < 3; i++)
        {
            await queue.AddAsync(Result(i, isFinal: true), Ct);
        }

        Task waiting = queue.AddAsync(Result(3, isFinal: true), Ct).AsTask();
        Assert.False(waiting.IsCompleted);
        IAsyncEnumerator<RecognitionResult> reader = queue.ReadAllAsync(Ct).GetAsyncEnumerator(Ct);
        Assert.True(await reader.MoveNextAsync());

        await waiting.WaitAsync(Ct);
        await reader.DisposeAsync();
    }

    [Fact]
    public async Task The_send_queue_holds_no_more_than_its_capacity_and_wakes_its_writers_when_it_ends()
    {
        var queue = new SendQueue(1000);
        Assert.True(queue.TryEnqueue(new byte[5000]));
        Assert.False(queue.TryEnqueue(new byte[1]));
        Task first = queue.WaitForSpaceAsync(Ct);
        Assert.False(first.IsCompleted);
        Assert.True(queue.Frames.TryRead(out ArraySegment<byte> frame));
        queue.Return(frame);
        await first.WaitAsync(Ct);
        Assert.Equal(0, queue.QueuedBytes);

        Assert.True(queue.TryEnqueue(new byte[1000]));
        Task second = queue.WaitForSpaceAsync(Ct);
        Assert.True(queue.End());
        await second.WaitAsync(Ct);
        Assert.False(queue.End());
        Assert.Throws<InvalidRecognitionStateException>(() => queue.TryEnqueue(new byte[1]));
    }

    [Fact]
    public void A_frame_goes_through_the_send_queue_without_an_allocation()
    {
        var queue = new SendQueue(1 << 20);
        byte[] frame = new byte[3200];
        const int Frames = 10_000;
        Pass(Frames);
        long before = GC.GetAllocatedBytesForCurrentThread();

        Pass(Frames);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, Frames - 1);

        void Pass(int count)
        {
            for (int i = 0; i < count; i++)
            {
                Assert.True(queue.TryEnqueue(frame));
                Assert.True(queue.Frames.TryRead(out ArraySegment<byte> sent));
                queue.Return(sent);
            }
        }
    }

    private static bool Next(IAsyncEnumerator<RecognitionResult> reader)
    {
        Task<bool> next = reader.MoveNextAsync().AsTask();
        Assert.True(next.IsCompleted);
        return next.GetAwaiter().GetResult();
    }

    private static RecognitionResult Result(int id, bool isFinal) => new()
    {
        Sentence = new Sentence { SentenceId = id, EndTime = isFinal ? id : null, Text = "t" },
    };
}
