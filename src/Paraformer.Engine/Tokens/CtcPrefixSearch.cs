using System.Numerics.Tensors;
using Paraformer.Engine.Biasing;
using Paraformer.Engine.CharCtc;

namespace Paraformer.Engine.Tokens;

/// <summary>
/// CTC prefix beam search: the probabilities of all ways to one row of tokens are added up, and a context graph raises or lowers what rows
/// score. A phrase that has only begun counts while the search goes on, and not in what it gives as the best. Not thread-safe.
/// </summary>
internal sealed class CtcPrefixSearch : ITokenSearch
{
    private const int Rows = 8;
    private const int MaxTokens = 40;

    // Tokens that far below the likeliest one are not tried: more than a phrase of weight 5 adds to a few tokens.
    private const float Floor = 12;

    private readonly int _blank;
    private readonly ContextGraph _graph;
    private readonly List<(int Token, float Score)> _tokens = [];
    private readonly Dictionary<(ulong Hash, int Length), Row> _next = [];
    private readonly List<HeardToken> _best = [];
    private List<Row> _rows = [];
    private float[] _scores = [];
    private int _frame;

    /// <param name="blank">The token that stands for none.</param>
    /// <param name="graph">The phrases to favour or to avoid.</param>
    public CtcPrefixSearch(int blank, ContextGraph graph)
    {
        (_blank, _graph) = (blank, graph);
        Reset();
    }

    public void Step(ReadOnlySpan<float> row)
    {
        if (_scores.Length < row.Length)
        {
            _scores = new float[row.Length];
        }

        Span<float> scores = _scores.AsSpan(0, row.Length);
        TensorPrimitives.Subtract(row, CtcGreedySearch.LogSumExp(row), scores);
        Choose(scores);
        _next.Clear();
        foreach (Row from in _rows)
        {
            Row same = Find(from.Hash, from.Length, from.Bonus, from.State, from.Token);
            same.AddBlank(from.Total + scores[_blank], from.Last);
            if (from.Last is { } last)
            {
                HeardToken token = last.Token;
                var longer = new Link(last.Previous, token with { LastFrame = _frame, LogProbability = Math.Max(token.LogProbability, scores[token.Token]) });
                same.AddSound(from.Sound + scores[token.Token], longer);
            }

            foreach ((int token, float score) in _tokens)
            {
                float total = (token == from.Token ? from.Blank : from.Total) + score;
                if (total > float.NegativeInfinity)
                {
                    Extend(from, token, total, score);
                }
            }
        }

        _rows = [.. _next.Values.OrderByDescending(r => r.Total + r.Bonus).Take(Rows)];
        _frame++;
    }

    public IReadOnlyList<HeardToken> Best()
    {
        _best.Clear();
        for (Link? link = _rows.MaxBy(r => r.Total + r.Bonus - _graph.Begun(r.State))!.Last; link is not null; link = link.Previous)
        {
            _best.Add(link.Token);
        }

        _best.Reverse();
        return _best;
    }

    public void Reset()
    {
        var empty = new Row(0, 0, 0, 0, -1);
        empty.AddBlank(0, null);
        _rows = [empty];
        _frame = 0;
    }

    private void Choose(ReadOnlySpan<float> scores)
    {
        _tokens.Clear();
        float floor = TensorPrimitives.Max(scores) - Floor;
        for (int token = 0; token < scores.Length; token++)
        {
            if (scores[token] >= floor && token != _blank)
            {
                _tokens.Add((token, scores[token]));
            }
        }

        if (_tokens.Count > MaxTokens)
        {
            _tokens.Sort((a, b) => b.Score.CompareTo(a.Score));
            _tokens.RemoveRange(MaxTokens, _tokens.Count - MaxTokens);
        }
    }

    private void Extend(Row from, int token, float total, float score)
    {
        (float bonus, int state) = _graph.Step(from.State, token);
        ulong hash = (from.Hash + (ulong)token + 1) * 0x9E3779B97F4A7C15;
        Find(hash ^ (hash >> 29), from.Length + 1, from.Bonus + bonus, state, token)
            .AddSound(total, new Link(from.Last, new HeardToken(token, _frame, _frame, score)));
    }

    private Row Find(ulong hash, int length, float bonus, int state, int token)
    {
        if (!_next.TryGetValue((hash, length), out Row? row))
        {
            row = new Row(hash, length, bonus, state, token);
            _next.Add((hash, length), row);
        }

        return row;
    }

    /// <summary>A token behind those before it, as heard on the likeliest way.</summary>
    private sealed record Link(Link? Previous, HeardToken Token);

    /// <summary>A row of tokens, told apart by its hash and length. Scores are natural logarithms.</summary>
    private sealed class Row(ulong hash, int length, float bonus, int state, int token)
    {
        private float _largest = float.NegativeInfinity;

        public ulong Hash => hash;

        public int Length => length;

        public float Bonus => bonus;

        public int State => state;

        /// <summary>The last token; -1 for none.</summary>
        public int Token => token;

        /// <summary>Of the ways that end in a blank.</summary>
        public float Blank { get; private set; } = float.NegativeInfinity;

        /// <summary>Of the ways that end in the last token.</summary>
        public float Sound { get; private set; } = float.NegativeInfinity;

        public float Total { get; private set; } = float.NegativeInfinity;

        public Link? Last { get; private set; }

        public void AddBlank(float score, Link? last)
        {
            Blank = Sum(Blank, score);
            Add(score, last);
        }

        public void AddSound(float score, Link last)
        {
            Sound = Sum(Sound, score);
            Add(score, last);
        }

        private void Add(float score, Link? last)
        {
            Total = Sum(Total, score);
            if (score > _largest)
            {
                (_largest, Last) = (score, last);
            }
        }

        private static float Sum(float a, float b) => b == float.NegativeInfinity ? a : LogMath.Add(a, b);
    }
}
