using Microsoft.Extensions.Logging.Abstractions;
using Paraformer.Engine.Recognizers;
using Paraformer.Engine.Routing;
using Paraformer.Models;
using Paraformer.Testing;

namespace Paraformer.Engine.Tests.Routing;

public sealed class PackReloadTests : IDisposable
{
    private static readonly StreamRequest s_request = new() { Model = "paraformer-realtime-v2", Format = "wav", SampleRate = 16000, Languages = ["en"] };
    private readonly string _folder = Directory.CreateTempSubdirectory("reload").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_model_that_was_replaced_serves_new_streams_and_is_freed_when_the_last_old_one_ends()
    {
        var made = new List<Model>();
        string files = "one";
        using LoadedPacks<Model> packs = Packs(made, () => files);
        ModelLease<Model> running = await packs.LeaseAsync("pack", Cancel);
        ModelLease<Model> other = await packs.LeaseAsync("pack", Cancel);
        Assert.Equal(PackReloadResult.Unchanged, Assert.Single(await packs.ReloadAsync(Cancel)).Result);

        files = "two";
        Assert.Equal(PackReloadResult.Reloaded, Assert.Single(await packs.ReloadAsync(Cancel)).Result);
        using ModelLease<Model> fresh = await packs.LeaseAsync("pack", Cancel);
        Assert.Same(made[0], running.Model);
        Assert.Same(made[1], fresh.Model);
        running.Dispose();
        running.Dispose();
        Assert.False(made[0].IsDisposed);
        other.Dispose();
        Assert.True(made[0].IsDisposed);
        Assert.False(made[1].IsDisposed);
    }

    [Fact]
    public async Task A_replacement_that_fails_its_test_or_cannot_be_loaded_leaves_the_old_one()
    {
        var made = new List<Model>();
        string files = "one";
        using LoadedPacks<Model> packs = Packs(made, () => files);
        (await packs.LeaseAsync("pack", Cancel)).Dispose();
        foreach (string bad in new[] { "fails its test", "cannot be loaded" })
        {
            files = bad;
            PackReload result = Assert.Single(await packs.ReloadAsync(Cancel));
            Assert.Equal(PackReloadResult.Failed, result.Result);
            Assert.Equal(bad, result.Problem);
        }

        using ModelLease<Model> lease = await packs.LeaseAsync("pack", Cancel);
        Assert.Same(made[0], lease.Model);
        Assert.False(made[0].IsDisposed);
        Assert.All(made.Skip(1), model => Assert.True(model.IsDisposed));
    }

    [Fact]
    public async Task What_no_reader_foresaw_is_an_error_of_its_pack_and_of_no_other()
    {
        using var packs = new LoadedPacks<Model>(
            id => id == "odd" ? throw new KeyNotFoundException("17") : new Model(), (_, _) => Task.CompletedTask, _ => "", NullLogger.Instance);
        for (int i = 0; i < 2; i++)
        {
            ModelPackException error = await Assert.ThrowsAsync<ModelPackException>(() => packs.LeaseAsync("odd", Cancel));
            Assert.Equal("odd", error.PackId);
            Assert.Contains("pack odd cannot be loaded", error.Message, StringComparison.Ordinal);
            Assert.Contains("17", error.Message, StringComparison.Ordinal);
            using ModelLease<Model> other = await packs.LeaseAsync("even", Cancel);
            Assert.False(other.Model.IsDisposed);
        }
    }

    [Fact]
    public async Task A_pack_replaced_on_disk_serves_new_streams_while_a_running_one_ends_on_the_old_files()
    {
        string file = CopyDetector();
        await using RecognitionEngine engine = Engine();
        byte[] audio = await File.ReadAllBytesAsync(Samples.PathOf("austen-0880.wav"), Cancel);
        List<RecognizedSentence> before = await Recognize.FinalsAsync(engine, audio, s_request, cancellationToken: Cancel);
        await using IRecognitionStream running = await engine.StartAsync(s_request, Cancel);
        await running.WriteAsync(audio.AsMemory(0, audio.Length / 2), Cancel);

        File.Copy(file, file + ".new");
        File.Move(file + ".new", file, overwrite: true);
        File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch.AddYears(50));
        Assert.Equal(PackReloadResult.Reloaded, Assert.Single(await engine.ReloadAsync(Cancel), p => p.Pack == "vad-silero").Result);

        await running.WriteAsync(audio.AsMemory(audio.Length / 2), Cancel);
        running.Complete();
        List<RecognizedSentence> during = [];
        await foreach (RecognizedSentence sentence in running.ReadAllAsync(Cancel))
        {
            during.AddRange(sentence.IsFinal ? [sentence] : []);
        }

        List<RecognizedSentence> after = await Recognize.FinalsAsync(engine, audio, s_request, cancellationToken: Cancel);
        Assert.NotEmpty(before);
        Assert.Equal(before.Select(Describe), during.Select(Describe));
        Assert.Equal(before.Select(Describe), after.Select(Describe));
    }

    [Fact]
    public async Task A_pack_replaced_by_rubbish_is_reported_and_the_old_one_goes_on()
    {
        string file = CopyDetector();
        await using RecognitionEngine engine = Engine();
        byte[] audio = await File.ReadAllBytesAsync(Samples.PathOf("austen-0880.wav"), Cancel);
        List<RecognizedSentence> before = await Recognize.FinalsAsync(engine, audio, s_request, cancellationToken: Cancel);

        await File.WriteAllBytesAsync(file + ".new", new byte[new FileInfo(file).Length], Cancel);
        File.Move(file + ".new", file, overwrite: true);
        File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch.AddYears(50));
        PackReload result = Assert.Single(await engine.ReloadAsync(Cancel), p => p.Pack == "vad-silero");
        Assert.Equal(PackReloadResult.Failed, result.Result);
        Assert.Contains("silero_vad.onnx", result.Problem, StringComparison.Ordinal);

        List<RecognizedSentence> after = await Recognize.FinalsAsync(engine, audio, s_request, cancellationToken: Cancel);
        Assert.Equal(before.Select(Describe), after.Select(Describe));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Describe(RecognizedSentence sentence) => $"{sentence.Text} {sentence.BeginMs} {sentence.EndMs}";

    private static LoadedPacks<Model> Packs(List<Model> made, Func<string> files) => new(
        _ =>
        {
            if (files() == "cannot be loaded")
            {
                throw new ModelPackException("pack", files());
            }

            var model = new Model();
            made.Add(model);
            return model;
        },
        (_, _) => files() == "fails its test" ? throw new RecognitionException(RecognitionError.Internal, files()) : Task.CompletedTask,
        _ => files(),
        NullLogger.Instance);

    private RecognitionEngine Engine()
    {
        var store = new ModelStore(ModelCatalog.Load(), ModelStoreOptions.FromEnvironment() with { SearchPath = [_folder, .. Testing.Packs.Store.SearchPath] });
        return RecognitionEngine.Create(store, new EngineOptions { WorkerCount = 2 }, loggers: null, new OnlyRecognizer("words", () => new LoudnessModel()));
    }

    private string CopyDetector()
    {
        InstalledPack pack = Testing.Packs.Require("vad-silero");
        foreach (string file in Directory.GetFiles(pack.Folder, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(_folder, "vad-silero", Path.GetRelativePath(pack.Folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
            File.SetAttributes(copy, FileAttributes.Normal);
        }

        return Path.Combine(_folder, "vad-silero", "silero_vad.onnx");
    }

    private sealed class Model : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }
}
