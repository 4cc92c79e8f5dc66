using Paraformer.Engine.ParaformerModels;

namespace Paraformer.Engine.Tests.ParaformerModels;

public sealed class PieceWordsTests
{
    private static readonly PieceVocabulary s_vocabulary = PieceVocabulary.ParseJson(
        """["<blank>", "<s>", "</s>", "今", "天", "hel@@", "lo", "n", "b", "a", "stream@@", "ing", "<unk>", "we", "st@@", "s@@", "t@@", "x"]""");

    [Theory]
    [InlineData("今 天", "今|天")]
    [InlineData("hel@@ lo 今", "hello|今")]
    [InlineData("hel@@ 今 lo", "hel|今|lo")]
    [InlineData("n b a 今", "NBA|今")]
    [InlineData("a 今 a", "a|今|a")]
    [InlineData("we a x", "we|AX")]
    [InlineData("今 <unk> 天 </s>", "今|天")]
    [InlineData("今 hel@@", "今|hel")]
    [InlineData("stream@@ ing hel@@ lo", "streaming|hello")]
    [InlineData("<blank> <s>", "")]
    public void Tokens_become_words(string tokens, string expected)
    {
        HeardPiece[] pieces = [.. Ids(tokens).Select((id, i) => new HeardPiece(id, i * 100, (i * 100) + 90, -0.1f))];
        List<WordHypothesis> words = [];
        PieceWords.Build(s_vocabulary, pieces, words);
        Assert.Equal(expected, string.Join('|', words.Select(w => w.Text)));
        Assert.All(words, w => Assert.True(w.BeginSample <= w.EndSample && w.Confidence is > 0 and <= 1));
    }

    [Theory]
    [InlineData("今天", "今 天")]
    [InlineData("Hello 今天", "hel@@ lo 今 天")]
    [InlineData("nx", "")]
    [InlineData("今鑫", "")]
    public void Phrases_become_tokens(string phrase, string expected) => Assert.Equal(Ids(expected), s_vocabulary.Tokenize(phrase, null));

    [Theory]
    [InlineData("<blank> 0\n<s> 1\n</s> 3\n")]
    [InlineData("<blank> 0\n<s> 1\n</s>\n")]
    [InlineData("<blk> 0\n<s> 1\n</s> 2\n")]
    [InlineData("")]
    public void A_wrong_vocabulary_is_refused(string text) => Assert.Throws<FormatException>(() => PieceVocabulary.ParseLines(text));

    [Fact]
    public void A_phrase_wins_where_it_is_likely_and_one_to_avoid_loses()
    {
        int today = s_vocabulary.IdOf("今"), day = s_vocabulary.IdOf("天"), we = s_vocabulary.IdOf("we");
        float[][] rows = [Row((we, 0f), (today, -1.2f)), Row((day, 0f), (we, -2f))];
        Assert.Equal([we, day], Search(rows));
        Assert.Equal([today, day], Search(rows, new HotWord("今天", 4)));
        Assert.Equal([we, we], Search([rows[0], Row((we, 0f))], new HotWord("今天", 4)));
        Assert.Equal([we, we], Search(rows, new HotWord("天", -5)));
    }

    private static int[] Search(float[][] rows, params HotWord[] words)
    {
        var search = new PhraseSearch(PhraseTree.Make(words, ["zh"], s_vocabulary, null));
        foreach (float[] row in rows)
        {
            search.Step([.. row]);
        }

        return [.. search.Best().Select(t => t.Token)];
    }

    private static float[] Row(params (int Token, float Score)[] scores)
    {
        var row = new float[s_vocabulary.Count];
        Array.Fill(row, -20);
        foreach ((int token, float score) in scores)
        {
            row[token] = score;
        }

        return row;
    }

    private static int[] Ids(string tokens) => [.. tokens.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(s_vocabulary.IdOf)];
}
