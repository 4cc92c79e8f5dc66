using Paraformer.Cli.Output;
using Paraformer.Cli.Packs;
using Paraformer.Cli.Tests.Fakes;
using Paraformer.Models;

namespace Paraformer.Cli.Tests.Commands;

public sealed class OtherCommandTests
{
    [Fact]
    public async Task Version_is_one_line()
    {
        using var console = new TestConsole();

        Assert.Equal(0, await console.RunAsync("version"));

        Assert.Matches(@"^paraformer \d+\.\d+\.\d+\S* \(.+\)\n$", console.Output);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("transcribe", "--help")]
    [InlineData("models", "pull", "--help")]
    public async Task Help_goes_to_standard_output(params string[] args)
    {
        using var console = new TestConsole();

        Assert.Equal(0, await console.RunAsync(args));

        Assert.Contains("Usage:", console.Output, StringComparison.Ordinal);
        Assert.Equal("", console.Error);
    }

    [Fact]
    public async Task The_list_shows_what_serves_each_language_and_the_remedy_where_nothing_does()
    {
        using var console = new TestConsole();

        Assert.Equal(0, await console.RunAsync("models", "list"));

        Assert.Contains("paraformer-realtime-v2  en        en-pack\n", console.Output, StringComparison.Ordinal);
        Assert.Contains("paraformer-realtime-v2  zh        nothing: Run 'paraformer models pull zh-pack'.\n", console.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_is_aligned_by_what_the_eye_sees() =>
        Assert.Equal("A     B\n你好  x\nlong  y", TextTable.Format(["A", "B"], [["你好", "x"], ["long", "y"]]));

    [Fact]
    public void Installing_is_one_line_a_step_where_there_is_no_terminal()
    {
        using var console = new TestConsole();
        using var reporter = new PackProgressReporter(console.Console);

        reporter.Report(new PackProgress("vosk-en", "downloading", 0, 50_000_000));
        reporter.Report(new PackProgress("vosk-en", "downloading", 25_000_000, 50_000_000));
        reporter.Report(new PackProgress("vosk-en", "verifying", 0, null));

        Assert.Equal("paraformer: vosk-en: downloading\nparaformer: vosk-en: verifying\n", console.Error);
    }

    [Fact]
    public void Installing_rewrites_one_line_on_a_terminal_and_leaves_it_empty()
    {
        using var console = new TestConsole { IsTerminal = true };
        using (var reporter = new PackProgressReporter(console.Console))
        {
            reporter.Report(new PackProgress("vosk-en", "downloading", 25_000_000, 50_000_000));
        }

        Assert.Equal("\r\u001b[2Kvosk-en: downloading 25.0 / 50.0 MB (50 %)\r\u001b[2K", console.Error);
    }
}
