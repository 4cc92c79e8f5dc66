using Paraformer.Cli.Tests.Fakes;

namespace Paraformer.Cli.Tests.Commands;

public sealed class KeysTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_key_is_printed_once_listed_without_its_secret_and_revoked()
    {
        (string made, string note) = await RunAsync(0, "create", "my app", "--account", "shop", "--workspace", "a", "--workspace", "b", "--max-sessions", "5");
        string key = made.TrimEnd('\n');
        Assert.Matches("^sk-[0-9a-f]{44}$", key);
        Assert.DoesNotContain(key, note, StringComparison.Ordinal);
        string id = key[3..15];

        (string list, _) = await RunAsync(0, "list");
        Assert.Matches($@"{id}  my app  shop     a b         5         -           \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d  good", list);
        Assert.DoesNotContain(key[15..], list, StringComparison.Ordinal);

        await RunAsync(0, "revoke", id);
        Assert.Contains("revoked 2", (await RunAsync(0, "list")).Output, StringComparison.Ordinal);
        Assert.Contains("there is no good key of this id", (await RunAsync(1, "revoke", id)).Error, StringComparison.Ordinal);
        Assert.StartsWith("DAY", (await RunAsync(0, "usage")).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("create", "x", "--account", "a/b")]
    [InlineData("create", " ")]
    [InlineData("create", "x", "--max-sessions", "0")]
    [InlineData("create")]
    public async Task Unsound_keys_are_refused(params string[] arguments) => Assert.Single((await RunAsync(2, arguments)).Error.TrimEnd('\n').Split('\n'));

    [Fact]
    public async Task Data_that_cannot_be_opened_is_told_in_one_line_without_its_password()
    {
        foreach (string location in new[] { "Host=/nowhere;Username=u;Password=hunter2", "Host=x;Bogus=hunter2", "postgres://u:hunter2@/db", _folder.Write("file", [1]) + "/state.db" })
        {
            using var console = new TestConsole();
            Assert.Equal(1, await console.RunAsync("keys", "list", "--data", location));
            Assert.Single(console.Error.TrimEnd('\n').Split('\n'));
            Assert.DoesNotContain("hunter2", console.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Hot_words_of_a_file_reach_the_engine()
    {
        string words = _folder.Write("words.txt", "\uFEFFEmma Woodhouse\r\n\n青柠\t2\n"u8.ToArray());
        foreach (string model in new[] { "paraformer-realtime-v2", "paraformer-realtime-v1" })
        {
            var engine = new ScriptedEngine { Sentences = [ScriptedEngine.Sentence(1, 0, 500, "hello")] };
            using var console = new TestConsole { Engine = engine };
            Assert.Equal(0, await console.RunAsync("transcribe", _folder.Wav(), "--hotwords", words, "--model", model));
            Assert.Equal([new Engine.HotWord("Emma Woodhouse", 4), new Engine.HotWord("青柠", 2)], engine.Request!.HotWords);
        }
    }

    [Theory]
    [InlineData("ok\nx\t9\n", "words.txt, line 2): it is 1 to 5")]
    [InlineData("x\tmany\n", "words.txt, line 1): write the word, a tab and a whole number")]
    [InlineData("a b c d e f g h\n", "the hot word has 8 words separated by spaces; at most 7 are allowed")]
    [InlineData("\n\n", "the file holds no hot words")]
    public async Task A_file_of_hot_words_that_breaks_a_rule_is_told_with_its_line(string content, string expected)
    {
        using var console = new TestConsole();
        Assert.Equal(2, await console.RunAsync("transcribe", _folder.Wav(), "--hotwords", _folder.Write("words.txt", System.Text.Encoding.UTF8.GetBytes(content))));
        Assert.Contains(expected, console.Error, StringComparison.Ordinal);
    }

    private async Task<(string Output, string Error)> RunAsync(int exitCode, params string[] arguments)
    {
        using var console = new TestConsole();
        int code = await console.RunAsync(["keys", .. arguments, "--data", _folder.Path("state.db")]);
        Assert.True(code == exitCode, $"{code}: {console.Error}");
        return (console.Output, console.Error);
    }
}
