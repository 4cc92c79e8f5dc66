using System.Security.Cryptography;
using System.Text;
using Paraformer.Models;
using Paraformer.Testing;

namespace Paraformer.Engine.Tests.Recognizers;

/// <summary>Whole streams on the networks of random weights under eng/reference: what they say means nothing, what the engine makes of it does.</summary>
public sealed class ReferencePackTests
{
    [Theory]
    [InlineData("paraformer-streaming", "ParaformerModels", "streaming")]
    [InlineData("paraformer-offline", "ParaformerModels", "offline")]
    [InlineData("paraformer-offline", "ParaformerModels", "biased")]
    [InlineData("sensevoice", "SenseVoice", "release")]
    [InlineData("sensevoice", "SenseVoice", "hub")]
    [InlineData("zipformer", "Zipformer", "v1")]
    [InlineData("zipformer", "Zipformer", "v2")]
    [InlineData("zipformer", "Zipformer", "ctc")]
    public async Task A_stream_has_partials_and_finals_in_order(string kind, string family, string form)
    {
        InstalledPack vad = Packs.Require("vad-silero");
        await using RecognitionEngine engine = RecognitionEngine.Create(Store(kind, Path.Combine(AppContext.BaseDirectory, family, "reference"), form, vad));
        var request = new StreamRequest { Model = "reference", Format = "wav", SampleRate = 16000 };
        List<RecognizedSentence> sentences = await Recognize.AllAsync(
            engine, File.ReadAllBytes(Samples.PathOf("austen-0890.wav")), request, cancellationToken: TestContext.Current.CancellationToken);
        RecognizedSentence final = Assert.Single(sentences, s => s.IsFinal);
        Assert.Contains(sentences, s => !s.IsFinal);
        Assert.All(sentences.Where(s => !s.IsFinal), s => Assert.Null(s.Emotion));
        Assert.All(final.Words, w => Assert.InRange(w.EndMs, w.BeginMs, final.EndMs));
        Assert.NotEmpty(final.Text);
        if (kind == "sensevoice")
        {
            Assert.Contains(final.Emotion, new List<string?> { "positive", "negative", "neutral" });
            Assert.InRange(final.EmotionConfidence!.Value, 0.1f, 1);
            Assert.NotNull(final.AudioEvent);
        }
        else
        {
            Assert.Null(final.Emotion);
            Assert.Equal("en", final.Language);
        }
    }

    [Theory]
    [InlineData("paraformer-streaming", "ParaformerModels", "streaming")]
    [InlineData("paraformer-offline", "ParaformerModels", "offline")]
    [InlineData("sensevoice", "SenseVoice", "hub")]
    public async Task Streams_at_once_give_what_one_gives_alone_while_others_are_given_up(string kind, string family, string form)
    {
        InstalledPack vad = Packs.Require("vad-silero");
        ModelStore store = Store(kind, Path.Combine(AppContext.BaseDirectory, family, "reference"), form, vad);
        CancellationToken token = TestContext.Current.CancellationToken;
        byte[] audio = File.ReadAllBytes(Samples.PathOf("austen-0890.wav"));
        var request = new StreamRequest { Model = "reference", Format = "wav", SampleRate = 16000 };
        await using RecognitionEngine alone = RecognitionEngine.Create(store, new EngineOptions { MaxBatchSteps = 1 });
        List<RecognizedSentence> expected = await Recognize.AllAsync(alone, audio, request, cancellationToken: token);
        await using RecognitionEngine engine = RecognitionEngine.Create(store, new EngineOptions { WorkerCount = 2 });
        Task<List<RecognizedSentence>>[] streams = [.. Enumerable.Range(0, 6).Select(_ => Recognize.AllAsync(engine, audio, request, cancellationToken: token))];
        for (int i = 0; i < 3; i++)
        {
            await using IRecognitionStream given = await engine.StartAsync(request, token);
            await given.WriteAsync(audio.AsMemory(0, audio.Length * (i + 1) / 4), token);
        }

        foreach (Task<List<RecognizedSentence>> stream in streams)
        {
            Assert.Equal(Finals(expected), Finals(await stream));
        }

        List<string> Finals(List<RecognizedSentence> sentences) =>
            [.. sentences.Where(s => s.IsFinal).Select(s => $"{s.Text} {string.Join(' ', s.Words.Select(w => $"{w.Text}@{w.BeginMs}-{w.EndMs}"))}")];
    }

    [Fact]
    public async Task A_damaged_pack_is_a_typed_error_and_the_engine_lives()
    {
        InstalledPack vad = Packs.Require("vad-silero");
        DirectoryInfo root = Directory.CreateTempSubdirectory();
        try
        {
            DirectoryInfo folder = root.CreateSubdirectory("v2");
            foreach (string file in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Zipformer", "reference", "v2")))
            {
                File.Copy(file, Path.Combine(folder.FullName, Path.GetFileName(file)));
            }

            byte[] encoder = File.ReadAllBytes(Path.Combine(folder.FullName, "encoder.onnx"));
            encoder.AsSpan(encoder.Length / 2).Clear();
            File.WriteAllBytes(Path.Combine(folder.FullName, "encoder.onnx"), encoder);
            await using RecognitionEngine engine = RecognitionEngine.Create(Store("zipformer", root.FullName, "v2", vad));
            var request = new StreamRequest { Model = "reference", Format = "pcm", SampleRate = 16000 };
            for (int i = 0; i < 2; i++)
            {
                RecognitionException error = await Assert.ThrowsAsync<RecognitionException>(
                    async () => await engine.StartAsync(request, TestContext.Current.CancellationToken));
                Assert.Equal(RecognitionError.ModelUnavailable, error.Error);
                Assert.Contains("encoder.onnx", error.Message, StringComparison.Ordinal);
            }
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task The_configured_detector_finds_the_sentences()
    {
        Packs.RequireEnglish();
        Packs.Require("vad-fsmn");
        await using RecognitionEngine engine = RecognitionEngine.Create(Packs.Store, new EngineOptions { VoiceActivityPack = "vad-fsmn" });
        var request = new StreamRequest { Model = "paraformer-realtime-v2", Format = "wav", SampleRate = 16000, Languages = ["en"] };
        await using (IRecognitionStream stream = await engine.StartAsync(request, TestContext.Current.CancellationToken))
        {
            Assert.Contains("vad-fsmn", stream.Packs);
        }

        List<RecognizedSentence> sentences = await Recognize.AllAsync(
            engine, File.ReadAllBytes(Samples.PathOf("austen-0880.wav")), request, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Contains("young man", Assert.Single(sentences, s => s.IsFinal).Text, StringComparison.Ordinal);
    }

    // A catalogue of one pack, laid out as it is, and the voice activity detector.
    private static ModelStore Store(string kind, string root, string id, InstalledPack vad)
    {
        string Files(string folder, IEnumerable<string> names) => string.Join(",", names.Select(name =>
        {
            byte[] content = File.ReadAllBytes(Path.Combine(folder, name));
            return $$"""{"path":"{{name}}","size":{{content.Length}},"sha256":"{{Convert.ToHexStringLower(SHA256.HashData(content))}}"}""";
        }));
        string folder = Path.Combine(root, id);
        string files = Files(folder, Directory.EnumerateFiles(folder).Select(f => Path.GetFileName(f)!));
        string json = $$"""
            {"schema":1,"starter":[],"models":[{"model":"reference","sampleRates":[],"languages":[{"language":"en","packs":["{{id}}"]}]}],"packs":[
            {"id":"{{id}}","kind":"{{kind}}","description":"d","licence":"Apache-2.0","origin":"o","languages":["en"],"files":[{{files}}]},
            {"id":"vad-silero","kind":"vad-silero","description":"d","licence":"MIT","origin":"o","files":[{{Files(vad.Folder, vad.Descriptor.Files.Select(f => f.Path))}}]}]}
            """;
        return new ModelStore(
            ModelCatalog.Parse(Encoding.UTF8.GetBytes(json)), new ModelStoreOptions { SearchPath = [root, Path.GetDirectoryName(vad.Folder)!], InstallFolder = root });
    }
}
