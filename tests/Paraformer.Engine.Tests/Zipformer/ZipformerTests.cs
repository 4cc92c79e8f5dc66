using System.Text.Json;
using Paraformer.Engine.Biasing;
using Paraformer.Engine.Features;
using Paraformer.Engine.Tokens;
using Paraformer.Engine.Zipformer;
using Paraformer.Models;
using Paraformer.Testing;

namespace Paraformer.Engine.Tests.Zipformer;

/// <summary>Against the small networks of random weights of eng/reference/zipformer, which have the public models' tensors.</summary>
public sealed class ZipformerTests
{
    private static readonly string s_root = Path.Combine(AppContext.BaseDirectory, "Zipformer", "reference");

    public static TheoryData<string> Kinds => new("v2", "v1", "ctc");

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Features_rows_and_caches_are_those_of_the_reference_at_every_chunking(string kind)
    {
        using ZipformerModel model = ZipformerModel.Load(Pack(kind));
        GoldenVectors golden = GoldenVectors.Read(Path.Combine(s_root, kind));
        foreach (JsonElement wanted in golden.Cases.DistinctBy(c => c.GetProperty("features").GetString()))
        {
            float[] samples = Samples(wanted);
            float[]? rows = null;
            foreach (int piece in (int[])[samples.Length, 160, 1111, 5120])
            {
                float[] features = Features(model, samples, piece);
                GoldenVectors.AssertClose(golden[wanted.GetProperty("features").GetString()!], features);
                (float[] now, float[] states) = Rows(model, samples, piece);
                GoldenVectors.AssertClose(golden[wanted.GetProperty("encoder").GetString()!], now);
                GoldenVectors.AssertClose(golden[wanted.GetProperty("states").GetString()!], states);
                Assert.True(now.AsSpan().SequenceEqual(rows ??= now));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Tokens_frames_and_scores_are_those_of_the_reference(string kind)
    {
        using ZipformerModel model = ZipformerModel.Load(Pack(kind));
        GoldenVectors golden = GoldenVectors.Read(Path.Combine(s_root, kind));
        foreach (JsonElement wanted in golden.Cases)
        {
            ITokenSearch search = model.CreateSearch(Phrases(wanted));
            (float[] rows, _) = Rows(model, Samples(wanted), 3200);
            for (int i = 0; i < rows.Length; i += model.Encoder.OutputWidth)
            {
                search.Step(rows.AsSpan(i, model.Encoder.OutputWidth));
            }

            IReadOnlyList<HeardToken> tokens = search.Best();
            Assert.Equal(GoldenVectors.Ints(wanted.GetProperty("tokens")), tokens.Select(t => t.Token));
            Assert.Equal(GoldenVectors.Ints(wanted.GetProperty("frames")), tokens.Select(t => t.FirstFrame));
            if (search is ModifiedBeamSearch beam)
            {
                GoldenVectors.AssertClose([.. GoldenVectors.Doubles(wanted.GetProperty("logs")).Select(v => (float)v)], [.. tokens.Select(t => t.LogProbability)]);
                Assert.Equal(wanted.GetProperty("score").GetDouble(), beam.BestScore, 1e-2);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Words_do_not_depend_on_the_pieces_nor_on_the_utterance_before(string kind)
    {
        using ZipformerModel model = ZipformerModel.Load(Pack(kind));
        JsonElement wanted = GoldenVectors.Read(Path.Combine(s_root, kind)).Cases[0];
        float[] samples = Samples(wanted);
        using IStreamingRecognizer whole = model.CreateRecognizer(RecognizerOptions.Default);
        whole.Accept(samples);
        List<WordHypothesis> expected = [.. whole.EndUtterance()];
        Assert.NotEmpty(expected);
        Assert.All(expected, w => Assert.InRange(w.EndSample, w.BeginSample, samples.Length));
        Assert.All(expected, w => Assert.InRange(w.Confidence, 0, 1));
        using IStreamingRecognizer pieces = model.CreateRecognizer(RecognizerOptions.Default);
        for (int utterance = 0; utterance < 2; utterance++)
        {
            bool partials = false;
            for (int i = 0; i < samples.Length; i += 2048)
            {
                pieces.Accept(samples.AsSpan(i, Math.Min(2048, samples.Length - i)));
                partials |= pieces.Partial().Count > 0;
            }

            long offset = utterance * samples.LongLength;
            Assert.True(partials);
            Assert.Equal(expected, pieces.EndUtterance().Select(w => w with { BeginSample = w.BeginSample - offset, EndSample = w.EndSample - offset }).ToList());
        }
    }

    [Fact]
    public void A_hot_word_is_heard_more_often()
    {
        using ZipformerModel model = ZipformerModel.Load(Pack("v2"));
        JsonElement wanted = GoldenVectors.Read(Path.Combine(s_root, "v2")).Cases[0];
        int Count(params HotWord[] words)
        {
            using IStreamingRecognizer recognizer = model.CreateRecognizer(new RecognizerOptions { HotWords = words });
            recognizer.Accept(Samples(wanted));
            return recognizer.EndUtterance().Sum(w => w.Text.Split("was").Length - 1);
        }

        Assert.True(Count(new HotWord("was", 10)) > Count());
        Assert.Equal(Count(), Count(new HotWord("was", 10, "ko")));
    }

    [Fact]
    public void A_hot_word_changes_what_a_ctc_hears_in_partials_and_finals()
    {
        using ZipformerModel model = ZipformerModel.Load(Pack("ctc"));
        float[] samples = Samples(GoldenVectors.Read(Path.Combine(s_root, "ctc")).Cases[0]);
        (string Partial, string Final) Hear(params HotWord[] words)
        {
            using IStreamingRecognizer recognizer = model.CreateRecognizer(new RecognizerOptions { HotWords = words });
            recognizer.Accept(samples);
            string partial = string.Join(' ', recognizer.Partial().Select(w => w.Text));
            return (partial, string.Join(' ', recognizer.EndUtterance().Select(w => w.Text)));
        }

        (string partial, string final) = Hear();
        string other = model.Tokens.Symbols.First(t => t.Length == 1 && char.IsLetter(t[0]) && !char.IsAscii(t[0]) && !final.Contains(t, StringComparison.Ordinal));
        (string hotPartial, string hotFinal) = Hear(new HotWord(other, 40));
        Assert.Contains(other, hotPartial, StringComparison.Ordinal);
        Assert.Contains(other, hotFinal, StringComparison.Ordinal);
        string first = final.Split(' ')[0];
        Assert.NotEqual(first, Hear(new HotWord(first, -30)).Final.Split(' ')[0]);
        Assert.Equal((partial, final), Hear(new HotWord(other, 40, "ko")));
    }

    [Theory]
    [InlineData("v2", "encoder.onnx", "damaged", "encoder.onnx")]
    [InlineData("v2", "encoder.onnx", null, "encoder.onnx")]
    [InlineData("v2", "decoder.onnx", "damaged", "decoder.onnx")]
    [InlineData("v2", "joiner.onnx", null, "joiner.onnx")]
    [InlineData("v1", "tokens.txt", "a 0\nb 1\n", "decoder.onnx")]
    [InlineData("ctc", "tokens.txt", "a 0\nb 1\n", "model.onnx")]
    [InlineData("ctc", "tokens.txt", "a zero\n", "tokens.txt")]
    [InlineData("ctc", "tokens.txt", null, "tokens.txt")]
    public void A_bad_file_is_named(string kind, string file, string? content, string named)
    {
        using var copy = new PackCopy(Pack(kind));
        copy.Write(file, content);
        ModelPackException error = Assert.Throws<ModelPackException>(() => ZipformerModel.Load(copy.Pack));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("encoder.onnx", "v1", "decoder.onnx")]
    [InlineData("joiner.onnx", "v2", "decoder.onnx")]
    public void Files_that_do_not_belong_there_are_refused(string file, string kind, string source)
    {
        using var copy = new PackCopy(Pack(kind));
        File.Copy(Path.Combine(s_root, kind, source), Path.Combine(copy.Pack.Folder, file), overwrite: true);
        ModelPackException error = Assert.Throws<ModelPackException>(() => ZipformerModel.Load(copy.Pack));
        Assert.Contains(file, error.Message, StringComparison.Ordinal);
    }

    private static InstalledPack Pack(string kind) =>
        new(new PackDescriptor { Id = "zipformer-" + kind, Kind = "zipformer", Description = "d", Licence = "Apache-2.0", Languages = ["en"] }, Path.Combine(s_root, kind));

    private static List<BiasPhrase> Phrases(JsonElement wanted) =>
        [.. wanted.GetProperty("phrases").EnumerateArray().Select(p => new BiasPhrase(GoldenVectors.Ints(p.GetProperty("tokens")), p.GetProperty("score").GetSingle()))];

    private static float[] Samples(JsonElement wanted) =>
        WaveFile.Read16BitMono(Testing.Samples.PathOf(wanted.GetProperty("audio").GetString()!))
            .AsSpan(wanted.GetProperty("begin").GetInt32(), wanted.GetProperty("count").GetInt32()).ToArray();

    private static float[] Features(ZipformerModel model, float[] samples, int piece)
    {
        var bank = new FilterBankStream(model.FilterBank);
        var frames = new FrameBuffer(ZipformerEncoder.MelBins);
        float[] all = [.. samples, .. new float[(model.Encoder.ChunkFrames + model.Encoder.ShiftFrames) * 160]];
        for (int i = 0; i < all.Length; i += piece)
        {
            bank.Accept(all.AsSpan(i, Math.Min(piece, all.Length - i)), frames);
        }

        return frames.Values.ToArray();
    }

    private static (float[] Rows, float[] States) Rows(ZipformerModel model, float[] samples, int piece)
    {
        using var stream = new ZipformerStream(model.Encoder, model.FilterBank);
        var rows = new FrameBuffer(model.Encoder.OutputWidth);
        for (int i = 0; i < samples.Length; i += piece)
        {
            stream.Accept(samples.AsSpan(i, Math.Min(piece, samples.Length - i)), rows);
        }

        stream.Accept(new float[(model.Encoder.ChunkFrames + model.Encoder.ShiftFrames) * 160], rows);
        return (rows.Values.ToArray(), stream.CopyStates());
    }
}
