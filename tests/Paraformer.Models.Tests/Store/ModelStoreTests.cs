using System.Text;
using Paraformer.Models.Tests.Support;

namespace Paraformer.Models.Tests.Store;

public sealed class ModelStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestPack _pack = TestPack.WithId("one") with { Inline = new Dictionary<string, string> { ["own.conf"] = "--a=1\n" } };

    public void Dispose() => _folder.Dispose();

    private ModelStore Store(params string[] searchPath) => new(TestPack.Catalog(_pack), new ModelStoreOptions
    {
        SearchPath = [.. searchPath.Select(_folder.Sub)],
        InstallFolder = _folder.Sub("cache"),
    });

    [Fact]
    public void The_first_folder_on_the_search_path_wins()
    {
        string second = _pack.LayIn(_folder.Sub("second"));
        Assert.Equal(second, Store("first", "second", "third").Find("one")!.Folder);

        _pack.LayIn(_folder.Sub("third"));
        Assert.Equal(second, Store("first", "second", "third").Find("one")!.Folder);

        string first = _pack.LayIn(_folder.Sub("first"));
        Assert.Equal(first, Store("first", "second", "third").Find("one")!.Folder);
    }

    [Fact]
    public void The_install_folder_is_searched_last()
    {
        string cache = _pack.LayIn(_folder.Sub("cache"));

        Assert.Equal(cache, Store("first").Find("one")!.Folder);
        Assert.Equal([_folder.Sub("first"), _folder.Sub("cache")], Store("first").SearchPath);
    }

    [Fact]
    public void A_damaged_folder_is_passed_over_for_a_whole_one()
    {
        File.AppendAllText(Path.Combine(_pack.LayIn(_folder.Sub("first")), "model.bin"), "more");
        string second = _pack.LayIn(_folder.Sub("second"));
        ModelStore store = Store("first", "second");

        Assert.Equal(second, store.Find("one")!.Folder);
        Assert.Equal(new PackStatus("one", PackState.Installed, $"in {second}", second), store.Describe("one"));
    }

    [Fact]
    public void A_damaged_pack_is_described_with_what_is_wrong()
    {
        string folder = _pack.LayIn(_folder.Sub("first"));
        File.AppendAllText(Path.Combine(folder, "model.bin"), "more");
        File.Delete(Path.Combine(folder, "own.conf"));
        ModelStore store = Store("first");

        PackStatus status = store.Describe("one");

        Assert.Null(store.Find("one"));
        Assert.Equal((PackState.Damaged, folder), (status.State, status.Folder));
        Assert.Contains("model.bin has 300004 bytes instead of 300000, and 1 more", status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_pack_is_described_with_what_to_do()
    {
        PackStatus status = Store("first").Describe("one");

        Assert.Equal((PackState.Missing, null), (status.State, status.Folder));
        Assert.Contains("Copy the folder 'one'", status.Detail, StringComparison.Ordinal);
        Assert.Contains("Its origin: a test", status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pack_that_the_catalogue_does_not_know_is_missing()
    {
        ModelStore store = Store("first");

        Assert.Null(store.Find("two"));
        Assert.Contains("has no pack 'two'. It has: one.", store.Describe("two").Detail, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ModelPackException>(() => store.VerifyAsync("two", TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<ModelPackException>(() => store.InstallAsync("two", null, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_pack_of_another_platform_is_not_available()
    {
        string text = """{"schema":1,"packs":[{"id":"lib","kind":"k","description":"d","licence":"MIT","files":[{"path":"x","text":"x","rid":"win-x64"}]}]}""";
        ModelCatalog catalog = ModelCatalog.Parse(Encoding.UTF8.GetBytes(text), "linux-arm64");
        ModelStore store = new(catalog, new ModelStoreOptions { SearchPath = [], InstallFolder = _folder.Path });
        Directory.CreateDirectory(_folder.Sub("lib"));

        Assert.Null(store.Find("lib"));
        Assert.Equal(new PackStatus("lib", PackState.Missing, "not available for linux-arm64", null), store.Describe("lib"));
        ModelPackException exception = await Assert.ThrowsAsync<ModelPackException>(() => store.InstallAsync("lib", null, TestContext.Current.CancellationToken));
        Assert.Contains("not available for linux-arm64", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verification_lists_each_file_that_differs_and_those_it_does_not_know()
    {
        string folder = _pack.LayIn(_folder.Sub("first"));
        byte[] model = File.ReadAllBytes(Path.Combine(folder, "model.bin"));
        model[^1] ^= 1;
        File.WriteAllBytes(Path.Combine(folder, "model.bin"), model);
        _folder.Write("first/one/notes/mine.txt", "mine"u8);
        ModelStore store = Store("first");

        Assert.NotNull(store.Find("one"));
        PackVerification verification = await store.VerifyAsync("one", TestContext.Current.CancellationToken);

        Assert.False(verification.IsIntact);
        PackFileProblem problem = Assert.Single(verification.Problems);
        Assert.Equal(("model.bin", PackFileFault.WrongHash), (problem.Path, problem.Fault));
        Assert.Equal(["notes/mine.txt"], verification.ExtraFiles);
    }

    [Fact]
    public async Task Verification_of_an_incomplete_pack_tells_missing_from_truncated()
    {
        string folder = _pack.LayIn(_folder.Sub("first"));
        File.Delete(Path.Combine(folder, "conf/words.txt"));
        File.WriteAllBytes(Path.Combine(folder, "model.bin"), [1, 2, 3]);

        PackVerification verification = await Store("first").VerifyAsync("one", TestContext.Current.CancellationToken);

        Assert.Equal(
            [("model.bin", PackFileFault.WrongSize), ("conf/words.txt", PackFileFault.Missing)],
            verification.Problems.Select(problem => (problem.Path, problem.Fault)));
    }

    [Fact]
    public async Task Verification_of_a_pack_that_is_nowhere_has_no_folder()
    {
        PackVerification verification = await Store("first").VerifyAsync("one", TestContext.Current.CancellationToken);

        Assert.Null(verification.Folder);
        Assert.False(verification.IsIntact);
        Assert.Equal(3, verification.Problems.Count);
    }

    [Fact]
    public void A_pack_of_links_to_its_files_is_found()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Needs symbolic links, which this system allows only to some users.");
        string real = _pack.LayIn(_folder.Sub("real"));
        string linked = _folder.Sub("first/one");
        foreach (string path in (string[])["model.bin", "conf/words.txt", "own.conf"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(linked, path))!);
            File.CreateSymbolicLink(Path.Combine(linked, path), Path.Combine(real, path));
        }

        Assert.Equal(linked, Store("first").Find("one")!.Folder);
        File.Delete(Path.Combine(real, "model.bin"));
        Assert.Null(Store("first").Find("one"));
        Assert.Contains("model.bin is missing", Store("first").Describe("one").Detail, StringComparison.Ordinal);
    }
}
