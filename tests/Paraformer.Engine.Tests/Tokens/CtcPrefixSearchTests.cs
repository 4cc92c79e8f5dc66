using Paraformer.Engine.Biasing;
using Paraformer.Engine.Tokens;

namespace Paraformer.Engine.Tests.Tokens;

public sealed class CtcPrefixSearchTests
{
    private const int Blank = 0;
    private static readonly ContextGraph s_none = new([]);

    [Fact]
    public void The_ways_to_one_row_add_up_as_counted_out()
    {
        var random = new Random(3);
        for (int round = 0; round < 50; round++)
        {
            float[][] frames = [.. Enumerable.Range(0, 4).Select(_ => Enumerable.Range(0, 3).Select(_ => (float)random.NextDouble() * 4).ToArray())];
            var search = new CtcPrefixSearch(Blank, s_none);
            Array.ForEach(frames, frame => search.Step(frame));
            Assert.Equal(BestByCounting(frames), string.Concat(search.Best().Select(t => t.Token)));
        }
    }

    [Fact]
    public void A_phrase_wins_where_it_is_nearly_as_likely_and_only_when_it_is_complete()
    {
        float[][] frames = [Frame(1, 2), Frame(0, 0), Frame(3, 4), Frame(0, 0)];
        Assert.Equal([1, 3], Tokens(s_none, frames));
        var graph = new ContextGraph([new BiasPhrase([2, 4], 1.5f)]);
        Assert.Equal([2, 4], Tokens(graph, frames));
        Assert.Equal([1], Tokens(graph, frames[..2]));
        Assert.Equal([1, 3], Tokens(new ContextGraph([new BiasPhrase([2, 5], 1.5f)]), frames));
    }

    [Fact]
    public void A_phrase_to_avoid_loses()
    {
        float[][] frames = [Frame(1, 2), Frame(0, 0), Frame(3, 4), Frame(0, 0)];
        Assert.Equal([2, 3], Tokens(new ContextGraph([new BiasPhrase([1], -2)]), frames));
        Assert.NotEqual([1, 3], Tokens(new ContextGraph([new BiasPhrase([1, 3], -2)]), frames));
    }

    [Fact]
    public void Frames_and_probabilities_are_those_of_the_likeliest_way()
    {
        var search = new CtcPrefixSearch(Blank, s_none);
        Array.ForEach<float[]>([Frame(0, 0), Frame(1, 2), Frame(1, 2), Frame(0, 0), Frame(1, 2), Frame(0, 0)], frame => search.Step(frame));
        IReadOnlyList<HeardToken> tokens = search.Best();
        Assert.Equal([(1, 1, 2), (1, 4, 4)], tokens.Select(t => (t.Token, t.FirstFrame, t.LastFrame)));
        Assert.All(tokens, t => Assert.InRange(t.LogProbability, -0.7f, -0.2f));
        search.Reset();
        Assert.Empty(search.Best());
    }

    // One token likely, another a little less, the rest hardly.
    private static float[] Frame(int first, int second)
    {
        var frame = new float[6];
        frame[second] = 6;
        frame[first] = 7;
        return frame;
    }

    private static int[] Tokens(ContextGraph graph, float[][] frames)
    {
        var search = new CtcPrefixSearch(Blank, graph);
        Array.ForEach(frames, frame => search.Step(frame));
        return [.. search.Best().Select(t => t.Token)];
    }

    private static string BestByCounting(float[][] frames)
    {
        Dictionary<string, double> rows = [];
        int ways = (int)Math.Pow(frames[0].Length, frames.Length);
        for (int way = 0; way < ways; way++)
        {
            double score = 0;
            string row = "";
            int before = Blank;
            for (int f = 0, rest = way; f < frames.Length; f++, rest /= frames[0].Length)
            {
                int token = rest % frames[0].Length;
                score += frames[f][token];
                row += token != before && token != Blank ? token.ToString(System.Globalization.CultureInfo.InvariantCulture) : "";
                before = token;
            }

            rows[row] = rows.GetValueOrDefault(row) + Math.Exp(score);
        }

        return rows.MaxBy(r => r.Value).Key;
    }
}
