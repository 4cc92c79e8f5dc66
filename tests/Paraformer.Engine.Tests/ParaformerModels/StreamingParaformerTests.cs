using System.Text.Json;
using CsCheck;
using Paraformer.Engine.ParaformerModels;

namespace Paraformer.Engine.Tests.ParaformerModels;

public sealed class StreamingParaformerTests
{
    [Fact]
    public void Frames_are_those_of_the_reference()
    {
        using StreamingParaformerModel model = StreamingParaformerModel.Load(ReferenceModels.Pack("streaming"));
        ParaformerFeatures features = model.Files.CreateFeatures();
        features.Accept(ReferenceModels.Speech);
        features.Finish();
        ReferenceModels.AssertClose("frames", features.Frames.Values);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(400)]
    [InlineData(9600)]
    [InlineData(9601)]
    [InlineData(int.MaxValue)]
    public void Every_step_is_that_of_the_reference_however_the_samples_come(int piece)
    {
        using StreamingParaformerModel model = StreamingParaformerModel.Load(ReferenceModels.Pack("streaming"));
        foreach (JsonElement test in ReferenceModels.Cases("streaming"))
        {
            List<ChunkPass> passes = Run(model, test, piece);
            string name = test.GetProperty("name").GetString()!;
            Compare(name + "/alphas", passes, p => p.Alphas);
            Compare(name + "/encoded", passes, p => p.Encoded);
            Compare(name + "/fired", passes, p => p.Fired);
            Compare(name + "/logits", passes, p => p.Scores);
            Assert.Equal(ReferenceModels.Numbers(test, "fires"), passes.SelectMany(p => p.Fires));
            Assert.Equal(ReferenceModels.Numbers(test, "ids"), passes.SelectMany(p => ReferenceModels.IndexOfMax(p.Scores, model.Files.Vocabulary.Count)));
        }
    }

    [Fact]
    public void Pieces_of_any_sizes_give_the_same_words()
    {
        using StreamingParaformerModel model = StreamingParaformerModel.Load(ReferenceModels.Pack("streaming"));
        WordHypothesis[] whole = Recognize(model, [ReferenceModels.Speech.Length]);
        Assert.NotEmpty(whole);
        Gen.Int[1, 12000].Array[1, 30].Sample(sizes => Assert.Equal(whole, Recognize(model, sizes)), iter: 20);
    }

    [Fact]
    public void A_word_lies_where_its_token_was_completed()
    {
        using StreamingParaformerModel model = StreamingParaformerModel.Load(ReferenceModels.Pack("streaming"));
        JsonElement test = ReferenceModels.Cases("streaming").First();
        int[] fires = ReferenceModels.Numbers(test, "fires");
        WordHypothesis[] words = Recognize(model, [ReferenceModels.Speech.Length]);
        Assert.Equal(fires.Length, words.Length);
        for (int i = 0; i < fires.Length; i++)
        {
            long end = Math.Min(ReferenceModels.Speech.Length, (fires[i] * 960) + 200);
            Assert.InRange(words[i].EndSample, words[i].BeginSample, end);
            Assert.True(i + 1 < fires.Length || words[i].EndSample == end);
        }
    }

    [Fact]
    public void A_second_utterance_gives_what_the_first_gave_later()
    {
        using StreamingParaformerModel model = StreamingParaformerModel.Load(ReferenceModels.Pack("streaming"));
        using IStreamingRecognizer recognizer = model.CreateRecognizer(RecognizerOptions.Default);
        recognizer.Accept(ReferenceModels.Speech);
        WordHypothesis[] first = [.. recognizer.EndUtterance()];
        recognizer.Accept(ReferenceModels.Speech);
        long later = ReferenceModels.Speech.Length;
        Assert.Equal(first.Select(w => w with { BeginSample = w.BeginSample + later, EndSample = w.EndSample + later }), recognizer.EndStream());
    }

    [Fact]
    public void What_is_too_short_for_a_word_gives_none()
    {
        using StreamingParaformerModel model = StreamingParaformerModel.Load(ReferenceModels.Pack("streaming"));
        using IStreamingRecognizer recognizer = model.CreateRecognizer(RecognizerOptions.Default);
        Assert.Empty(recognizer.EndUtterance());
        recognizer.Accept(new float[500]);
        Assert.Empty(recognizer.EndUtterance());
    }

    [Fact]
    public void Partials_begin_before_the_end()
    {
        using StreamingParaformerModel model = StreamingParaformerModel.Load(ReferenceModels.Pack("streaming"));
        using IStreamingRecognizer recognizer = model.CreateRecognizer(RecognizerOptions.Default);
        recognizer.Accept(ReferenceModels.Speech.AsSpan(0, 30000));
        Assert.NotEmpty(recognizer.Partial());
    }

    private static List<ChunkPass> Run(StreamingParaformerModel model, JsonElement test, int piece)
    {
        var shape = new ChunkShape(test.GetProperty("left").GetInt32(), test.GetProperty("new").GetInt32(), test.GetProperty("right").GetInt32());
        var stream = new ChunkStream(model, shape);
        List<ChunkPass> passes = [];
        ReadOnlySpan<float> samples = ReferenceModels.Speech.AsSpan(0, test.GetProperty("samples").GetInt32());
        while (!samples.IsEmpty)
        {
            int take = Math.Min(piece, samples.Length);
            stream.Accept(samples[..take], passes);
            samples = samples[take..];
        }

        stream.Finish(passes);
        return passes;
    }

    private static void Compare(string name, List<ChunkPass> passes, Func<ChunkPass, float[]> values)
    {
        if (ReferenceModels.Has(name))
        {
            ReferenceModels.AssertClose(name, passes.SelectMany(values).ToArray());
        }
    }

    private static WordHypothesis[] Recognize(StreamingParaformerModel model, int[] sizes)
    {
        using IStreamingRecognizer recognizer = model.CreateRecognizer(RecognizerOptions.Default);
        ReadOnlySpan<float> samples = ReferenceModels.Speech;
        for (int i = 0; !samples.IsEmpty; i++)
        {
            int take = Math.Min(sizes[i % sizes.Length], samples.Length);
            recognizer.Accept(samples[..take]);
            samples = samples[take..];
        }

        return [.. recognizer.EndStream()];
    }
}
