using Microsoft.AspNetCore.Builder;
using Paraformer.Cli.Tests.Fakes;
using Paraformer.Server;

namespace Paraformer.Cli.Tests.Commands;

public sealed class HotWordListTests : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private readonly ScriptedEngine _engine = new() { Sentences = [ScriptedEngine.Sentence(1, 0, 500, "hello")] };
    private WebApplication _server = null!;
    private Uri _endpoint = null!;

    public async ValueTask InitializeAsync()
    {
        _server = ParaformerServer.Build(new ServerOptions { Port = 0 }, _engine);
        await ParaformerServer.StartAsync(_server);
        _endpoint = ParaformerServer.GetEndpoint(_server);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_hot_word_list_is_made_used_shown_changed_and_deleted()
    {
        string id = (await RunAsync(0, "vocab", "create", Words("青柠\nEmma Woodhouse\t2\n"), "--prefix", "shop")).Output.Trim();
        Assert.StartsWith("vocab-shop-", id, StringComparison.Ordinal);
        Assert.Contains(id, (await RunAsync(0, "vocab", "list", "--prefix", "shop")).Output, StringComparison.Ordinal);
        Assert.DoesNotContain(id, (await RunAsync(0, "vocab", "list", "--prefix", "other")).Output, StringComparison.Ordinal);
        Assert.Equal("青柠\t4\nEmma Woodhouse\t2\n", (await RunAsync(0, "vocab", "show", id)).Output);

        await RunAsync(0, "vocab", "update", id, Words("柠檬\t5\n"));
        using (var console = Console())
        {
            Assert.Equal(0, await console.RunAsync("transcribe", _folder.Wav(), "--endpoint", _endpoint.ToString(), "--vocabulary-id", id));
        }

        Assert.Equal([new Engine.HotWord("柠檬", 5)], _engine.Request!.HotWords);
        await RunAsync(0, "vocab", "delete", id);
        Assert.Contains("BadRequest.ResourceNotExist", (await RunAsync(1, "vocab", "show", id)).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_phrase_list_is_made_listed_changed_and_deleted()
    {
        string id = (await RunAsync(0, "phrases", "create", Words("青柠\n柠檬\t-3\n"))).Output.Trim();
        Assert.StartsWith("paraformer-realtime-v1-ft-", id, StringComparison.Ordinal);
        Assert.Contains(id, (await RunAsync(0, "phrases", "list")).Output, StringComparison.Ordinal);
        Assert.Contains(id, (await RunAsync(0, "phrases", "show", id)).Output, StringComparison.Ordinal);
        await RunAsync(0, "phrases", "update", id, Words("青柠\t1\n"));
        await RunAsync(0, "phrases", "delete", id);
        Assert.DoesNotContain(id, (await RunAsync(0, "phrases", "list")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_is_printed_alone_with_its_end_beside_it()
    {
        (string output, string error) = await RunAsync(0, "token", "--expire-in", "30");
        Assert.Matches("^st-[^\n]+\n$", output);
        Assert.Matches(@"valid until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", error);
        Assert.DoesNotContain(output.Trim(), error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "vocab", "create", "nowhere.txt")]
    [InlineData(2, "vocab", "create")]
    [InlineData(2, "vocab", "list", "--endpoint", "ftp://x")]
    [InlineData(2, "vocab", "list", "--endpoint", "here")]
    [InlineData(2, "token", "--expire-in", "1801")]
    [InlineData(2, "phrases", "create", "nowhere.txt", "--model", "paraformer-realtime-v2")]
    [InlineData(1, "phrases", "list", "--endpoint", "http://127.0.0.1:9")]
    [InlineData(1, "phrases", "delete", "paraformer-realtime-v1-ft-none")]
    public async Task What_cannot_be_done_is_told_in_one_line(int code, params string[] arguments)
    {
        using var console = Console();
        string[] all = arguments.Contains("--endpoint") ? arguments : [.. arguments, "--endpoint", _endpoint.ToString()];
        Assert.Equal(code, await console.RunAsync(all));
        Assert.Single(console.Error.TrimEnd('\n').Split('\n'));
        Assert.DoesNotContain("sk-test", console.Error, StringComparison.Ordinal);
    }

    private string Words(string content) => _folder.Write("words.txt", System.Text.Encoding.UTF8.GetBytes(content));

    private async Task<(string Output, string Error)> RunAsync(int code, params string[] arguments)
    {
        using var console = Console();
        int actual = await console.RunAsync([.. arguments, "--endpoint", _endpoint.ToString()]);
        Assert.True(code == actual, console.Error);
        return (console.Output, console.Error);
    }

    private static TestConsole Console() => new() { Variables = { ["DASHSCOPE_API_KEY"] = "sk-test" } };
}
