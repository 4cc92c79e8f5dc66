using Paraformer.Engine.Text;

namespace Paraformer.Engine.Tests.Text.InverseNormalization;

public sealed class GrammarCasesTests
{
    public static TheoryData<string> Languages => new("zh", "en", "ja", "ko", "de", "fr", "ru", "yue");

    [Theory]
    [MemberData(nameof(Languages))]
    public void Every_case_is_written_as_in_the_set(string language)
    {
        IInverseTextNormalizer normalizer = InverseTextNormalizers.For(language)!;
        var wrong = new List<string>();
        foreach ((string spoken, string written) in TextCases.Read($"itn.{language}.tsv"))
        {
            string got = string.Join(' ', normalizer.Normalize(TextCases.Words(language, spoken)).Select(token => token.Text));
            if (TextCases.WithoutSpaces(got) != TextCases.WithoutSpaces(written))
            {
                wrong.Add($"{spoken}: {got}, not {written}");
            }
        }

        Assert.Empty(wrong);
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public void Written_text_stays_as_it_is(string language)
    {
        IInverseTextNormalizer normalizer = InverseTextNormalizers.For(language)!;
        var changed = new List<string>();
        foreach ((_, string written) in TextCases.Read($"itn.{language}.tsv"))
        {
            string[] words = TextCases.Words(language, written);
            string got = string.Join(' ', normalizer.Normalize(words).Select(token => token.Text));
            if (TextCases.WithoutSpaces(got) != TextCases.WithoutSpaces(written))
            {
                changed.Add($"{written}: {got}");
            }
        }

        Assert.Empty(changed);
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public void The_tokens_cover_every_word_once_and_in_order(string language)
    {
        IInverseTextNormalizer normalizer = InverseTextNormalizers.For(language)!;
        foreach ((string spoken, _) in TextCases.Read($"itn.{language}.tsv"))
        {
            string[] words = TextCases.Words(language, spoken);
            int next = 0;
            foreach (NormalizedToken token in normalizer.Normalize(words))
            {
                Assert.Equal(next, token.FirstWord);
                Assert.True(token.WordCount > 0, spoken);
                next += token.WordCount;
            }

            Assert.Equal(words.Length, next);
        }
    }

    [Theory]
    [InlineData("오만 원", "5만 원")]
    [InlineData("오천만원을", "5000만 원을")]
    [InlineData("팔십억 명", "80억 명")]
    [InlineData("이조 오천억 원", "2조 5000억 원")]
    [InlineData("이십만 킬로미터", "20만 km")]
    [InlineData("오천 원", "5000원")]
    [InlineData("삼 킬로미터", "3km")]
    public void Korean_units_stand_apart_from_a_number_that_ends_in_letters(string spoken, string written)
    {
        IInverseTextNormalizer normalizer = InverseTextNormalizers.For("ko")!;

        Assert.Equal(written, string.Join(' ', normalizer.Normalize(spoken.Split(' ')).Select(token => token.Text)));
    }
}
