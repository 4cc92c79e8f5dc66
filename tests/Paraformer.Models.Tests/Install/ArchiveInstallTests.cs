using System.Formats.Tar;
using System.Text.Json.Nodes;
using Paraformer.Models.Tests.Support;

namespace Paraformer.Models.Tests.Install;

public sealed class ArchiveInstallTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestPack _pack = TestPack.WithId("one");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private byte[] Model => _pack.Files["model.bin"];

    private byte[] Words => _pack.Files["conf/words.txt"];

    public void Dispose() => _folder.Dispose();

    private async Task InstallAsync(string format, byte[] archive, Func<JsonObject, JsonObject>? change = null)
    {
        await using WebServer server = WebServer.OfFiles(new Dictionary<string, byte[]> { ["/archive"] = archive });
        JsonObject source = new()
        {
            ["archive"] = server.Address + "/archive",
            ["format"] = format,
            ["size"] = archive.Length,
            ["sha256"] = TestPack.Sha256(archive),
            ["prefix"] = "model-1.0/",
            ["files"] = new JsonObject { ["model.bin"] = "am/final.mdl" },
        };
        ModelStore store = Stores.Installing(TestPack.Catalog(_pack with { Sources = [change?.Invoke(source) ?? source] }), _folder.Sub("models"));
        await store.InstallAsync("one", null, Token);
        Assert.True((await store.VerifyAsync("one", Token)).IsIntact);
    }

    private async Task<string> FailAsync(string format, byte[] archive)
    {
        ModelPackException exception = await Assert.ThrowsAsync<ModelPackException>(() => InstallAsync(format, archive));
        Assert.False(Directory.Exists(_folder.Sub("models/one")));
        return exception.Message;
    }

    [Fact]
    public Task Files_are_taken_out_of_a_zip_by_prefix_and_name() =>
        InstallAsync("zip", Archives.Zip(("model-1.0/README", [1]), ("model-1.0/am/final.mdl", Model), ("model-1.0/conf/words.txt", Words)));

    [Fact]
    public Task Files_are_taken_out_of_a_tarball_by_prefix_and_name() =>
        InstallAsync("tar.gz", Archives.TarGz(("model-1.0/README", [1]), ("model-1.0/am/final.mdl", Model), ("model-1.0/conf/words.txt", Words)));

    [Fact]
    public async Task Entries_that_are_not_listed_are_never_written()
    {
        await InstallAsync("tar.gz", Archives.TarGz(
            ("../../escaped", [1]), (_folder.Sub("absolute"), [1]), ("model-1.0/extra", [1]),
            ("model-1.0/am/final.mdl", Model), ("model-1.0/conf/words.txt", Words)));

        Assert.Equal(
            ["models/.work/one/lock", "models/one/conf/words.txt", "models/one/model.bin"],
            Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(_folder.Path, path).Replace('\\', '/')).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_link_in_place_of_a_file_is_not_followed()
    {
        byte[] archive = Archives.TarGz([
            new PaxTarEntry(TarEntryType.SymbolicLink, "model-1.0/am/final.mdl") { LinkName = "/etc/passwd" },
            new PaxTarEntry(TarEntryType.RegularFile, "model-1.0/conf/words.txt") { DataStream = new MemoryStream(Words) }]);

        Assert.Contains("the archive has no entry 'model-1.0/am/final.mdl'", await FailAsync("tar.gz", archive), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("zip")]
    [InlineData("tar.gz")]
    public async Task An_entry_that_is_larger_than_expected_is_cut_off(string format)
    {
        (string, byte[])[] entries = [("model-1.0/am/final.mdl", new byte[50_000_000]), ("model-1.0/conf/words.txt", Words)];

        string message = await FailAsync(format, format == "zip" ? Archives.Zip(entries) : Archives.TarGz(entries));

        Assert.Contains("'model-1.0/am/final.mdl' is larger than the 300000 bytes expected", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("zip")]
    [InlineData("tar.gz")]
    public async Task A_missing_entry_is_named(string format)
    {
        (string, byte[])[] entries = [("model-1.0/am/final.mdl", Model)];

        string message = await FailAsync(format, format == "zip" ? Archives.Zip(entries) : Archives.TarGz(entries));

        Assert.Contains("the archive has no entry 'model-1.0/conf/words.txt'", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("zip", 5000)]
    [InlineData("tar.gz", 5000)]
    [InlineData("zip", 0)]
    [InlineData("tar.gz", 0)]
    public async Task A_damaged_archive_is_an_error(string format, int length)
    {
        (string, byte[])[] entries = [("model-1.0/am/final.mdl", Model), ("model-1.0/conf/words.txt", Words)];
        byte[] archive = (format == "zip" ? Archives.Zip(entries) : Archives.TarGz(entries))[..length];

        Assert.Contains("the archive", await FailAsync(format, archive), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_file_in_the_archive_is_refused()
    {
        byte[] archive = Archives.Zip(("model-1.0/am/final.mdl", new byte[Model.Length]), ("model-1.0/conf/words.txt", Words));

        Assert.Contains("model.bin has SHA-256", await FailAsync("zip", archive), StringComparison.Ordinal);
    }
}
