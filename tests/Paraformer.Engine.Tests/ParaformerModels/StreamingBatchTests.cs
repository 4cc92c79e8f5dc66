using Paraformer.Engine.ParaformerModels;
using Paraformer.Engine.Scheduling;
using Paraformer.Engine.Tests.Scheduling;

namespace Paraformer.Engine.Tests.ParaformerModels;

public sealed class StreamingBatchTests
{
    private static readonly ConcurrentStreams.Speech[] s_streams = ConcurrentStreams.Make(ReferenceModels.Speech);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Streams_at_once_hear_what_each_hears_alone(int workers)
    {
        using var held = new HeldWorkers(workers);
        using StreamingParaformerModel model = StreamingParaformerModel.Load(ReferenceModels.Pack("streaming"));
        WordHypothesis[][] alone = [.. s_streams.Select(s => ConcurrentStreams.Alone(model, s))];
        model.UseWorkers(held.Scheduler, new BatchOptions());
        Task<WordHypothesis[]>[] together = [.. s_streams.Select(s => ConcurrentStreams.TogetherAsync(model, s, TestContext.Current.CancellationToken))];
        Assert.Equal(s_streams.Length, model.EncoderSteps.WaitingSteps);
        held.Release();
        for (int i = 0; i < alone.Length; i++)
        {
            Assert.NotEmpty(alone[i]);
            ConcurrentStreams.AssertSame(alone[i], await together[i]);
        }
    }

    [Fact]
    public void The_reference_s_encoder_takes_chunks_of_one_length_and_its_decoder_any_numbers_of_tokens()
    {
        using var pair = new GraphPair(ReferenceModels.Pack("streaming"));
        Assert.Equal(BatchForm.Equal, pair.Encoder.FindForm(20));
        Assert.Equal(BatchForm.Padded, pair.Decoder.FindForm());
    }

    [Fact]
    public void Chunks_of_a_batch_are_encoded_as_alone()
    {
        using var pair = new GraphPair(ReferenceModels.Pack("streaming"));
        var random = new Random(3);
        EncoderStep[] steps = [.. Enumerable.Range(0, 5).Select(_ => new EncoderStep(GraphPair.Noise(random, 20 * 560), 20))];
        var together = new EncodedChunk[steps.Length];
        pair.Encoder.Run(steps, together);
        var alone = new EncodedChunk[1];
        for (int i = 0; i < steps.Length; i++)
        {
            pair.Encoder.Run([steps[i]], alone);
            GraphPair.AssertClose(alone[0].Encoded, together[i].Encoded);
            GraphPair.AssertClose(alone[0].Alphas, together[i].Alphas);
        }
    }

    [Fact]
    public void Streams_with_other_numbers_of_tokens_remember_as_alone()
    {
        using var pair = new GraphPair(ReferenceModels.Pack("streaming"));
        var random = new Random(4);
        float[][] alone = [.. Enumerable.Range(0, 4).Select(_ => pair.Decoder.CreateMemory())];
        float[][] together = [.. alone.Select(m => (float[])m.Clone())];
        for (int round = 0; round < 8; round++)
        {
            // Now and then one stream has more tokens than a memory has room for.
            int[] tokens = [.. alone.Select((_, i) => round == 5 && i == 2 ? 13 : random.Next(1, 7))];
            DecoderStep[] steps = [.. tokens.Select(n => new DecoderStep(GraphPair.Noise(random, random.Next(10, 21) * 16), GraphPair.Noise(random, n * 16), []))];
            var joined = new float[steps.Length][];
            pair.Decoder.Run([.. steps.Select((s, i) => s with { Memory = together[i] })], joined);
            var single = new float[1][];
            for (int i = 0; i < steps.Length; i++)
            {
                pair.Decoder.Run([steps[i] with { Memory = alone[i] }], single);
                GraphPair.AssertClose(single[0], joined[i]);
                GraphPair.AssertClose(alone[i], together[i]);
            }
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(13)]
    public void A_batch_that_fails_leaves_no_trace_in_the_memory_of_its_streams(int tokensOfTheFirst)
    {
        using var pair = new GraphPair(ReferenceModels.Pack("streaming"));
        var random = new Random(5);
        DecoderStep[] steps =
        [
            .. new[] { tokensOfTheFirst, 2, 3 }.Select(tokens => new DecoderStep(
                GraphPair.Noise(random, 20 * 16), GraphPair.Noise(random, tokens * 16), GraphPair.Noise(random, pair.Decoder.CreateMemory().Length))),
        ];
        steps[2].Embeddings[5] = float.NaN;
        float[][] before = [.. steps.Select(s => (float[])s.Memory.Clone())];

        Assert.Throws<Models.ModelPackException>(() => pair.Decoder.Run(steps, new float[3][]));

        Assert.Equal(before[0], steps[0].Memory);
        Assert.Equal(before[1], steps[1].Memory);
        pair.Decoder.Run(steps.AsSpan(0, 2), new float[2][]);
        Assert.NotEqual(before[0], steps[0].Memory);
    }

    [Fact]
    public async Task A_graph_for_one_stream_at_a_time_is_run_so()
    {
        string folder = ReferenceModels.Copy("streaming");
        FixBatch(Path.Combine(folder, "encoder.onnx"));
        FixBatch(Path.Combine(folder, "decoder.onnx"));
        using (var pair = new GraphPair(ReferenceModels.PackIn(folder)))
        {
            Assert.Equal(BatchForm.Single, pair.Encoder.FindForm(20));
            Assert.Equal(BatchForm.Single, pair.Decoder.FindForm());
        }

        using (var workers = new HeldWorkers(1))
        using (StreamingParaformerModel model = StreamingParaformerModel.Load(ReferenceModels.PackIn(folder)))
        {
            WordHypothesis[][] alone = [.. s_streams.Select(s => ConcurrentStreams.Alone(model, s))];
            model.UseWorkers(workers.Scheduler, new BatchOptions());
            Task<WordHypothesis[]>[] together = [.. s_streams.Select(s => ConcurrentStreams.TogetherAsync(model, s, TestContext.Current.CancellationToken))];
            workers.Release();
            for (int i = 0; i < alone.Length; i++)
            {
                Assert.Equal(alone[i], await together[i]);
            }
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_step_that_fails_leaves_the_others_of_its_batch_alone()
    {
        using var workers = new HeldWorkers(1);
        using StreamingParaformerModel model = StreamingParaformerModel.Load(ReferenceModels.Pack("streaming"));
        WordHypothesis[] alone = ConcurrentStreams.Alone(model, s_streams[3]);
        model.UseWorkers(workers.Scheduler, new BatchOptions());
        Task<WordHypothesis[]> good = ConcurrentStreams.TogetherAsync(model, s_streams[3], TestContext.Current.CancellationToken);
        Task<EncodedChunk> bad = model.EncoderSteps.RunAsync(new EncoderStep(new float[21 * 560], 20), TimeSpan.Zero, TestContext.Current.CancellationToken).AsTask();
        Task<WordHypothesis[]> other = ConcurrentStreams.TogetherAsync(model, s_streams[3], TestContext.Current.CancellationToken);
        Assert.Equal(3, model.EncoderSteps.WaitingSteps);
        workers.Release();
        Assert.Equal(RecognitionError.Internal, (await Assert.ThrowsAsync<RecognitionException>(() => bad)).Error);
        ConcurrentStreams.AssertSame(alone, await good);
        ConcurrentStreams.AssertSame(alone, await other);
    }

    [Fact]
    public async Task A_stream_that_is_given_up_takes_its_waiting_step_back()
    {
        using var workers = new HeldWorkers(1);
        using StreamingParaformerModel model = StreamingParaformerModel.Load(ReferenceModels.Pack("streaming"));
        WordHypothesis[] alone = ConcurrentStreams.Alone(model, s_streams[1]);
        model.UseWorkers(workers.Scheduler, new BatchOptions());
        using var stop = new CancellationTokenSource();
        Task<WordHypothesis[]> stays = ConcurrentStreams.TogetherAsync(model, s_streams[1], TestContext.Current.CancellationToken);
        Task<WordHypothesis[]> leaves = ConcurrentStreams.TogetherAsync(model, s_streams[0], stop.Token);
        Assert.Equal(2, model.EncoderSteps.WaitingSteps);
        await stop.CancelAsync();
        Assert.Equal(1, model.EncoderSteps.WaitingSteps);
        workers.Release();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaves);
        ConcurrentStreams.AssertSame(alone, await stays);
    }

    // Where the graph names the batch, it gets the number 1, written with as many bytes.
    private static void FixBatch(string file)
    {
        byte[] graph = File.ReadAllBytes(file);
        ReadOnlySpan<byte> named = [0x0a, 0x03, 0x12, 0x01, (byte)'B'];
        for (int at; (at = graph.AsSpan().IndexOf(named)) >= 0;)
        {
            ((ReadOnlySpan<byte>)[0x0a, 0x03, 0x08, 0x81, 0x00]).CopyTo(graph.AsSpan(at));
        }

        File.WriteAllBytes(file, graph);
    }
}
