using Paraformer.Protocol;

namespace Paraformer.Client.Tests.Reconnecting;

public sealed class TimelineTests
{
    [Fact]
    public void The_first_task_passes_unchanged()
    {
        var timeline = new Timeline();
        Sentence sentence = Final(7, (100, 200, "a"));
        var usage = new Usage(3);

        var mapped = timeline.Map(sentence, usage);

        Assert.Same(sentence, mapped!.Value.Sentence);
        Assert.Same(usage, mapped.Value.Usage);
        Assert.Equal(200, timeline.Covered);
    }

    [Fact]
    public void A_new_tasks_times_ids_and_usage_go_on_from_the_last_one()
    {
        var timeline = new Timeline();
        timeline.Map(Final(1, (100, 900, "a")), new Usage(1));
        timeline.Map(Final(2, (1000, 2000, "b")), new Usage(2));
        timeline.Restart(time: 2000, covered: 0);

        Sentence partial = timeline.Map(Final(1, (500, 700, "c")) with { EndTime = null, SentenceEnd = false }, null)!.Value.Sentence;
        var (final, usage) = timeline.Map(
            Final(1, (500, 700, "c"), (700, 800, "d")) with { Stash = new Stash { SentenceId = 2, BeginTime = 800, CurrentTime = 900, Text = "e" } }, new Usage(4))!.Value;

        Assert.Equal((3, 2500, null), (partial.SentenceId, partial.BeginTime, partial.EndTime));
        Assert.Equal((3, 2500, 2800), (final.SentenceId, final.BeginTime, final.EndTime));
        Assert.Equal([(2500, 2700), (2700, 2800)], final.Words.Select(w => (w.BeginTime, w.EndTime)));
        Assert.Equal((4, 2800, 2900), (final.Stash!.SentenceId, final.Stash.BeginTime, final.Stash.CurrentTime));
        Assert.Equal(new Usage(6), usage);
        Assert.Equal(2800, timeline.Covered);
    }

    [Fact]
    public void What_was_delivered_is_not_delivered_again_when_a_task_starts_over()
    {
        var timeline = new Timeline();
        timeline.Map(Final(1, (100, 900, "one")), null);
        timeline.Restart(time: 0, covered: 0);

        Assert.Null(timeline.Map(Final(1, (100, 905, "one")), null));
        Sentence rest = timeline.Map(Final(2, (1000, 1400, "two")), null)!.Value.Sentence;

        Assert.Equal((2, 1000, "two"), (rest.SentenceId, rest.BeginTime, rest.Text));
    }

    [Theory]
    [InlineData("Hello, world. Again!", "Again!")]
    [InlineData("今天天气", "天气")]
    public void A_sentence_that_begins_before_the_line_loses_the_words_before_it(string text, string rest)
    {
        var timeline = new Timeline();
        timeline.Map(Final(1, (0, 1000, "x")), null);
        timeline.Restart(time: 0, covered: 0);
        Word[] words = text[0] == 'H'
            ? [new() { BeginTime = 0, EndTime = 500, Text = "Hello", Punctuation = "," }, new() { BeginTime = 500, EndTime = 1010, Text = "world", Punctuation = "." }, new() { BeginTime = 1100, EndTime = 1500, Text = "Again", Punctuation = "!" }]
            : [new() { BeginTime = 0, EndTime = 900, Text = "今天" }, new() { BeginTime = 1000, EndTime = 1500, Text = "天气" }];

        Sentence mapped = timeline.Map(new Sentence { SentenceId = 1, EndTime = 1500, Text = text, Words = words }, null)!.Value.Sentence;

        Assert.Equal((2, rest), (mapped.SentenceId, mapped.Text));
        Assert.Equal(mapped.Words[0].BeginTime, mapped.BeginTime);
        Assert.Single(mapped.Words);
    }

    [Fact]
    public void Text_that_does_not_match_its_words_is_made_of_the_words_that_are_left()
    {
        var timeline = new Timeline();
        timeline.Map(Final(1, (0, 1000, "x")), null);
        timeline.Restart(time: 0, covered: 0);

        Sentence mapped = timeline.Map(Final(1, (0, 500, "twenty "), (1100, 1500, "two ")) with { Text = "22" }, null)!.Value.Sentence;

        Assert.Equal("two ", mapped.Text);
    }

    [Fact]
    public void Without_words_the_middle_of_the_sentence_decides()
    {
        var timeline = new Timeline();
        timeline.Map(new Sentence { EndTime = 1000, Text = "x" }, null);
        timeline.Restart(time: 0, covered: 0);

        Assert.Null(timeline.Map(new Sentence { BeginTime = 0, EndTime = 1010, Text = "x" }, null));
        Assert.Equal("y", timeline.Map(new Sentence { BeginTime = 900, EndTime = 2000, Text = "y" }, null)!.Value.Sentence.Text);
    }

    [Fact]
    public void Rounding_never_puts_a_sentence_before_the_end_of_the_last()
    {
        var timeline = new Timeline();
        timeline.Map(Final(1, (0, 1000, "x")), null);
        timeline.Restart(time: 999, covered: 0);

        Assert.Equal(1000, timeline.Map(Final(1, (0, 500, "y")), null)!.Value.Sentence.BeginTime);
    }

    private static Sentence Final(int id, params (long Begin, long End, string Text)[] words) => new()
    {
        SentenceId = id,
        BeginTime = words[0].Begin,
        EndTime = words[^1].End,
        SentenceEnd = true,
        Text = string.Concat(words.Select(w => w.Text)),
        Words = [.. words.Select(w => new Word { BeginTime = w.Begin, EndTime = w.End, Text = w.Text })],
    };
}
