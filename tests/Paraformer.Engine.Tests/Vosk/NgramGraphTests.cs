using Paraformer.Engine.Text.InverseNormalization.OpenFst;
using Paraformer.Engine.Vosk;
using Paraformer.Models;
using Paraformer.Testing;

namespace Paraformer.Engine.Tests.Vosk;

/// <summary>On the language model of the small English pack.</summary>
public sealed class NgramGraphTests
{
    private static readonly Lazy<byte[]> s_file = new(() => File.ReadAllBytes(Pack.PathOf("graph/Gr.fst")));
    private static readonly Lazy<NgramGraph> s_graph = new(() => NgramGraph.Read("Gr.fst", s_file.Value));

    private static InstalledPack Pack => Packs.Require("vosk-en");

    [Fact]
    public void The_words_are_those_of_the_pack_and_common_ones_cost_least()
    {
        NgramGraph graph = s_graph.Value;
        Assert.Equal(
            File.ReadLines(Pack.PathOf("graph/words.txt")).Select(l => l.Split(' ')).ToDictionary(f => f[0], f => int.Parse(f[1], null)),
            new Dictionary<string, int>(graph.Vocabulary));
        float CostOf(string word) => graph.Costs[graph.Arc(0, graph.Vocabulary[word])];
        Assert.InRange(CostOf("the"), 2.5f, 4);
        Assert.InRange(CostOf("of"), 3, 5);
        Assert.InRange(CostOf("zirconium"), 14, 22);
    }

    [Fact]
    public void The_probabilities_of_every_context_add_up_to_one_at_most()
    {
        NgramGraph graph = s_graph.Value;
        Assert.InRange(Sum(graph, 0), 0.8, 1);
        foreach (string word in (string[])["new", "of", "the", "he"])
        {
            Assert.InRange(Sum(graph, graph.Context(graph.Vocabulary[word])), 0.3, 1.0001);
        }
    }

    [Fact]
    public void A_word_follows_where_it_was_seen()
    {
        NgramGraph graph = s_graph.Value;
        int york = graph.Vocabulary["york"];
        int behindNew = graph.Context(graph.Vocabulary["new"]);
        Assert.True(graph.Costs[graph.Arc(behindNew, york)] < graph.Costs[graph.Arc(0, york)] - 4);
        Assert.Equal(-1, graph.Arc(behindNew, graph.Vocabulary["zirconium"]));
        Assert.True(graph.EndingAs(behindNew).Count() > 10);
    }

    [Fact]
    public void Written_without_a_change_it_is_the_same_file() =>
        Assert.True(s_graph.Value.Write(s_graph.Value.Costs, new Dictionary<(int, int), float>()).AsSpan().SequenceEqual(s_file.Value));

    [Fact]
    public void An_added_arc_stands_in_its_place_and_nothing_else_changes()
    {
        NgramGraph graph = s_graph.Value;
        int context = graph.Context(graph.Vocabulary["new"]);
        int word = graph.Vocabulary["zirconium"];
        NgramGraph changed = NgramGraph.Read("changed", graph.Write(graph.Costs, new Dictionary<(int, int), float> { [(context, word)] = 3.5f }));
        Assert.Equal(3.5f, changed.Costs[changed.Arc(context, word)]);
        Assert.Equal(graph.ArcCount + 1, changed.ArcCount);
        int arc = changed.Arc(context, word);
        Assert.True(graph.Costs[..arc].SequenceEqual(changed.Costs[..arc]));
        Assert.True(graph.Costs[arc..].SequenceEqual(changed.Costs[(arc + 1)..]));
        Assert.True(graph.ArcWords[arc..].SequenceEqual(changed.ArcWords[(arc + 1)..]));
        Assert.Equal(graph.Backoff(context), changed.Backoff(context));
        Assert.Equal(graph.Context(graph.Vocabulary["of"]), changed.Context(changed.Vocabulary["of"]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(60)]
    [InlineData(1_000_000)]
    [InlineData(10_000_000)]
    public void A_file_that_ends_early_is_named(int length)
    {
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => NgramGraph.Read("Gr.fst", s_file.Value.AsMemory(0, length)));
        Assert.Contains("Gr.fst", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Contexts_that_make_no_tree_are_refused()
    {
        byte[] file = [.. s_file.Value];
        var reader = new FstReader(file);
        FstHeader header = reader.Header();
        reader.ReadSymbols((_, _) => { });
        reader.SkipSymbols(header.HasOutputSymbols);
        const int Counts = 24;
        int first = reader.Position + Counts;

        // A one and a zero: the root is below nothing. The other way round it is below itself.
        Assert.Equal(1, file[first] & 3);
        file[first] = (byte)((file[first] & ~3) | 2);

        InvalidDataException error = Assert.Throws<InvalidDataException>(() => NgramGraph.Read("Gr.fst", file));
        Assert.Contains("Gr.fst", error.Message, StringComparison.Ordinal);
    }

    private static double Sum(NgramGraph graph, int context)
    {
        double sum = 0;
        foreach (int word in graph.Vocabulary.Values.Distinct())
        {
            int arc = graph.Arc(context, word);
            sum += arc < 0 ? 0 : Math.Exp(-graph.Costs[arc]);
        }

        return sum;
    }
}
