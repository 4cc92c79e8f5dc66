using CsCheck;
using Paraformer.Engine.Text;

namespace Paraformer.Engine.Tests.Text.Formatting;

public sealed class TextTokenizerTests
{
    [Theory]
    [InlineData("hello  there\tfriend ", "hello|there|friend")]
    [InlineData("我们下周三开会", "我|们|下|周|三|开|会")]
    [InlineData("打开kubernetes集群", "打|开|kubernetes|集|群")]
    [InlineData("下午3点20开会，好的。", "下|午|3|点|20|开|会，|好|的。")]
    [InlineData("它涨了3.5%了", "它|涨|了|3.5%|了")]
    [InlineData("안녕하세요 여러분", "안녕하세요|여러분")]
    [InlineData("これはテストです", "こ|れ|は|テ|ス|ト|で|す")]
    [InlineData("", "")]
    public void A_line_is_cut_as_a_recogniser_would_give_it(string line, string words) =>
        Assert.Equal(words, string.Join('|', TextTokenizer.Split(line)));

    [Fact]
    public void Nothing_but_white_space_is_lost() => Gen.String.Sample(line =>
        Assert.Equal(string.Concat(line.Where(c => !char.IsWhiteSpace(c))), string.Concat(TextTokenizer.Split(line))));
}
