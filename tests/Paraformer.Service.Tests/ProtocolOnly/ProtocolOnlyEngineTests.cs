using CsCheck;
using Paraformer.Engine;
using Paraformer.Service.ProtocolOnly;

namespace Paraformer.Service.Tests.ProtocolOnly;

public sealed class ProtocolOnlyEngineTests
{
    private static readonly StreamRequest s_request = new() { Model = "paraformer-realtime-v2", Format = "pcm", SampleRate = 16000 };

    [Fact]
    public Task However_the_audio_is_cut_the_finals_are_the_same() =>
        Gen.Int[1, 20_000].List[1, 60].SampleAsync(
            async pieces =>
            {
                List<RecognizedSentence> cut = await FinalsAsync([.. pieces]);
                List<RecognizedSentence> whole = await FinalsAsync([pieces.Sum()]);
                Assert.Equal(whole.Select(Describe), cut.Select(Describe));
                Assert.Equal(pieces.Sum() / 32 / 500, cut.Sum(sentence => sentence.Words.Count));
            },
            iter: 200);

    [Fact]
    public async Task Partials_come_while_audio_does_and_finals_when_a_sentence_is_full()
    {
        var engine = new ProtocolOnlyEngine();
        IRecognitionStream stream = await engine.StartAsync(s_request, TestContext.Current.CancellationToken);
        await using IAsyncEnumerator<RecognizedSentence> results = stream.ReadAllAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        var seen = new List<string>();
        for (int second = 1; second <= 6; second++)
        {
            await stream.WriteAsync(new byte[32_000], TestContext.Current.CancellationToken);
            Assert.True(await results.MoveNextAsync());
            seen.Add($"{results.Current.Id}:{results.Current.Words.Count}{(results.Current.IsFinal ? "!" : "")}");
        }

        stream.Complete();
        Assert.True(await results.MoveNextAsync());
        seen.Add($"{results.Current.Id}:{results.Current.Words.Count}{(results.Current.IsFinal ? "!" : "")}");
        Assert.False(await results.MoveNextAsync());
        Assert.Equal(["1:2", "1:4", "1:6", "1:8", "1:10!", "2:2", "2:2!"], seen);
    }

    [Fact]
    public async Task An_unknown_model_is_not_found()
    {
        var engine = new ProtocolOnlyEngine();
        RecognitionException e = await Assert.ThrowsAsync<RecognitionException>(
            async () => await engine.StartAsync(s_request with { Model = "other" }, TestContext.Current.CancellationToken));
        Assert.Equal(RecognitionError.ModelNotFound, e.Error);
    }

    [Fact]
    public void It_says_what_it_is_wherever_packs_are_named() =>
        Assert.All(new ProtocolOnlyEngine().DescribeModels(), model => Assert.All(model.Languages, language => Assert.Equal("protocol-only", language.Pack)));

    private static string Describe(RecognizedSentence sentence) => $"{sentence.Id} {sentence.BeginMs} {sentence.EndMs} {sentence.Text}";

    private static async Task<List<RecognizedSentence>> FinalsAsync(int[] pieces)
    {
        IRecognitionStream stream = await new ProtocolOnlyEngine().StartAsync(s_request);
        Task<List<RecognizedSentence>> reading = Task.Run(async () =>
        {
            var finals = new List<RecognizedSentence>();
            await foreach (RecognizedSentence sentence in stream.ReadAllAsync())
            {
                if (sentence.IsFinal)
                {
                    finals.Add(sentence);
                }
            }

            return finals;
        });
        foreach (int piece in pieces)
        {
            await stream.WriteAsync(new byte[piece]);
        }

        stream.Complete();
        return await reading;
    }
}
