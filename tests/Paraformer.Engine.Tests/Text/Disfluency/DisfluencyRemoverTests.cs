using CsCheck;
using Paraformer.Engine.Text;

namespace Paraformer.Engine.Tests.Text.Disfluency;

public sealed class DisfluencyRemoverTests
{
    public static TheoryData<string> Languages => new("zh", "en", "ja", "ko", "de", "fr", "ru", "yue");

    [Theory]
    [MemberData(nameof(Languages))]
    public void Fillers_and_stutters_go_and_what_is_meant_stays(string language)
    {
        DisfluencyRemover remover = DisfluencyRemover.For(language)!;
        var wrong = new List<string>();
        foreach ((string spoken, string clean) in TextCases.Read($"disfluency.{language}.tsv"))
        {
            string got = Text(language, remover, spoken);
            if (got != clean || Text(language, remover, clean) != clean)
            {
                wrong.Add($"{spoken}: {got}, not {clean}");
            }
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public void There_is_none_for_a_language_without_a_list() => Assert.Null(DisfluencyRemover.For("xx"));

    [Fact]
    public void A_dictionary_word_stays_when_a_part_of_it_does() =>
        Assert.Equal([1, 2], DisfluencyRemover.For("zh")!.Survivors(["嗯", "嗯我们", "开会"]));

    [Fact]
    public void The_survivors_are_in_order_and_hold_every_word_that_is_no_filler()
    {
        string[] content = ["apple", "river", "walk", "green"];
        string[] other = ["uh", "um", "i", "the", "you", "know", "it", "it's", "like"];
        DisfluencyRemover remover = DisfluencyRemover.For("en")!;
        Gen.OneOf(Gen.Int[0, content.Length - 1].Select(i => content[i]), Gen.Int[0, other.Length - 1].Select(i => other[i])).Array[0, 14].Sample(
            words =>
            {
                IReadOnlyList<int> survivors = remover.Survivors(words);
                Assert.Equal(survivors.Order().Distinct(), survivors);
                Assert.Equal(words.Where(content.Contains).Distinct(), survivors.Select(i => words[i]).Where(content.Contains).Distinct());
            },
            iter: 10_000);
    }

    private static string Text(string language, DisfluencyRemover remover, string line)
    {
        string[] words = TextCases.Words(language, line);
        return string.Join(TextCases.IsJoined(language) ? "" : " ", remover.Survivors(words).Select(i => words[i]));
    }
}
