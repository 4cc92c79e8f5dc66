using Paraformer.Engine.Text;

namespace Paraformer.Engine.Tests.Text.Formatting;

public sealed class TextFormatterTests
{
    [Theory]
    [InlineData("de", "um halb acht Uhr", "um 07:30 Uhr")]
    [InlineData("de", "zwei Millionen euro", "2 Millionen €")]
    [InlineData("de", "am dritten Oktober neunzehnhundertneunzig", "am 3. Oktober 1990")]
    [InlineData("en", "it is March the fifth", "it is March 5")]
    [InlineData("en", "on the fifth of March", "on 5 March")]
    [InlineData("en", "Room four hundred", "Room 400")]
    public void What_is_written_as_it_was_said_keeps_its_capitals(string language, string cased, string expected)
    {
        var result = new List<TextToken>();
        var options = new TextOptions { Punctuation = true, InverseTextNormalization = true };

        new TextFormatter(new Caser(cased.Split(' '))).Format(cased.ToLowerInvariant().Split(' '), language, options, isFinal: true, wantEnds: false, result);

        Assert.Equal(expected, string.Join(' ', result.Select(token => token.Text)));
    }

    private sealed class Caser(string[] cased) : IPunctuator
    {
        public int LookAhead(string language) => 0;

        public bool Supports(string language) => true;

        public void Punctuate(IReadOnlyList<string> words, string language, Span<PunctuatedWord> result, bool isFinal, PunctuationMemory? memory = null)
        {
            for (int i = 0; i < result.Length; i++)
            {
                result[i] = new PunctuatedWord(cased[i], "", 0);
            }
        }
    }
}
