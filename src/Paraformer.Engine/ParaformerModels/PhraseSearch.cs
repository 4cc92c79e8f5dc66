using System.Numerics.Tensors;

namespace Paraformer.Engine.ParaformerModels;

/// <summary>
/// Chooses a token for every row of scores: the likeliest, or with phrases the likeliest row of tokens where phrases count for more. Rows
/// do not depend on one another, so a hypothesis a node of the tree is enough. Not thread-safe.
/// </summary>
internal sealed class PhraseSearch(PhraseTree? tree)
{
    private const int Candidates = 4;

    // A phrase's token must be this near to the likeliest one, as a natural logarithm.
    private const float Reach = 8;

    private readonly List<Record> _records = [];
    private readonly Dictionary<int, Hypothesis> _next = [];
    private readonly List<int> _tokens = [];
    private List<Hypothesis> _hypotheses = [new(0, 0, -1)];
    private int _row;

    /// <summary>Takes the next row: logits or log probabilities. They are normalised in place.</summary>
    public void Step(Span<float> scores)
    {
        Normalize(scores);
        int best = TensorPrimitives.IndexOfMax<float>(scores);
        _next.Clear();
        foreach (Hypothesis hypothesis in _hypotheses)
        {
            Choose(scores, best, hypothesis.Node);
            foreach (int token in _tokens)
            {
                Extend(hypothesis, token, scores[token]);
            }
        }

        _hypotheses = [.. _next.Values];
        _row++;
    }

    /// <summary>The best row of tokens so far, each with its logarithmic probability.</summary>
    public IReadOnlyList<(int Token, float LogProbability)> Best()
    {
        Hypothesis best = _hypotheses.MaxBy(h => h.Score - Unfinished(h.Node));
        var tokens = new (int, float)[_row];
        int record = best.Record;
        for (int i = _row - 1; i >= 0; i--)
        {
            tokens[i] = (_records[record].Token, _records[record].LogProbability);
            record = _records[record].Previous;
        }

        return tokens;
    }

    /// <summary>Starts anew.</summary>
    public void Reset()
    {
        _records.Clear();
        _hypotheses = [new(0, 0, -1)];
        _row = 0;
    }

    private float Unfinished(int node) => tree is null ? 0 : tree.Earned(node) - tree.Kept(node);

    private void Choose(ReadOnlySpan<float> scores, int best, int node)
    {
        _tokens.Clear();
        _tokens.Add(best);
        if (tree is null)
        {
            return;
        }

        float least = scores[best] - Reach;
        foreach (int token in tree.FirstTokens)
        {
            AddNear(scores, token, least);
        }

        for (int i = 0; node != 0 && i < tree.Next(node).Count; i++)
        {
            AddNear(scores, tree.Next(node)[i], least);
        }

        // Where the likeliest token ends a phrase to avoid, the ones behind it are wanted.
        int child = tree.Child(node, best) is > 0 and int inner ? inner : tree.Child(0, best);
        if (child != 0 && tree.Cost(child) < 0)
        {
            AddRunnersUp(scores);
        }
    }

    private void AddNear(ReadOnlySpan<float> scores, int token, float least)
    {
        if (scores[token] > least && !_tokens.Contains(token))
        {
            _tokens.Add(token);
        }
    }

    private void AddRunnersUp(ReadOnlySpan<float> scores)
    {
        for (int n = 1; n < Candidates; n++)
        {
            int runner = -1;
            for (int i = 0; i < scores.Length; i++)
            {
                if ((runner < 0 || scores[i] > scores[runner]) && !_tokens.Contains(i))
                {
                    runner = i;
                }
            }

            if (runner >= 0)
            {
                _tokens.Add(runner);
            }
        }
    }

    private void Extend(in Hypothesis from, int token, float probability)
    {
        float score = from.Score + probability;
        if (tree is null)
        {
            Put(0, score, from.Record, token, probability);
            return;
        }

        int inner = from.Node == 0 ? 0 : tree.Child(from.Node, token);
        if (inner != 0)
        {
            Put(inner, score + tree.Earned(inner) - tree.Earned(from.Node) + tree.Cost(inner), from.Record, token, probability);
        }

        float left = score - Unfinished(from.Node);
        int first = tree.Child(0, token);
        if (first != 0)
        {
            Put(first, left + tree.Earned(first) + tree.Cost(first), from.Record, token, probability);
        }
        else if (inner == 0)
        {
            Put(0, left, from.Record, token, probability);
        }
    }

    private void Put(int node, float score, int previous, int token, float probability)
    {
        if (!_next.TryGetValue(node, out Hypothesis known) || score > known.Score)
        {
            _records.Add(new Record(previous, token, probability));
            _next[node] = new Hypothesis(node, score, _records.Count - 1);
        }
    }

    private static void Normalize(Span<float> scores)
    {
        float max = TensorPrimitives.Max<float>(scores);
        double sum = 0;
        foreach (float score in scores)
        {
            // What lies further down adds nothing to a float.
            sum += score > max - 20 ? MathF.Exp(score - max) : 0;
        }

        TensorPrimitives.Subtract(scores, max + (float)Math.Log(sum), scores);
    }

    private readonly record struct Hypothesis(int Node, float Score, int Record);

    private readonly record struct Record(int Previous, int Token, float LogProbability);
}
