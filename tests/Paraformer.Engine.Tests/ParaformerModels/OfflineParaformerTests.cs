using System.Text.Json;
using Paraformer.Engine.ParaformerModels;

namespace Paraformer.Engine.Tests.ParaformerModels;

public sealed class OfflineParaformerTests
{
    private static readonly string[] s_hotWords = ["今天", "hello", "公园"];

    [Theory]
    [InlineData("offline")]
    [InlineData("biased")]
    [InlineData("unbiased")]
    public void Scores_and_weights_are_those_of_the_reference(string kind)
    {
        using OfflineParaformerModel model = OfflineParaformerModel.Load(ReferenceModels.Pack(kind == "offline" ? "offline" : "biased"));
        foreach (JsonElement test in ReferenceModels.Cases(kind))
        {
            OfflineResult result = Run(model, test, kind == "biased" ? model.Embedder!.Embed(s_hotWords) : null);
            string name = test.GetProperty("name").GetString()!;
            Assert.Equal(test.GetProperty("number").GetInt32(), result.Tokens);
            ReferenceModels.AssertClose(name + "/logits", result.Scores);
            Assert.Equal(ReferenceModels.Numbers(test, "ids"), ReferenceModels.IndexOfMax(result.Scores, model.Files.Vocabulary.Count));
            if (kind != "offline")
            {
                ReferenceModels.AssertClose(name + "/us_alphas", result.Alphas);
                ReferenceModels.AssertClose(name + "/us_cif_peak", result.Peaks);
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Times_are_those_of_the_reference_whether_the_peaks_fit_or_not(int fewer)
    {
        foreach (JsonElement test in ReferenceModels.Cases("biased"))
        {
            string name = test.GetProperty("name").GetString()!;
            int count = test.GetProperty("number").GetInt32() - fewer;
            (double Begin, double End)[] spans = TokenTimes.Find(ReferenceModels.Array(name + "/us_cif_peak"), ReferenceModels.Array(name + "/us_alphas"), count);
            ReferenceModels.AssertClose($"{name}/spans-{fewer}", [.. spans.SelectMany(s => new[] { (float)s.Begin, (float)s.End })]);
        }
    }

    [Fact]
    public void Hot_words_become_the_vectors_of_the_reference_and_unknown_ones_are_left_out()
    {
        using OfflineParaformerModel model = OfflineParaformerModel.Load(ReferenceModels.Pack("biased"));
        ReferenceModels.AssertClose("bias_embed", model.Embedder!.Embed([.. s_hotWords, "鑫淼"]));
    }

    [Theory]
    [InlineData("offline", 1)]
    [InlineData("offline", 777)]
    [InlineData("biased", 9600)]
    public void Pieces_of_any_size_give_the_words_of_the_whole(string pack, int piece)
    {
        using OfflineParaformerModel model = OfflineParaformerModel.Load(ReferenceModels.Pack(pack));
        WordHypothesis[] whole = Recognize(model, ReferenceModels.Speech, int.MaxValue);
        Assert.NotEmpty(whole);
        Assert.Equal(whole, Recognize(model, ReferenceModels.Speech, piece));
    }

    [Fact]
    public void Words_come_in_order_inside_the_audio_also_where_it_is_settled_in_parts()
    {
        using OfflineParaformerModel model = OfflineParaformerModel.Load(ReferenceModels.Pack("biased"));
        float[] speech = [.. Enumerable.Repeat(ReferenceModels.Speech, 13).SelectMany(s => s)];
        WordHypothesis[] words = Recognize(model, speech, 16000);
        Assert.True(words.Length > 100);
        long previous = 0;
        foreach (WordHypothesis word in words)
        {
            Assert.InRange(word.BeginSample, previous, speech.Length);
            Assert.InRange(word.EndSample, word.BeginSample, speech.Length);
            previous = word.BeginSample;
        }
    }

    [Fact]
    public void A_quantised_graph_comes_first()
    {
        string folder = ReferenceModels.Copy("offline");
        File.WriteAllText(Path.Combine(folder, "model.int8.onnx"), "not a graph");
        Assert.Contains("model.int8.onnx", Assert.Throws<Paraformer.Models.ModelPackException>(() => OfflineParaformerModel.Load(ReferenceModels.PackIn(folder))).Message, StringComparison.Ordinal);
        File.Move(Path.Combine(folder, "model.onnx"), Path.Combine(folder, "model.int8.onnx"), overwrite: true);
        using OfflineParaformerModel model = OfflineParaformerModel.Load(ReferenceModels.PackIn(folder));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Silence_and_next_to_nothing_are_heard_without_an_error()
    {
        using OfflineParaformerModel model = OfflineParaformerModel.Load(ReferenceModels.Pack("biased"));
        Assert.Empty(Recognize(model, [], 1));
        Assert.Empty(Recognize(model, new float[300], 100));
        Recognize(model, new float[900], 100);
    }

    private static OfflineResult Run(OfflineParaformerModel model, JsonElement test, float[]? bias)
    {
        ParaformerFeatures features = model.Files.CreateFeatures();
        features.Accept(ReferenceModels.Speech.AsSpan(0, test.GetProperty("samples").GetInt32()));
        features.Finish();
        return model.Run(features.Frames.Values.ToArray(), bias);
    }

    private static WordHypothesis[] Recognize(OfflineParaformerModel model, ReadOnlySpan<float> samples, int piece)
    {
        using IStreamingRecognizer recognizer = model.CreateRecognizer(RecognizerOptions.Default);
        while (!samples.IsEmpty)
        {
            int take = Math.Min(piece, samples.Length);
            recognizer.Accept(samples[..take]);
            samples = samples[take..];
        }

        return [.. recognizer.EndUtterance()];
    }
}
