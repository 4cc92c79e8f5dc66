using Microsoft.ML.OnnxRuntime;
using Paraformer.Engine.Endpointing;
using Paraformer.Engine.Features;
using Paraformer.Engine.Vad.Fsmn;
using Paraformer.Engine.Vad.Silero;
using Paraformer.Models;
using Paraformer.Testing;

namespace Paraformer.Engine.Tests.Vad.Fsmn;

public sealed class FsmnVadTests
{
    [Fact]
    public void Streaming_scores_are_those_of_the_offline_graph()
    {
        InstalledPack pack = Packs.Require("vad-fsmn");
        using FsmnVadModel model = FsmnVadModel.Load(pack);
        float[] samples = WaveFile.Read16BitMono(Samples.PathOf("austen-0870.wav"));
        float[] expected = Offline(pack, model, samples);
        Assert.InRange(expected.Min(), 0, 0.1f);
        Assert.InRange(expected.Max(), 0.5f, 1);
        foreach (int piece in (int[])[160, 997, 9600, samples.Length])
        {
            List<float> scores = Scores(model, samples, piece);
            Assert.Equal(expected.Length, scores.Count);
            Assert.All(expected.Zip(scores), pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
        }
    }

    [Fact]
    public void Segments_do_not_depend_on_the_pieces()
    {
        using FsmnVadModel model = FsmnVadModel.Load(Packs.Require("vad-fsmn"));
        float[] samples = WaveFile.Read16BitMono(Samples.Austen);
        List<SegmentPart> whole = Segments(Scores(model, samples, samples.Length), int.MaxValue);
        Assert.True(whole.Count >= 5);
        foreach (int piece in (int[])[480, 3200])
        {
            List<SegmentPart> parts = Segments(Scores(model, samples, piece), piece / 160);
            Assert.Equal(whole, Join(parts));
        }
    }

    [Fact]
    public void A_scorer_starts_anew_after_its_end()
    {
        using FsmnVadModel model = FsmnVadModel.Load(Packs.Require("vad-fsmn"));
        using var scorer = new FsmnScorer(model);
        float[] samples = WaveFile.Read16BitMono(Samples.PathOf("austen-0880.wav"));
        List<float> first = [];
        List<float> second = [];
        foreach (List<float> scores in (List<float>[])[first, second])
        {
            scorer.Accept(samples, scores);
            scorer.Finish(scores);
        }

        Assert.Equal(first, second);
    }

    [Fact]
    public void It_hears_speech_where_the_other_detector_does()
    {
        using FsmnVadModel fsmn = FsmnVadModel.Load(Packs.Require("vad-fsmn"));
        using SileroModel silero = SileroModel.Load(Packs.Require("vad-silero"));
        float[] samples = WaveFile.Read16BitMono(Samples.Austen);
        (bool[] speech, _) = Endpoints(fsmn, samples);
        (bool[] other, _) = Endpoints(silero, samples);
        double same = speech.Zip(other).Count(pair => pair.First == pair.Second) / (double)speech.Length;
        Assert.InRange(same, 0.93, 1);
    }

    [Fact]
    public void Mandarin_clips_open_an_utterance()
    {
        Clip[] clips = [.. MandarinClips.Require().Where((_, i) => i % 7 == 0)];
        using FsmnVadModel fsmn = FsmnVadModel.Load(Packs.Require("vad-fsmn"));
        using SileroModel silero = SileroModel.Load(Packs.Require("vad-silero"));
        int agreeing = 0, frames = 0;
        foreach (Clip clip in clips)
        {
            float[] samples = WaveFile.Read16BitMono(clip.Path);
            (bool[] speech, int utterances) = Endpoints(fsmn, samples);
            (bool[] other, _) = Endpoints(silero, samples);
            Assert.True(utterances >= 1, clip.Name);
            agreeing += speech.Zip(other).Count(pair => pair.First == pair.Second);
            frames += speech.Length;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"agreement {(double)agreeing / frames:F3}");
        Assert.InRange((double)agreeing / frames, 0.85, 1);
    }

    [Theory]
    [InlineData("am.mvn", "nothing")]
    [InlineData("fsmnvad-online.onnx", "nothing")]
    public void A_damaged_file_is_named(string file, string content)
    {
        InstalledPack pack = Packs.Require("vad-fsmn");
        DirectoryInfo folder = Directory.CreateTempSubdirectory();
        try
        {
            File.Copy(pack.PathOf("am.mvn"), Path.Combine(folder.FullName, "am.mvn"));
            File.Copy(pack.PathOf("fsmnvad-online.onnx"), Path.Combine(folder.FullName, "fsmnvad-online.onnx"));
            File.Delete(Path.Combine(folder.FullName, file));
            File.WriteAllText(Path.Combine(folder.FullName, file), content);
            ModelPackException error = Assert.Throws<ModelPackException>(() => FsmnVadModel.Load(pack with { Folder = folder.FullName }));
            Assert.Contains(file, error.Message, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void The_offline_graph_is_not_taken_for_the_streaming_one()
    {
        InstalledPack pack = Packs.Require("vad-fsmn");
        DirectoryInfo folder = Directory.CreateTempSubdirectory();
        try
        {
            File.Copy(pack.PathOf("am.mvn"), Path.Combine(folder.FullName, "am.mvn"));
            File.Copy(pack.PathOf("fsmnvad-offline.onnx"), Path.Combine(folder.FullName, "fsmnvad-online.onnx"));
            ModelPackException error = Assert.Throws<ModelPackException>(() => FsmnVadModel.Load(pack with { Folder = folder.FullName }));
            Assert.Contains("in_cache0", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static float[] Offline(InstalledPack pack, FsmnVadModel model, float[] samples)
    {
        var bank = new FilterBankStream(model.FilterBank);
        var mel = new FrameBuffer(80);
        var stacked = new FrameBuffer(400);
        var stacker = new LowFrameRate(80, 5, 1);
        bank.Accept(samples, mel);
        stacker.Accept(mel, stacked);
        stacker.Finish(stacked);
        model.Statistics.Apply(stacked.Values);
        using var session = new InferenceSession(pack.PathOf("fsmnvad-offline.onnx"));
        using OrtValue speech = OrtValue.CreateTensorValueFromMemory(stacked.Values.ToArray(), [1, stacked.Count, 400]);
        using var run = new RunOptions();
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(run, ["speech"], [speech], ["logits"]);
        ReadOnlySpan<float> logits = outputs[0].GetTensorDataAsSpan<float>();
        var silence = new float[logits.Length / FsmnVadModel.Classes];
        for (int i = 0; i < silence.Length; i++)
        {
            silence[i] = logits[i * FsmnVadModel.Classes];
        }

        return silence;
    }

    private static List<float> Scores(FsmnVadModel model, float[] samples, int piece)
    {
        using var scorer = new FsmnScorer(model);
        List<float> scores = [];
        for (int i = 0; i < samples.Length; i += piece)
        {
            scorer.Accept(samples.AsSpan(i, Math.Min(piece, samples.Length - i)), scores);
        }

        scorer.Finish(scores);
        return scores;
    }

    private static List<SegmentPart> Segments(List<float> scores, int piece)
    {
        var segmenter = new FsmnSegmenter(new FsmnSegmenterOptions { MaxEndSilenceMs = 400 });
        List<SegmentPart> parts = [];
        foreach (float[] frames in scores.Chunk(Math.Min(piece, scores.Count)))
        {
            segmenter.Accept(frames, parts);
        }

        segmenter.Finish(parts);
        return parts.Any(p => p.BeginMs < 0 || p.EndMs < 0) ? Join(parts) : parts;
    }

    private static List<SegmentPart> Join(List<SegmentPart> parts)
    {
        List<SegmentPart> joined = [];
        foreach (SegmentPart part in parts)
        {
            if (part.BeginMs >= 0)
            {
                joined.Add(part);
            }
            else
            {
                Assert.Equal(-1, joined[^1].EndMs);
                joined[^1] = joined[^1] with { EndMs = part.EndMs };
            }
        }

        return joined;
    }

    // Per 32 ms: whether it is part of an utterance.
    private static (bool[] Speech, int Utterances) Endpoints(IVoiceActivityModel model, float[] samples)
    {
        using IVoiceActivityDetector detector = model.CreateDetector();
        var endpointer = new Endpointer(new EndpointingOptions(), 16000);
        var speech = new bool[samples.Length / 512];
        int utterances = 0;
        for (int i = 0; i < speech.Length; i++)
        {
            EndpointEvent happened = endpointer.Accept(detector.Detect(samples.AsSpan(i * 512, 512)), i * 512L, (i + 1) * 512L);
            utterances += happened == EndpointEvent.Begin ? 1 : 0;
            speech[i] = endpointer.IsOpen;
        }

        return (speech, utterances);
    }
}
