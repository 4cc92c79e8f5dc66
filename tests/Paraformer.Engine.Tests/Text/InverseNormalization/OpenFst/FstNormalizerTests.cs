using Paraformer.Engine.Text;
using Paraformer.Engine.Text.InverseNormalization.OpenFst;
using Paraformer.Models;
using Paraformer.Testing;

namespace Paraformer.Engine.Tests.Text.InverseNormalization.OpenFst;

public sealed class FstNormalizerTests
{
    private static FstNormalizer? s_pack;

    [Theory]
    [InlineData("一百二十三点四五", "123.45")]
    [InlineData("百分之五十", "50%")]
    [InlineData("三分之二", "2/3")]
    [InlineData("第三十二届", "第32届")]
    [InlineData("电话幺三八零零一三八零零零", "电话13800138000")]
    [InlineData("五点三十分", "5:30")]
    [InlineData("二十度", "20°")]
    [InlineData("一起走", "一起走")]
    [InlineData("我用windows写", "我用windows写")]
    public void The_pack_writes_numbers(string spoken, string written) => Assert.Equal(written, Require().Write(spoken));

    [Fact]
    public void A_written_piece_keeps_the_words_that_it_was_spoken_with()
    {
        IReadOnlyList<NormalizedToken> tokens = Require().Normalize(["预算", "是", "三", "百", "块", "左右"]);
        Assert.Equal([new("预算", 0, 1), new("是", 1, 1), new("300", 2, 2), new("块", 4, 1), new("左右", 5, 1)], tokens);
    }

    [Fact]
    public void The_tokens_cover_every_word_and_hold_the_whole_text()
    {
        FstNormalizer pack = Require();
        foreach ((string spoken, _) in TextCases.Read("itn.zh.tsv"))
        {
            string[] words = TextCases.Words("zh", spoken);
            IReadOnlyList<NormalizedToken> tokens = pack.Normalize(words);
            int next = 0;
            foreach (NormalizedToken token in tokens)
            {
                Assert.Equal(next, token.FirstWord);
                next += token.WordCount;
            }

            Assert.Equal(words.Length, next);
            string text = string.Concat(tokens.Select(token => token.Text));
            Assert.Equal(TextCases.WithoutSpaces(pack.Write(string.Concat(words))!), TextCases.WithoutSpaces(text));
        }
    }

    private static FstNormalizer Require()
    {
        InstalledPack pack = Packs.Require("itn-zh");
        return s_pack ??= (FstNormalizer)InverseTextNormalizers.Load(pack);
    }
}
