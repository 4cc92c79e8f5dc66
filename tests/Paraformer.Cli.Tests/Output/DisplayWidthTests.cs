using CsCheck;
using Paraformer.Cli.Output;

namespace Paraformer.Cli.Tests.Output;

public sealed class DisplayWidthTests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("hello", 5)]
    [InlineData("你好", 4)]
    [InlineData("你好, world", 11)]
    [InlineData("，。！", 6)]
    [InlineData("カタカナ", 8)]
    [InlineData("ｶﾀｶﾅ", 4)]
    [InlineData("한국어", 6)]
    [InlineData("é", 1)]
    [InlineData("e\u0301", 1)]
    [InlineData("\U00020000", 2)]
    [InlineData("😀", 2)]
    [InlineData("Grüße", 5)]
    [InlineData("привет", 6)]
    public void Wide_characters_take_two_columns_and_combining_ones_none(string text, int columns) => Assert.Equal(columns, DisplayWidth.Of(text));

    [Theory]
    [InlineData("hello", 5, "hello")]
    [InlineData("hello", 4, "…llo")]
    [InlineData("今天天气很好", 12, "今天天气很好")]
    [InlineData("今天天气很好", 11, "…天天气很好")]
    [InlineData("今天天气很好", 10, "…天气很好")]
    [InlineData("a😀", 2, "…")]
    [InlineData("hello", 1, "…")]
    [InlineData("hello", 0, "")]
    public void What_does_not_fit_is_cut_at_its_beginning(string text, int columns, string expected) => Assert.Equal(expected, DisplayWidth.KeepEnd(text, columns));

    [Fact]
    public void What_is_kept_always_fits_and_is_an_end_of_the_text() => Gen.Select(Gen.String["ab 你好é\u0301😀"], Gen.Int[1, 30]).Sample((text, columns) =>
    {
        string kept = DisplayWidth.KeepEnd(text, columns);
        Assert.True(DisplayWidth.Of(kept) <= columns);
        Assert.EndsWith(kept.TrimStart('…'), text, StringComparison.Ordinal);
    });
}
