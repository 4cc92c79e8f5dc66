using System.Security.Cryptography;
using System.Text;
using Paraformer.Engine.ParaformerModels;
using Paraformer.Engine.Scheduling;
using Paraformer.Models;
using Paraformer.Testing;

namespace Paraformer.Engine.Tests.ParaformerModels;

/// <summary>
/// A small streaming Paraformer that was trained for it (<c>eng/training/commands</c>) hears sentences of its 50 words that it was not trained on:
/// by voices that it knows, and by one that it does not.
/// </summary>
public sealed class SpokenCommandTests
{
    private static readonly string s_folder = Path.Combine(AppContext.BaseDirectory, "ParaformerModels", "commands");
    private static readonly (string Group, string File, string Text)[] s_clips = [.. File.ReadLines(Path.Combine(s_folder, "clips", "clips.tsv"))
        .Select(line => line.Split('\t')).Select(p => (p[0][..p[0].LastIndexOf('-')], Path.Combine(s_folder, "clips", p[0]), p[2]))];

    [Theory]
    [InlineData("held-out", 0.3)]
    [InlineData("new-voice", 0.4)]
    public void Most_words_are_heard(string group, double mostWrong)
    {
        using StreamingParaformerModel model = Load();
        string[] heard = [.. Of(group).Select(clip => Text(ConcurrentStreams.Alone(model, Speech(clip.File))))];
        AssertHeard(Of(group), heard, mostWrong);
    }

    [Fact]
    public async Task Streams_at_once_hear_the_same_words_at_the_same_times()
    {
        using var scheduler = new WorkScheduler(2);
        using StreamingParaformerModel model = Load();
        WordHypothesis[][] alone = [.. s_clips.Select(clip => ConcurrentStreams.Alone(model, Speech(clip.File)))];
        model.UseWorkers(scheduler, new BatchOptions());
        Task<WordHypothesis[]>[] together = [.. s_clips.Select(clip => Task.Run(() => ConcurrentStreams.TogetherAsync(model, Speech(clip.File), TestContext.Current.CancellationToken)))];
        for (int i = 0; i < alone.Length; i++)
        {
            ConcurrentStreams.AssertSame(alone[i], await together[i]);
        }
    }

    [Fact]
    public async Task The_whole_engine_hears_them_too()
    {
        InstalledPack vad = Packs.Require("vad-silero");
        await using RecognitionEngine engine = RecognitionEngine.Create(Store(vad));
        var request = new StreamRequest { Model = "commands", Format = "wav", SampleRate = 16000, Punctuation = false, InverseTextNormalization = false };
        (string Group, string File, string Text)[] clips = [.. Of("held-out")];
        List<RecognizedSentence>[] results = await Task.WhenAll(clips.Select(clip =>
            Recognize.FinalsAsync(engine, File.ReadAllBytes(clip.File), request, cancellationToken: TestContext.Current.CancellationToken)));
        AssertHeard(clips, [.. results.Select(Recognize.Text)], mostWrong: 0.3);
    }

    private static IEnumerable<(string Group, string File, string Text)> Of(string group) => s_clips.Where(clip => clip.Group == group);

    private static ConcurrentStreams.Speech Speech(string file) => new(WaveFile.Read16BitMono(file), 1600);

    private static string Text(IEnumerable<WordHypothesis> words) => string.Join(' ', words.Select(w => w.Text));

    private static void AssertHeard(IEnumerable<(string Group, string File, string Text)> clips, string[] heard, double mostWrong)
    {
        string[] said = [.. clips.Select(clip => clip.Text)];
        double wrong = (double)said.Zip(heard).Sum(pair => Words.Distance(pair.First, pair.Second)) / said.Sum(s => Words.Of(s).Length);
        Assert.True(wrong <= mostWrong, $"{wrong:p1} of the words are wrong: {string.Join("; ", said.Zip(heard).Where(p => p.First != p.Second).Select(p => $"{p.First} → {p.Second}"))}");
    }

    private static StreamingParaformerModel Load() => StreamingParaformerModel.Load(new InstalledPack(
        new PackDescriptor { Id = "commands", Kind = "paraformer-streaming", Description = "50 words", Licence = "Apache-2.0", Languages = ["en"] }, s_folder));

    private static ModelStore Store(InstalledPack vad)
    {
        string Files(string folder, IEnumerable<string> names) => string.Join(",", names.Select(name =>
        {
            byte[] content = File.ReadAllBytes(Path.Combine(folder, name));
            return $$"""{"path":"{{name}}","size":{{content.Length}},"sha256":"{{Convert.ToHexStringLower(SHA256.HashData(content))}}"}""";
        }));
        string json = $$"""
            {"schema":1,"starter":[],"models":[{"model":"commands","sampleRates":[],"languages":[{"language":"en","packs":["commands"]}]}],"packs":[
            {"id":"commands","kind":"paraformer-streaming","description":"d","licence":"Apache-2.0","origin":"o","languages":["en"],"files":[{{Files(s_folder, ["encoder.onnx", "decoder.onnx", "tokens.txt"])}}]},
            {"id":"vad-silero","kind":"vad-silero","description":"d","licence":"MIT","origin":"o","files":[{{Files(vad.Folder, vad.Descriptor.Files.Select(f => f.Path))}}]}]}
            """;
        return new ModelStore(
            ModelCatalog.Parse(Encoding.UTF8.GetBytes(json)),
            new ModelStoreOptions { SearchPath = [Path.GetDirectoryName(s_folder)!, Path.GetDirectoryName(vad.Folder)!], InstallFolder = Path.GetDirectoryName(s_folder)! });
    }
}
