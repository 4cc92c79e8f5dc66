using System.Text;
using Paraformer.Cli.Output;
using Paraformer.Protocol;

namespace Paraformer.Cli.Tests.Output;

public sealed class SentenceWriterTests
{
    private static readonly Sentence[] Sentences =
    [
        new() { SentenceId = 1, BeginTime = 170, Text = "hello" },
        new() { SentenceId = 1, BeginTime = 170, EndTime = 920, Text = "hello world", SentenceEnd = true },
        new() { SentenceId = 2, BeginTime = 3_661_005, EndTime = 3_662_500, Text = "今天 a < b & c\nnext\tline -->", SentenceEnd = true },
        new() { SentenceId = 3, BeginTime = 3_663_000, EndTime = 3_663_000, Text = "", SentenceEnd = true },
    ];

    [Fact]
    public async Task Text_is_one_final_sentence_per_line() =>
        Assert.Equal("hello world\n今天 a < b & c next line -->\n", await WriteAsync("text"));

    [Fact]
    public async Task Text_on_a_terminal_has_times() =>
        Assert.StartsWith("[00:00.17 → 00:00.92] hello world\n[1:01:01.00 → 1:01:02.50] ", await WriteAsync("text", withTimes: true), StringComparison.Ordinal);

    [Fact]
    public async Task Subrip_cues_are_numbered_and_separated_by_empty_lines() => Assert.Equal(
        "1\n00:00:00,170 --> 00:00:00,920\nhello world\n\n2\n01:01:01,005 --> 01:01:02,500\n今天 a < b & c next line -->\n", await WriteAsync("srt"));

    [Fact]
    public async Task Webvtt_has_its_header_and_escapes_markup() => Assert.Equal(
        "WEBVTT\n\n00:00:00.170 --> 00:00:00.920\nhello world\n\n01:01:01.005 --> 01:01:02.500\n今天 a &lt; b &amp; c next line --&gt;\n", await WriteAsync("vtt"));

    [Fact]
    public async Task Webvtt_cues_end_after_they_begin() => Assert.Contains(
        "00:00:00.100 --> 00:00:00.101\n", await WriteAsync("vtt", [new Sentence { BeginTime = 100, EndTime = 100, Text = "x" }]), StringComparison.Ordinal);

    [Fact]
    public async Task Webvtt_without_speech_is_its_header() => Assert.Equal("WEBVTT\n", await WriteAsync("vtt", []));

    [Fact]
    public async Task Tab_separated_values_have_a_header_and_no_tab_in_the_text() => Assert.Equal(
        "start\tend\ttext\n170\t920\thello world\n3661005\t3662500\t今天 a < b & c next line -->\n", await WriteAsync("tsv"));

    [Fact]
    public async Task Json_is_one_wire_sentence_per_final()
    {
        string[] lines = (await WriteAsync("json")).Split('\n');

        Assert.Equal(4, lines.Length);
        Assert.Equal("", lines[3]);
        Assert.Equal(Wire(Sentences[1]), lines[0]);
        Assert.Equal(Wire(Sentences[2]), lines[1]);
    }

    [Fact]
    public async Task Json_takes_partials_when_asked()
    {
        string text = await WriteAsync("json", partials: true);

        Assert.Equal(Sentences.Length, text.Count(c => c == '\n'));
        Assert.StartsWith(Wire(Sentences[0]) + "\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_final_without_an_end_time_ends_with_its_last_word()
    {
        Sentence sentence = new() { BeginTime = 100, SentenceEnd = true, Text = "a b", Words = [new Word { BeginTime = 100, EndTime = 200, Text = "a" }, new Word { BeginTime = 200, EndTime = 350, Text = "b" }] };

        Assert.Equal("start\tend\ttext\n100\t350\ta b\n", await WriteAsync("tsv", [sentence]));
    }

    [Fact]
    public async Task Every_sentence_is_flushed()
    {
        var output = new CountingStream();
        SentenceWriter writer = SentenceWriter.Create("text", output);

        await writer.WriteAsync(Sentences[1], TestContext.Current.CancellationToken);
        await writer.WriteAsync(Sentences[2], TestContext.Current.CancellationToken);

        Assert.Equal(2, output.Flushes);
    }

    [Theory]
    [InlineData("a\u001b[31mb", "a [31mb")]
    [InlineData("  a \r\n b  ", "a b")]
    [InlineData("a\u2028b", "a b")]
    public void Text_on_one_line_has_no_control_characters(string text, string expected) => Assert.Equal(expected, SentenceText.OneLine(text));

    private static string Wire(Sentence sentence)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        ProtocolSerializer.WriteSentence(buffer, sentence);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static async Task<string> WriteAsync(string kind, Sentence[]? sentences = null, bool partials = false, bool withTimes = false)
    {
        using var output = new MemoryStream();
        SentenceWriter writer = SentenceWriter.Create(kind, output, partials, withTimes);
        await writer.BeginAsync(TestContext.Current.CancellationToken);
        foreach (Sentence sentence in sentences ?? Sentences)
        {
            await writer.WriteAsync(sentence, TestContext.Current.CancellationToken);
        }

        return Encoding.UTF8.GetString(output.ToArray());
    }

    private sealed class CountingStream : MemoryStream
    {
        public int Flushes { get; private set; }

        public override Task FlushAsync(CancellationToken cancellationToken)
        {
            Flushes++;
            return base.FlushAsync(cancellationToken);
        }
    }
}
