using Paraformer.Engine.Pipeline;

namespace Paraformer.Engine.Tests.Pipeline;

public sealed class WordJoinerTests
{
    [Theory]
    [InlineData("hello|world", "hello world")]
    [InlineData("今天|天气|好", "今天天气好")]
    [InlineData("三里屯|apple|商店", "三里屯apple商店")]
    [InlineData("こんにちは|世界", "こんにちは世界")]
    [InlineData("안녕|하세요", "안녕 하세요")]
    [InlineData("a|𠮷|b", "a𠮷b")]
    public void Words_stand_as_their_scripts_want(string words, string expected) =>
        Assert.Equal(expected, WordJoiner.Join(words.Split('|').Select(w => new RecognizedWord(0, 0, w, "", 1, true))));
}
