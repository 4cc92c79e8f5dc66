using CsCheck;
using Paraformer.Engine.Streams;

namespace Paraformer.Engine.Tests.Streams;

public sealed class ResultQueueTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_slow_reader_misses_partials_but_no_final()
    {
        var queue = new ResultQueue();
        queue.Add(Sentence(1, "a", false));
        queue.Add(Sentence(1, "a b", false));
        queue.Add(Sentence(1, "a b c", true));
        queue.Add(Sentence(2, "d", false));
        queue.Add(Sentence(2, "d e", false));
        queue.Complete();
        Assert.Equal(["a b c", "d e"], (await ReadAsync(queue)).Select(s => s.Text));
    }

    [Fact]
    public async Task An_error_comes_after_the_results_before_it()
    {
        var queue = new ResultQueue();
        queue.Add(Sentence(1, "kept", true));
        queue.Complete(new RecognitionException(RecognitionError.Internal, "broken"));
        var read = new List<string>();
        RecognitionException thrown = await Assert.ThrowsAsync<RecognitionException>(async () =>
        {
            await foreach (RecognizedSentence sentence in queue.ReadAllAsync(Cancel))
            {
                read.Add(sentence.Text);
            }
        });
        Assert.Equal(["kept"], read);
        Assert.Equal("broken", thrown.Message);
    }

    [Fact]
    public async Task Reading_can_be_cancelled()
    {
        var queue = new ResultQueue();
        using var source = new CancellationTokenSource();
        Task<List<RecognizedSentence>> reading = ReadAsync(queue, source.Token);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }

    [Fact]
    public void Every_final_arrives_in_order_however_writer_and_reader_interleave() =>
        Gen.Bool.Array[0, 60].Sample(
            finals =>
            {
                var queue = new ResultQueue();
                Task<List<RecognizedSentence>> reading = Task.Run(() => ReadAsync(queue));
                for (int i = 0; i < finals.Length; i++)
                {
                    queue.Add(Sentence(i, "s", finals[i]));
                }

                queue.Complete();
                int[] expected = [.. Enumerable.Range(0, finals.Length).Where(i => finals[i])];
                return reading.GetAwaiter().GetResult().Where(s => s.IsFinal).Select(s => s.Id).SequenceEqual(expected);
            },
            iter: 300);

    private static async Task<List<RecognizedSentence>> ReadAsync(ResultQueue queue, CancellationToken? cancel = null)
    {
        var read = new List<RecognizedSentence>();
        await foreach (RecognizedSentence sentence in queue.ReadAllAsync(cancel ?? Cancel))
        {
            read.Add(sentence);
        }

        return read;
    }

    private static RecognizedSentence Sentence(int id, string text, bool isFinal) =>
        new() { Id = id, BeginMs = 0, EndMs = 1, Text = text, Words = [], IsFinal = isFinal, AudioMs = 1 };
}
