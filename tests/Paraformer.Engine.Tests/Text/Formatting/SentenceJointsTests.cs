using Paraformer.Engine.Text;

namespace Paraformer.Engine.Tests.Text.Formatting;

public sealed class SentenceJointsTests
{
    [Theory]
    [InlineData("en", "room three oh two is free", 2, 1.00f, false)]
    [InlineData("en", "twelve oh five a m", 3, 0.60f, false)]
    [InlineData("en", "john dot smith at gmail dot com", 3, 0.90f, false)]
    [InlineData("en", "there were five ten went home", 3, 0.90f, true)]
    [InlineData("en", "i was born in nineteen ninety five people came", 7, 0.99f, true)]
    [InlineData("en", "that is fine we leave now", 3, 0.55f, true)]
    [InlineData("fr", "douze virgule cinq millions d'euros", 2, 0.74f, false)]
    [InlineData("ru", "восемь девятьсот двенадцать сто двадцать три сорок пять шестьдесят семь", 3, 0.80f, false)]
    public void An_end_stands_unless_it_falls_into_one_piece(string language, string line, int wordsBefore, float probability, bool stands)
    {
        string[] words = TextCases.Words(language, line);
        PunctuatedWord[] marks = [.. words.Select(word => new PunctuatedWord(word, "", 0))];
        marks[wordsBefore - 1] = marks[wordsBefore - 1] with { Punctuation = ".", EndProbability = probability };

        SentenceJoints.Close(words, marks, TextFormatter.EndThreshold, InverseTextNormalizers.For(language)!, memory: null);

        Assert.Equal(stands ? "." : "", marks[wordsBefore - 1].Punctuation);
        Assert.Equal(stands ? probability : 0, marks[wordsBefore - 1].EndProbability);
    }

    [Theory]
    [InlineData("en", "my number is one two three four five six seven eight nine oh", "My number is 123-456-7890.")]
    [InlineData("en", "john dot smith at gmail dot com", "john.smith@gmail.com.")]
    [InlineData("en", "nytimes dot com", "nytimes.com.")]
    [InlineData("en", "twelve oh five a m", "12:05 a.m.")]
    [InlineData("fr", "lemonde point fr", "lemonde.fr.")]
    [InlineData("zh", "圆周率约等于三点一四一五九", "圆周率约等于3.14159。")]
    public void Marks_and_capitals_leave_what_was_written_whole(string language, string line, string expected)
    {
        var result = new List<TextToken>();
        var options = new TextOptions { Punctuation = true, InverseTextNormalization = true };
        new TextFormatter(Punctuator.Default).Format(TextCases.Words(language, line), language, options, isFinal: true, wantEnds: false, result);

        string text = string.Join(' ', result.Select(token => token.Text + token.Punctuation));
        Assert.Equal(TextCases.WithoutSpaces(expected), TextCases.WithoutSpaces(text));
    }

    [Fact]
    public void A_stream_that_remembers_gives_what_one_that_does_not_gives()
    {
        string[] words = TextCases.Words("en", "call four one five five five five oh one nine nine or room three oh two at half past nine tomorrow");
        var options = new TextOptions { Punctuation = true, InverseTextNormalization = true };
        var formatter = new TextFormatter(Punctuator.Default);
        var memory = new TextMemory();
        for (int count = 1; count <= words.Length; count++)
        {
            var remembered = new List<TextToken>();
            var computed = new List<TextToken>();
            formatter.Format(words[..count], "en", options, isFinal: false, wantEnds: false, remembered, memory);
            formatter.Format(words[..count], "en", options, isFinal: false, wantEnds: false, computed);
            // The network's last digits depend on how many words it sees at once.
            Assert.Equal(computed.Select(token => token with { EndProbability = 0 }), remembered.Select(token => token with { EndProbability = 0 }));
        }
    }
}
