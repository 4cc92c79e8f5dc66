using System.Text.Json.Nodes;
using Paraformer.Models.Tests.Support;

namespace Paraformer.Models.Tests.Install;

public sealed class PinnedInstallTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestPack _pack = TestPack.WithId("one") with { Pinned = true };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Model => _folder.Sub("one/model.bin");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_first_download_of_a_pack_without_hashes_is_pinned_and_said_to_be()
    {
        Recorder recorder = new();
        (ModelStore store, WebServer server) = await InstallAsync(recorder);
        await using WebServer running = server;

        string hash = TestPack.Sha256(_pack.Files["model.bin"]);
        Assert.Contains($"{hash}  model.bin", File.ReadLines(_folder.Sub("one/pinned.sha256")));
        Assert.Contains(recorder.Reports, report => report.Step.StartsWith($"pinned model.bin to SHA-256 {hash}", StringComparison.Ordinal));
        PackVerification intact = await store.VerifyAsync("one", Token);
        Assert.True(intact.IsIntact);
        Assert.Empty(intact.ExtraFiles);

        Change(Model);
        PackFileProblem problem = Assert.Single((await store.VerifyAsync("one", Token)).Problems);
        Assert.Equal((PackFileFault.WrongHash, "model.bin"), (problem.Fault, problem.Path));
    }

    [Fact]
    public async Task A_later_download_must_be_what_was_pinned()
    {
        (_, WebServer server) = await InstallAsync(null);
        await server.DisposeAsync();
        File.Delete(Model);

        byte[] other = TestPack.Bytes("other", 300_000);
        await using WebServer changed = WebServer.OfFiles(_pack.Files.ToDictionary(file => $"/{file.Key}", file => file.Key == "model.bin" ? other : file.Value));
        ModelPackException error = await Assert.ThrowsAsync<ModelPackException>(() => Store(changed).InstallAsync("one", null, Token));
        Assert.Contains($"model.bin has SHA-256 {TestPack.Sha256(other)} instead of {TestPack.Sha256(_pack.Files["model.bin"])}", error.Message, StringComparison.Ordinal);

        await using WebServer same = Serve();
        ModelStore store = Store(same);
        await store.InstallAsync("one", null, Token);
        Assert.True((await store.VerifyAsync("one", Token)).IsIntact);
    }

    [Fact]
    public async Task A_pack_laid_by_hand_is_checked_by_its_sizes()
    {
        _pack.LayIn(_folder.Path);
        await using WebServer server = Serve();
        Assert.True((await Store(server).VerifyAsync("one", Token)).IsIntact);
        File.WriteAllText(Model, "short");
        Assert.Equal(PackFileFault.WrongSize, Assert.Single((await Store(server).VerifyAsync("one", Token)).Problems).Fault);
    }

    private static void Change(string file)
    {
        byte[] bytes = File.ReadAllBytes(file);
        bytes[10] ^= 1;
        File.WriteAllBytes(file, bytes);
    }

    private WebServer Serve() => WebServer.OfFiles(_pack.Files.ToDictionary(file => $"/{file.Key}", file => file.Value));

    private ModelStore Store(WebServer server) =>
        Stores.Installing(TestPack.Catalog(_pack with { Sources = [new JsonObject { ["url"] = server.Address + "/" }] }), _folder.Path);

    private async Task<(ModelStore Store, WebServer Server)> InstallAsync(Recorder? recorder)
    {
        WebServer server = Serve();
        ModelStore store = Store(server);
        await store.InstallAsync("one", recorder, Token);
        return (store, server);
    }
}
