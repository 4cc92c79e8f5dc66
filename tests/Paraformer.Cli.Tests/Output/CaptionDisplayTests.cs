using Paraformer.Cli.Output;
using Paraformer.Cli.Tests.Fakes;
using Paraformer.Protocol;

namespace Paraformer.Cli.Tests.Output;

public sealed class CaptionDisplayTests
{
    private const string Erase = "\r\u001b[2K";

    private static readonly Sentence Partial = new() { BeginTime = 0, Text = "hello" };
    private static readonly Sentence Final = new() { BeginTime = 1230, EndTime = 4560, Text = "hello world", SentenceEnd = true };

    [Fact]
    public void A_partial_is_rewritten_in_place_and_a_final_stays_with_its_times()
    {
        using var console = new TestConsole { IsTerminal = true };
        var display = new CaptionDisplay(console.Console, totalMs: null, keepFinals: true);

        display.Partial(Partial);
        display.Partial(Partial with { Text = "hello wor" });
        display.Final(Final);

        Assert.Equal($"{Erase}hello{Erase}hello wor{Erase}[00:01.23 → 00:04.56] hello world\n", console.Error);
    }

    [Fact]
    public void Finals_that_are_printed_elsewhere_leave_no_trace()
    {
        using var console = new TestConsole { IsTerminal = true };
        var display = new CaptionDisplay(console.Console, totalMs: null, keepFinals: false);

        display.Partial(Partial);
        display.Final(Final);

        Assert.Equal($"{Erase}hello{Erase}", console.Error);
    }

    [Fact]
    public void Nothing_is_written_where_there_is_no_terminal()
    {
        using var console = new TestConsole();
        var display = new CaptionDisplay(console.Console, totalMs: 10_000, keepFinals: true);

        display.Progress(5000);
        display.Partial(Partial);
        display.Final(Final);
        display.Clear();

        Assert.Equal("", console.Error);
    }

    [Fact]
    public void Progress_is_a_bar_with_times_before_the_partial()
    {
        using var console = new TestConsole { IsTerminal = true };
        var display = new CaptionDisplay(console.Console, totalMs: 90_000, keepFinals: true);

        display.Progress(45_000);
        display.Partial(Partial);

        Assert.Equal($"{Erase}[##########..........] 0:45 / 1:30{Erase}[##########..........] 0:45 / 1:30 hello", console.Error);
    }

    [Theory]
    [InlineData("a long partial result that does not fit into the terminal")]
    [InlineData("今天的天气很好我们一起去公园散步然后回家吃晚饭")]
    public void A_line_never_reaches_the_last_column(string text)
    {
        using var console = new TestConsole { IsTerminal = true, Width = 40 };
        var display = new CaptionDisplay(console.Console, totalMs: null, keepFinals: true);

        display.Partial(new Sentence { Text = text });

        string line = console.Error[Erase.Length..];
        Assert.InRange(DisplayWidth.Of(line), 38, 39);
        Assert.EndsWith(text[^5..], line, StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_cannot_steer_the_terminal()
    {
        using var console = new TestConsole { IsTerminal = true };
        var display = new CaptionDisplay(console.Console, totalMs: null, keepFinals: true);

        display.Partial(new Sentence { Text = "a\u001b[2Jb\nc" });

        Assert.Equal($"{Erase}a [2Jb c", console.Error);
    }
}
