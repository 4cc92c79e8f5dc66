using System.Text.Json.Nodes;
using Paraformer.Models.Tests.Support;

namespace Paraformer.Models.Tests.Install;

public sealed class WebInstallTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestPack _pack = TestPack.WithId("one");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private byte[] Model => _pack.Files["model.bin"];

    public void Dispose() => _folder.Dispose();

    private ModelStore Store(WebServer server, Func<ModelStoreOptions, ModelStoreOptions>? change = null) =>
        Stores.Installing(TestPack.Catalog(_pack with { Sources = [new JsonObject { ["url"] = server.Address + "/packs" }] }), _folder.Path, change);

    /// <summary>A server of the pack that answers requests for the model in its own way.</summary>
    private WebServer Server(Func<WebRequest, int, System.Net.Sockets.NetworkStream, CancellationToken, Task> model)
    {
        int requests = 0;
        return new WebServer((request, connection, stop) => request.Path == "/packs/model.bin"
            ? model(request, Interlocked.Increment(ref requests), connection, stop)
            : WebServer.AnswerAsync(connection, "200 OK", _pack.Files["conf/words.txt"]));
    }

    private async Task AssertInstalledAsync(ModelStore store)
    {
        InstalledPack installed = await store.InstallAsync("one", null, Token);
        Assert.Equal(_folder.Sub("one"), installed.Folder);
        Assert.True((await store.VerifyAsync("one", Token)).IsIntact);
    }

    private async Task<string> AssertFailsAsync(ModelStore store)
    {
        ModelPackException exception = await Assert.ThrowsAsync<ModelPackException>(() => store.InstallAsync("one", null, Token));
        Assert.False(Directory.Exists(_folder.Sub("one")));
        Assert.Contains("PARAFORMER_MODELS", exception.Message, StringComparison.Ordinal);
        return exception.Message;
    }

    [Fact]
    public async Task Files_of_a_web_folder_are_installed_with_progress()
    {
        await using WebServer server = WebServer.OfFiles(_pack.Files.ToDictionary(file => $"/packs/{file.Key}", file => file.Value));
        ModelStore store = Store(server);
        Recorder recorder = new();

        await store.InstallAsync("one", recorder, Token);

        Assert.True((await store.VerifyAsync("one", Token)).IsIntact);
        Assert.Contains(new PackProgress("one", "downloading model.bin", 300_000, 300_000), recorder.Reports);
        Assert.Equal("verifying", recorder.Reports.Last().Step);
        Assert.Equal(["lock"], Directory.EnumerateFileSystemEntries(_folder.Sub(".work/one")).Select(Path.GetFileName));
    }

    [Fact]
    public async Task An_installed_pack_is_not_fetched_again()
    {
        await using WebServer server = WebServer.OfFiles(new Dictionary<string, byte[]>());
        string laid = _pack.LayIn(_folder.Sub("laid"));

        InstalledPack pack = await Store(server, options => options with { SearchPath = [_folder.Sub("laid")] }).InstallAsync("one", null, Token);

        Assert.Equal(laid, pack.Folder);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task A_broken_connection_is_resumed_where_it_broke()
    {
        await using WebServer server = Server((request, number, connection, _) => number == 1
            ? WebServer.AnswerPartlyAsync(connection, "200 OK", Model, 100_000, "ETag: \"v1\"")
            : WebServer.AnswerFileAsync(request, connection, Model));

        await AssertInstalledAsync(Store(server));

        WebRequest[] requests = [.. server.Requests.Where(request => request.Path == "/packs/model.bin")];
        Assert.Equal([null, 100_000], requests.Select(request => request.RangeStart));
        Assert.Equal("\"v1\"", requests[1].Headers["if-range"]);
    }

    [Fact]
    public async Task A_file_that_changed_meanwhile_is_fetched_anew()
    {
        byte[] other = TestPack.Bytes("other", Model.Length);
        await using WebServer server = Server((request, number, connection, _) => number == 1
            ? WebServer.AnswerPartlyAsync(connection, "200 OK", other, 100_000, "ETag: \"old\"")
            : WebServer.AnswerFileAsync(request, connection, Model));

        await AssertInstalledAsync(Store(server));
    }

    [Fact]
    public async Task A_server_without_entity_tags_is_asked_from_the_start()
    {
        await using WebServer server = Server((_, number, connection, _) =>
            WebServer.AnswerPartlyAsync(connection, "200 OK", Model, number == 1 ? 100_000 : Model.Length));

        await AssertInstalledAsync(Store(server));

        Assert.All(server.Requests, request => Assert.Null(request.RangeStart));
    }

    [Theory]
    [InlineData("206 Partial Content", "Content-Range: bytes 5-299999/300000")]
    [InlineData("416 Range Not Satisfiable", "Content-Range: bytes */7")]
    public async Task A_wrong_answer_to_a_range_starts_again(string status, string header)
    {
        await using WebServer server = Server((request, number, connection, _) => number switch
        {
            1 => WebServer.AnswerPartlyAsync(connection, "200 OK", Model, 100_000, "ETag: \"v1\""),
            2 => WebServer.AnswerAsync(connection, status, Model.AsMemory(5), header),
            _ => WebServer.AnswerFileAsync(request, connection, Model),
        });

        await AssertInstalledAsync(Store(server));
    }

    [Fact]
    public async Task A_part_that_rotted_on_disk_is_fetched_anew()
    {
        await using WebServer server = Server((request, number, connection, _) => number switch
        {
            <= 4 => WebServer.AnswerPartlyAsync(connection, "200 OK", Model, 100_000, "ETag: \"v1\""),
            _ => WebServer.AnswerFileAsync(request, connection, Model),
        });
        ModelStore store = Store(server);
        await AssertFailsAsync(store);
        string part = Directory.EnumerateFiles(_folder.Sub(".work/one/downloads"), "*.part").Single();
        byte[] bytes = File.ReadAllBytes(part);
        bytes[10] ^= 1;
        File.WriteAllBytes(part, bytes);

        await AssertInstalledAsync(store);
    }

    [Fact]
    public async Task Files_that_are_whole_are_kept_for_the_next_installation()
    {
        bool broken = true;
        int wordsAsked = 0;
        await using WebServer server = new((request, connection, _) => request.Path == "/packs/model.bin"
            ? WebServer.AnswerFileAsync(request, connection, Model)
            : Interlocked.Increment(ref wordsAsked) > 0 && broken
                ? WebServer.AnswerAsync(connection, "404 Not Found", ReadOnlyMemory<byte>.Empty)
                : WebServer.AnswerAsync(connection, "200 OK", _pack.Files["conf/words.txt"]));
        ModelStore store = Store(server);
        await AssertFailsAsync(store);
        broken = false;

        await AssertInstalledAsync(store);

        Assert.Equal((1, 2), (server.Requests.Count(request => request.Path == "/packs/model.bin"), wordsAsked));
    }

    [Fact]
    public async Task A_file_with_another_hash_is_refused()
    {
        await using WebServer server = Server((request, _, connection, _) => WebServer.AnswerFileAsync(request, connection, new byte[Model.Length]));

        string message = await AssertFailsAsync(Store(server));

        Assert.Contains($"model.bin has SHA-256 {TestPack.Sha256(new byte[Model.Length])} instead of {TestPack.Sha256(Model)}", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_another_size_is_refused_before_it_is_fetched()
    {
        await using WebServer server = Server((request, _, connection, _) => WebServer.AnswerFileAsync(request, connection, new byte[7]));

        Assert.Contains("model.bin: the file there has 7 bytes instead of 300000", await AssertFailsAsync(Store(server)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_without_an_announced_end_is_cut_off_at_the_expected_size()
    {
        await using WebServer server = Server(async (_, _, connection, _) =>
        {
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"u8.ToArray(), Token);
            await connection.WriteAsync(new byte[Model.Length + 1], Token);
        });

        Assert.Contains("the server sent more than the 300000 bytes expected", await AssertFailsAsync(Store(server)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_file_is_not_asked_for_twice()
    {
        await using WebServer server = WebServer.OfFiles(new Dictionary<string, byte[]>());

        string message = await AssertFailsAsync(Store(server));

        Assert.Contains($"{server.Address}/packs/: model.bin: the server answered 404 Not Found", message, StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_server_that_is_down_for_a_moment_is_asked_again()
    {
        await using WebServer server = Server((request, number, connection, _) => number <= 3
            ? WebServer.AnswerAsync(connection, "503 Service Unavailable", ReadOnlyMemory<byte>.Empty)
            : WebServer.AnswerFileAsync(request, connection, Model));

        await AssertInstalledAsync(Store(server));
    }

    [Fact]
    public async Task A_server_that_stays_down_is_given_up_after_four_attempts()
    {
        await using WebServer server = Server((_, _, connection, _) => WebServer.AnswerAsync(connection, "503 Service Unavailable", ReadOnlyMemory<byte>.Empty));

        Assert.Contains("503 Service Unavailable (4 attempts)", await AssertFailsAsync(Store(server)), StringComparison.Ordinal);
        Assert.Equal(4, server.Requests.Count);
    }

    [Fact]
    public async Task A_server_that_falls_silent_is_given_up_and_asked_again()
    {
        await using WebServer server = Server(async (request, number, connection, stop) =>
        {
            if (number == 1)
            {
                await WebServer.AnswerPartlyAsync(connection, "200 OK", Model, 100_000, "ETag: \"v1\"");
                await Task.Delay(Timeout.Infinite, stop);
            }

            await WebServer.AnswerFileAsync(request, connection, Model);
        });

        await AssertInstalledAsync(Store(server, options => options with { StallTimeout = TimeSpan.FromSeconds(1) }));
    }

    [Fact]
    public async Task A_redirect_is_followed()
    {
        await using WebServer target = WebServer.OfFiles(new Dictionary<string, byte[]> { ["/elsewhere"] = Model });
        await using WebServer server = Server((_, _, connection, _) =>
            WebServer.AnswerAsync(connection, "302 Found", ReadOnlyMemory<byte>.Empty, $"Location: {target.Address}/elsewhere"));

        await AssertInstalledAsync(Store(server));

        Assert.Single(target.Requests);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_named_in_the_error()
    {
        WebServer server = WebServer.OfFiles(new Dictionary<string, byte[]>());
        await server.DisposeAsync();

        Assert.Contains($"{server.Address}/packs/: model.bin:", await AssertFailsAsync(Store(server)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancellation_leaves_no_half_pack_and_the_next_installation_goes_on()
    {
        using CancellationTokenSource cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await using WebServer server = Server(async (request, number, connection, stop) =>
        {
            if (number == 1)
            {
                await WebServer.AnswerPartlyAsync(connection, "200 OK", Model, 100_000, "ETag: \"v1\"");
                await Task.Delay(Timeout.Infinite, stop);
            }

            await WebServer.AnswerFileAsync(request, connection, Model);
        });
        ModelStore store = Store(server);
        string downloads = _folder.Sub(".work/one/downloads");
        Task installing = store.InstallAsync("one", null, cancel.Token);
        while (!Directory.Exists(downloads) || Directory.EnumerateFiles(downloads, "*.part").All(part => new FileInfo(part).Length < 100_000))
        {
            await Task.Delay(10, Token);
        }

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => installing);
        Assert.False(Directory.Exists(_folder.Sub("one")));
        Assert.False(Directory.Exists(_folder.Sub(".work/one/staging")));
        await AssertInstalledAsync(store);
        Assert.Equal([null, 100_000], server.Requests.Where(request => request.Path == "/packs/model.bin").Select(request => request.RangeStart));
    }
}
