using Paraformer.Engine.Biasing;
using Paraformer.Engine.Tokens;

namespace Paraformer.Engine.Zipformer;

/// <summary>
/// Modified beam search over a transducer's rows: at most one token a frame, the best four rows of tokens, equal ones added up. A context graph
/// raises or lowers what phrases score. Source of the algorithm: icefall. Not thread-safe.
/// </summary>
internal sealed class ModifiedBeamSearch : ITokenSearch
{
    private const int Paths = 4;
    private const int Blank = 0;

    private readonly TransducerHead _head;
    private readonly ContextGraph? _graph;
    private readonly int _unknown;
    private readonly float[] _encoded;
    private readonly float[] _decoded;
    private readonly float[] _logits;
    private readonly List<Hypothesis> _next = [];
    private readonly List<HeardToken> _best = [];
    private List<Hypothesis> _hypotheses = [];
    private int _frame;

    /// <param name="head">Scores tokens.</param>
    /// <param name="unknown">The token that stands for none, or -1.</param>
    /// <param name="graph">The phrases to favour; null for none.</param>
    public ModifiedBeamSearch(TransducerHead head, int unknown, ContextGraph? graph)
    {
        (_head, _unknown, _graph) = (head, unknown, graph);
        _encoded = new float[Paths * head.Width];
        _decoded = new float[Paths * head.Width];
        _logits = new float[Paths * head.Vocabulary];
        Reset();
    }

    /// <summary>The score of the best row: a natural logarithm.</summary>
    public double BestScore => Leader().Score;

    public void Step(ReadOnlySpan<float> row)
    {
        int count = _hypotheses.Count;
        for (int i = 0; i < count; i++)
        {
            row.CopyTo(_encoded.AsSpan(i * _head.Width));
            _hypotheses[i].Decoded.CopyTo(_decoded.AsSpan(i * _head.Width, _head.Width));
        }

        _head.Join(_encoded.AsMemory(0, count * _head.Width), _decoded.AsMemory(0, count * _head.Width), _logits.AsMemory(0, count * _head.Vocabulary));
        Span<(double Score, int Path, int Token)> top = stackalloc (double, int, int)[Paths];
        int found = 0;
        Span<float> totals = stackalloc float[Paths];
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<float> logits = _logits.AsSpan(i * _head.Vocabulary, _head.Vocabulary);
            totals[i] = CtcGreedySearch.LogSumExp(logits);
            double offset = _hypotheses[i].Score - totals[i];
            for (int token = 0; token < logits.Length; token++)
            {
                double score = offset + logits[token];
                if (found == Paths && !(score > top[Paths - 1].Score))
                {
                    continue;
                }

                int at = found < Paths ? found++ : Paths - 1;
                for (; at > 0 && top[at - 1].Score < score; at--)
                {
                    top[at] = top[at - 1];
                }

                top[at] = (score, i, token);
            }
        }

        _next.Clear();
        foreach ((double score, int path, int token) in top[..found])
        {
            Add(Extend(_hypotheses[path], score, token, _logits[(path * _head.Vocabulary) + token] - totals[path]));
        }

        _hypotheses = [.. _next];
        Decode();
        _frame++;
    }

    public IReadOnlyList<HeardToken> Best()
    {
        _best.Clear();
        for (Link? link = Leader().Last; link is not null; link = link.Previous)
        {
            _best.Add(link.Token);
        }

        _best.Reverse();
        return _best;
    }

    public void Reset()
    {
        var context = new long[_head.Context];
        Array.Fill(context, -1);
        context[^1] = Blank;
        _hypotheses = [new Hypothesis(null, 0, 0, 0, context, [])];
        _hypotheses[0].Decoded = _head.Decode(context);
        _frame = 0;
    }

    private Hypothesis Leader()
    {
        Hypothesis best = _hypotheses[0];
        foreach (Hypothesis hypothesis in _hypotheses)
        {
            best = Fitness(hypothesis) > Fitness(best) ? hypothesis : best;
        }

        return best;
    }

    private double Fitness(Hypothesis hypothesis) => hypothesis.Score / (hypothesis.Length + _head.Context);

    private Hypothesis Extend(Hypothesis old, double score, int token, float probability)
    {
        if (token == Blank || token == _unknown)
        {
            return new Hypothesis(old.Last, old.Length, score, old.State, old.Context, old.Decoded);
        }

        (float bonus, int state) = _graph?.Step(old.State, token) ?? (0, 0);
        return new Hypothesis(
            new Link(old.Last, new HeardToken(token, _frame, _frame, probability)), old.Length + 1, score + bonus, state, [.. old.Context[1..], token], []);
    }

    private void Add(Hypothesis hypothesis)
    {
        foreach (Hypothesis other in _next)
        {
            if (other.Length == hypothesis.Length && SameTokens(other.Last, hypothesis.Last))
            {
                double larger = Math.Max(other.Score, hypothesis.Score);
                other.Score = larger + Math.Log(Math.Exp(other.Score - larger) + Math.Exp(hypothesis.Score - larger));
                return;
            }
        }

        _next.Add(hypothesis);
    }

    private static bool SameTokens(Link? a, Link? b)
    {
        while (a is not null && b is not null && !ReferenceEquals(a, b))
        {
            if (a.Token.Token != b.Token.Token)
            {
                return false;
            }

            (a, b) = (a.Previous, b.Previous);
        }

        return ReferenceEquals(a, b);
    }

    private void Decode()
    {
        Hypothesis[] grown = [.. _hypotheses.Where(h => h.Decoded.Length == 0)];
        if (grown.Length == 0)
        {
            return;
        }

        float[] rows = _head.Decode([.. grown.SelectMany(h => h.Context)]);
        for (int i = 0; i < grown.Length; i++)
        {
            grown[i].Decoded = rows[(i * _head.Width)..((i + 1) * _head.Width)];
        }
    }

    /// <summary>A token behind those before it.</summary>
    private sealed record Link(Link? Previous, HeardToken Token);

    /// <summary>A row of tokens.</summary>
    private sealed class Hypothesis(Link? last, int length, double score, int state, long[] context, float[] decoded)
    {
        public Link? Last { get; } = last;

        public int Length { get; } = length;

        public double Score { get; set; } = score;

        public int State { get; } = state;

        public long[] Context { get; } = context;

        /// <summary>The decoder's row; empty while it is not known.</summary>
        public float[] Decoded { get; set; } = decoded;
    }
}
