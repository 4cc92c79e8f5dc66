using CsCheck;
using Paraformer.Engine.Biasing;
using Paraformer.Engine.Tokens;

namespace Paraformer.Engine.Tests.Biasing;

public sealed class ContextGraphTests
{
    [Fact]
    public void A_complete_phrase_keeps_its_score_and_a_broken_one_gives_it_back()
    {
        var graph = new ContextGraph([new BiasPhrase([1, 2, 3], 2)]);
        Assert.Equal(6, Score(graph, 9, 1, 2, 3, 9));
        Assert.Equal(0, Score(graph, 1, 2, 9));
        Assert.Equal(6, Score(graph, 1, 2, 1, 2, 3));
    }

    [Fact]
    public void A_phrase_inside_the_beginning_of_another_is_found()
    {
        var graph = new ContextGraph([new BiasPhrase([1, 2, 3, 4], 1), new BiasPhrase([2, 3], 1)]);
        Assert.Equal(2, Score(graph, 1, 2, 3, 9));
    }

    [Fact]
    public void Without_a_complete_phrase_nothing_is_gained() =>
        Gen.Int[1, 4].Array[1, 20].Sample(tokens =>
        {
            var graph = new ContextGraph([new BiasPhrase([1, 2, 5], 1.5f), new BiasPhrase([2, 2, 3, 5], 1.5f)]);
            Assert.Equal(0, Score(graph, [.. tokens, 9]), 1e-4f);
        });

    [Fact]
    public void Phrases_are_cut_into_pieces_of_the_vocabulary()
    {
        string[] symbols = ["<blk>", "▁HE", "▁HELLO", "LLO", "▁", "W", "O", "我", "们"];
        TokenTable table = TokenTable.ParseLines(string.Concat(symbols.Select((s, i) => $"{s} {i}\n")));
        var tokenizer = new PhraseTokenizer(table, []);
        Assert.Equal([2], tokenizer.Tokenize("hello"));
        Assert.Equal([4, 5, 6], tokenizer.Tokenize("WO"));
        Assert.Equal([2, 7, 8], tokenizer.Tokenize("hello我们"));
        Assert.Empty(tokenizer.Tokenize("xyz"));
        Assert.Equal([1, 3], new PhraseTokenizer(table, PhraseTokenizer.ParseScores("▁HE\t-1\nLLO\t-1\n▁HELLO\t-9\n")).Tokenize("hello"));
    }

    private static float Score(ContextGraph graph, params int[] tokens)
    {
        int state = 0;
        float total = 0;
        foreach (int token in tokens)
        {
            (float score, state) = graph.Step(state, token);
            total += score;
        }

        return total;
    }
}
