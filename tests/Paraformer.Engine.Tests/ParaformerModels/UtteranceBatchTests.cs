using Paraformer.Engine.Onnx;
using Paraformer.Engine.ParaformerModels;
using Paraformer.Engine.Scheduling;
using Paraformer.Engine.Tests.Scheduling;
using Paraformer.Models;

namespace Paraformer.Engine.Tests.ParaformerModels;

public sealed class UtteranceBatchTests
{
    private static readonly ConcurrentStreams.Speech[] s_streams = ConcurrentStreams.Make(ReferenceModels.Speech);

    [Theory]
    [InlineData("offline")]
    [InlineData("biased")]
    public async Task Streams_at_once_hear_what_each_hears_alone(string name)
    {
        using var workers = new HeldWorkers(1);
        using OfflineParaformerModel model = OfflineParaformerModel.Load(ReferenceModels.Pack(name));
        ConcurrentStreams.Speech[] streams = [.. s_streams, s_streams[2], s_streams[2]];
        WordHypothesis[][] alone = [.. streams.Select(s => ConcurrentStreams.Alone(model, s))];
        model.UseWorkers(workers.Scheduler, new BatchOptions());
        Task<WordHypothesis[]>[] together = [.. streams.Select(s => ConcurrentStreams.TogetherAsync(model, s, TestContext.Current.CancellationToken))];
        workers.Release();
        for (int i = 0; i < alone.Length; i++)
        {
            Assert.NotEmpty(alone[i]);
            ConcurrentStreams.AssertSame(alone[i], await together[i]);
        }
    }

    [Theory]
    [InlineData("offline", nameof(BatchForm.Padded))]
    [InlineData("biased", nameof(BatchForm.Equal))]
    public void Only_a_graph_that_keeps_padding_out_gets_it(string name, string form)
    {
        // The timestamp predictor of the second one hears utterances backwards too, and padding comes first then.
        (PackGraph graph, UtteranceRunner runner, float[]? blank, IDisposable? embedder) = Open(name);
        using (graph)
        using (embedder)
        {
            Assert.Equal(form, runner.FindForm(blank).ToString());
        }
    }

    [Theory]
    [InlineData("offline", 20, 17, 16, 20)]
    [InlineData("biased", 20, 20, 20, 20)]
    public void Utterances_of_a_batch_are_heard_as_alone(string name, params int[] lengths)
    {
        (PackGraph graph, UtteranceRunner runner, float[]? blank, IDisposable? embedder) = Open(name);
        using (graph)
        using (embedder)
        {
            var random = new Random(5);

            // Two have hot words of their own number.
            UtteranceStep[] steps = [.. lengths.Select((n, i) => new UtteranceStep(GraphPair.Noise(random, n * 560), i < 2 || blank is null ? blank : [.. blank, .. blank]))];
            var together = new OfflineResult[steps.Length];
            runner.Run(steps, together);
            var alone = new OfflineResult[1];
            for (int i = 0; i < steps.Length; i++)
            {
                runner.Run([steps[i]], alone);
                Assert.Equal(alone[0].Tokens, together[i].Tokens);
                GraphPair.AssertClose(alone[0].Scores, together[i].Scores);
                GraphPair.AssertClose(alone[0].Peaks ?? [], together[i].Peaks ?? []);
            }
        }
    }

    private static (PackGraph Graph, UtteranceRunner Runner, float[]? Blank, IDisposable? Embedder) Open(string name)
    {
        InstalledPack pack = ReferenceModels.Pack(name);
        PackGraph graph = PackGraph.Load(pack, "model.onnx");
        var files = ParaformerFiles.Read(pack, graph);
        var runner = new UtteranceRunner(graph, files);
        HotWordEmbedder? embedder = runner.TakesBias ? HotWordEmbedder.Load(pack, files.Vocabulary, runner.BiasWidth) : null;
        runner.BiasWidth = embedder?.Blank.Length ?? 0;
        return (graph, runner, embedder?.Blank, embedder);
    }
}
