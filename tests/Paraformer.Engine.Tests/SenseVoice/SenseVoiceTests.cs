using System.Text.Json;
using Paraformer.Engine.Features;
using Paraformer.Engine.SenseVoice;
using Paraformer.Models;
using Paraformer.Testing;

namespace Paraformer.Engine.Tests.SenseVoice;

/// <summary>Against the small network of random weights of eng/reference/sensevoice, which has the public models' tensors.</summary>
public sealed class SenseVoiceTests
{
    private static readonly GoldenVectors s_golden = GoldenVectors.Read(Path.Combine(AppContext.BaseDirectory, "SenseVoice", "reference"));

    public static IEnumerable<TheoryDataRow<string, int>> Cases =>
        from form in (string[])["hub", "release"] from i in Enumerable.Range(0, s_golden.Cases.Count) select new TheoryDataRow<string, int>(form, i);

    private static string Root => Path.Combine(AppContext.BaseDirectory, "SenseVoice", "reference");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Features_scores_tags_and_tokens_are_those_of_the_reference(string form, int index)
    {
        JsonElement wanted = s_golden.Cases[index];
        using SenseVoiceModel model = SenseVoiceModel.Load(Pack(form));
        float[] samples = Samples(wanted);
        float[] frames = Frames(model, samples, samples.Length);
        GoldenVectors.AssertClose(s_golden[wanted.GetProperty("features").GetString()!], frames);
        foreach (int piece in (int[])[160, 1234, 9600])
        {
            Assert.Equal(frames, Frames(model, samples, piece));
        }

        (string? language, bool written) = Request(wanted);
        GoldenVectors.AssertClose(s_golden[wanted.GetProperty("logits").GetString()!], model.Logits(frames, language, written));
        SenseVoiceResult result = model.Run(frames, language, written);
        Assert.Equal(Strings(wanted.GetProperty("tags")), new List<string> { result.Language, result.Emotion, result.Event, result.Writing });
        Assert.Equal(wanted.GetProperty("emotionConfidence").GetSingle(), result.EmotionConfidence, 1e-3f);
        Assert.Equal(GoldenVectors.Ints(wanted.GetProperty("tokens")), result.Tokens.Select(t => t.Token));
        Assert.Equal(GoldenVectors.Doubles(wanted.GetProperty("times")), result.Tokens.Select(t => Math.Round(t.FirstFrame * 0.06, 2)));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_stream_gives_the_reference_s_words_at_every_chunking(string form, int index)
    {
        JsonElement wanted = s_golden.Cases[index];
        using SenseVoiceModel model = SenseVoiceModel.Load(Pack(form));
        float[] samples = Samples(wanted);
        (string? language, bool written) = Request(wanted);
        int[] tokens = GoldenVectors.Ints(wanted.GetProperty("tokens"));
        string expected = string.Concat(tokens.Select(t => model.Tokens.Symbols[t])).Replace("▁", "", StringComparison.Ordinal);
        foreach (int piece in (int[])[320, 2048, samples.Length])
        {
            using IStreamingRecognizer recognizer = model.CreateRecognizer(new RecognizerOptions { Language = language, InverseTextNormalization = written });
            IReadOnlyList<WordHypothesis> words = [];
            for (int i = 0; i < samples.Length; i += piece)
            {
                recognizer.Accept(samples.AsSpan(i, Math.Min(piece, samples.Length - i)));
                words = recognizer.Partial();
            }

            Assert.NotEmpty(words);
            words = recognizer.EndUtterance();
            Assert.Equal(Letters(expected), Letters(string.Concat(words.Select(w => w.Text))));
            Assert.All(words, w => Assert.InRange(w.EndSample, w.BeginSample, samples.Length));
            Assert.Equal(Strings(wanted.GetProperty("tags"))[0], recognizer.Language);
            Assert.Equal(Strings(wanted.GetProperty("tags"))[1] == "HAPPY" ? "positive" : "negative", recognizer.Tags?.Emotion);
            Assert.Equal("laughter", recognizer.Tags?.AudioEvent);
        }
    }

    [Fact]
    public void An_utterance_longer_than_30_s_is_settled_in_parts()
    {
        using SenseVoiceModel model = SenseVoiceModel.Load(Pack("release"));
        float[] speech = WaveFile.Read16BitMono(Testing.Samples.Austen);
        float[] samples = [.. speech, .. speech];
        using IStreamingRecognizer recognizer = model.CreateRecognizer(RecognizerOptions.Default);
        for (int i = 0; i < samples.Length; i += 16000)
        {
            recognizer.Accept(samples.AsSpan(i, Math.Min(16000, samples.Length - i)));
        }

        IReadOnlyList<WordHypothesis> words = recognizer.EndUtterance();
        Assert.True(words[^1].EndSample > samples.Length * 0.9);
        Assert.All(words.Zip(words.Skip(1)), pair => Assert.True(pair.First.EndSample <= pair.Second.BeginSample));
    }

    [Fact]
    public void A_second_utterance_is_recognised_like_the_first()
    {
        using SenseVoiceModel model = SenseVoiceModel.Load(Pack("hub"));
        float[] samples = Samples(s_golden.Cases[0]);
        using IStreamingRecognizer recognizer = model.CreateRecognizer(RecognizerOptions.Default);
        recognizer.Accept(samples);
        List<WordHypothesis> first = [.. recognizer.EndUtterance()];
        recognizer.Accept(samples);
        IReadOnlyList<WordHypothesis> second = recognizer.EndUtterance();
        Assert.Equal(first, second.Select(w => w with { BeginSample = w.BeginSample - samples.Length, EndSample = w.EndSample - samples.Length }));
    }

    [Theory]
    [InlineData("hub", "tokens.json", "{}", "tokens.json")]
    [InlineData("hub", "tokens.json", "[\"<blank>\"]", "tokens.json")]
    [InlineData("hub", "am.mvn", "<AddShift> <LearnRateCoef> 0 [ 1 2 ]", "am.mvn")]
    [InlineData("hub", "am.mvn", null, "am.mvn")]
    [InlineData("hub", "model.onnx", "damaged", "model.onnx")]
    [InlineData("hub", "model.onnx", null, "model.onnx")]
    [InlineData("release", "tokens.txt", "a 0\nb 0\n", "tokens.txt")]
    [InlineData("release", "tokens.txt", "a b c\n", "tokens.txt")]
    public void A_bad_file_is_named(string form, string file, string? content, string named)
    {
        using var copy = new PackCopy(Pack(form));
        copy.Write(file, content);
        ModelPackException error = Assert.Throws<ModelPackException>(() => SenseVoiceModel.Load(copy.Pack));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_vocabulary_of_another_size_is_refused()
    {
        using var copy = new PackCopy(Pack("release"));
        copy.Write("tokens.txt", File.ReadAllText(Path.Combine(Root, "release", "tokens.txt")) + $"more {File.ReadLines(Path.Combine(Root, "release", "tokens.txt")).Count()}\n");
        ModelPackException error = Assert.Throws<ModelPackException>(() => SenseVoiceModel.Load(copy.Pack));
        Assert.Contains("model.onnx", error.Message, StringComparison.Ordinal);
    }

    private static string Letters(string text) => string.Concat(text.Where(char.IsLetterOrDigit));

    private static InstalledPack Pack(string form) =>
        new(new PackDescriptor { Id = "sensevoice-" + form, Kind = "sensevoice", Description = "d", Licence = "Apache-2.0" }, Path.Combine(Root, form));

    private static (string? Language, bool Written) Request(JsonElement wanted) =>
        (wanted.GetProperty("language").GetString() is { } code and not "auto" ? code : null, wanted.GetProperty("itn").GetBoolean());

    private static string[] Strings(JsonElement array) => [.. array.EnumerateArray().Select(e => e.GetString()!)];

    private static float[] Samples(JsonElement wanted) =>
        WaveFile.Read16BitMono(Testing.Samples.PathOf(wanted.GetProperty("audio").GetString()!))
            .AsSpan(wanted.GetProperty("begin").GetInt32(), wanted.GetProperty("count").GetInt32()).ToArray();

    private static float[] Frames(SenseVoiceModel model, float[] samples, int piece)
    {
        var bank = new FilterBankStream(model.FilterBank);
        var stacker = new LowFrameRate(80, SenseVoiceModel.WindowFrames, SenseVoiceModel.ShiftFrames);
        var mel = new FrameBuffer(80);
        var frames = new FrameBuffer(560);
        for (int i = 0; i < samples.Length; i += piece)
        {
            bank.Accept(samples.AsSpan(i, Math.Min(piece, samples.Length - i)), mel);
            stacker.Accept(mel, frames);
        }

        bank.Finish(mel);
        stacker.Accept(mel, frames);
        stacker.Finish(frames);
        model.Statistics.Apply(frames.Values);
        return frames.Values.ToArray();
    }
}
