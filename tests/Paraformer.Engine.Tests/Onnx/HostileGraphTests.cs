using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Paraformer.Engine.Onnx;
using Paraformer.Engine.Vad.Silero;
using Paraformer.Models;
using Paraformer.Testing;

namespace Paraformer.Engine.Tests.Onnx;

/// <summary>Graphs that eng/reference/hostile makes to do harm: each is one error that names pack and file, and what it wanted.</summary>
public sealed class HostileGraphTests
{
    private static readonly string s_folder = Path.Combine(AppContext.BaseDirectory, "Onnx", "hostile");
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData("endless", "took longer than 1 s")]
    [InlineData("huge", "cannot be run")]
    [InlineData("huge-constant", "huge-constant.onnx")]
    [InlineData("promised", "promised.onnx")]
    [InlineData("no-number", "not numbers")]
    [InlineData("whole-numbers", "Int64 in output 'output'; Float is expected")]
    [InlineData("two-values", "cannot be run")]
    [InlineData("another-rank", "cannot be run")]
    [InlineData("another-state", "cannot be run")]
    public void It_is_refused_when_it_is_loaded(string name, string reason)
    {
        InstalledPack pack = Pack();
        ModelPackException error = Assert.Throws<ModelPackException>(() => Load(pack, name).Dispose());
        Assert.Equal("hostile", error.PackId);
        Assert.Contains("pack hostile: ", error.Message, StringComparison.Ordinal);
        Assert.Contains($"{name}.onnx", error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_turns_hostile_later_is_cut_off_and_goes_on_where_it_does_not()
    {
        using SileroModel model = Load(Pack(), "endless-for-sound");
        using IVoiceActivityDetector detector = model.CreateDetector();
        using IVoiceActivityDetector other = model.CreateDetector();
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(0, detector.Detect(new float[512]));
            long began = Stopwatch.GetTimestamp();
            ModelPackException error = Assert.Throws<ModelPackException>(() => detector.Detect([.. Enumerable.Repeat(0.5f, 512)]));
            Assert.Contains("took longer than 1 s", error.Message, StringComparison.Ordinal);
            Assert.InRange(Stopwatch.GetElapsedTime(began).TotalSeconds, 0.9, 30);
        }

        Assert.Equal(0, other.Detect(new float[512]));
    }

    [Fact]
    public async Task Beside_it_other_packs_serve()
    {
        InstalledPack silero = Packs.Require("vad-silero");
        DirectoryInfo root = Directory.CreateTempSubdirectory();
        try
        {
            DirectoryInfo hostile = root.CreateSubdirectory("hostile");
            File.Copy(Path.Combine(s_folder, "huge.onnx"), Path.Combine(hostile.FullName, "model.onnx"));
            await File.WriteAllTextAsync(Path.Combine(hostile.FullName, "tokens.txt"), "<blk> 0\n", TestContext.Current.CancellationToken);
            DirectoryInfo good = root.CreateSubdirectory("good");
            foreach (string file in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Zipformer", "reference", "ctc")))
            {
                File.Copy(file, Path.Combine(good.FullName, Path.GetFileName(file)));
            }

            string json = $$"""
                {"schema":1,"starter":[],"models":[
                {"model":"hostile","sampleRates":[],"languages":[{"language":"en","packs":["hostile"]}]},
                {"model":"good","sampleRates":[],"languages":[{"language":"en","packs":["good"]}]}],"packs":[
                {{Entry("hostile", "zipformer", hostile.FullName)}},{{Entry("good", "zipformer", good.FullName)}},{{Entry("vad-silero", "vad-silero", silero.Folder)}}]}
                """;
            var options = new ModelStoreOptions { SearchPath = [root.FullName, Path.GetDirectoryName(silero.Folder)!], InstallFolder = root.FullName };
            await using RecognitionEngine engine = RecognitionEngine.Create(new ModelStore(ModelCatalog.Parse(Encoding.UTF8.GetBytes(json)), options));
            var request = new StreamRequest { Model = "hostile", Format = "wav", SampleRate = 16000 };
            RecognitionException error = await Assert.ThrowsAsync<RecognitionException>(async () => await engine.StartAsync(request, TestContext.Current.CancellationToken));
            Assert.Equal(RecognitionError.ModelUnavailable, error.Error);
            Assert.Contains("pack hostile", error.Message, StringComparison.Ordinal);
            Assert.NotEmpty(await Recognize.FinalsAsync(
                engine, File.ReadAllBytes(Samples.PathOf("austen-0880.wav")), request with { Model = "good" }, cancellationToken: TestContext.Current.CancellationToken));
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }

    private static string Entry(string id, string kind, string folder)
    {
        string files = string.Join(",", Directory.EnumerateFiles(folder).Select(path =>
        {
            byte[] content = File.ReadAllBytes(path);
            return $$"""{"path":"{{Path.GetFileName(path)}}","size":{{content.Length}},"sha256":"{{Convert.ToHexStringLower(SHA256.HashData(content))}}"}""";
        }));
        return $$"""{"id":"{{id}}","kind":"{{kind}}","description":"d","licence":"none","origin":"o","languages":["en"],"files":[{{files}}]}""";
    }

    private static SileroModel Load(InstalledPack pack, string name) => SileroModel.Load(pack, PackGraph.Load(pack, s_limit, $"{name}.onnx"));

    private static InstalledPack Pack() => new(new PackDescriptor { Id = "hostile", Kind = "vad-silero", Description = "made to do harm", Licence = "none" }, s_folder);
}
