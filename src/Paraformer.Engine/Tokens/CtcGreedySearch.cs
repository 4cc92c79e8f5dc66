using System.Numerics.Tensors;

namespace Paraformer.Engine.Tokens;

/// <summary>A token and the frames that it was heard in.</summary>
/// <param name="Token">Its number.</param>
/// <param name="FirstFrame">First frame, counted from the beginning of the utterance.</param>
/// <param name="LastFrame">Last frame.</param>
/// <param name="LogProbability">Natural logarithm of its probability in the frame where it was likeliest.</param>
internal readonly record struct HeardToken(int Token, int FirstFrame, int LastFrame, float LogProbability);

/// <summary>The likeliest token of every frame, repetitions joined and blanks left out. Not thread-safe.</summary>
internal sealed class CtcGreedySearch
{
    private readonly int _blank;
    private readonly List<HeardToken> _tokens = [];
    private int _previous;
    private int _frame;

    public CtcGreedySearch(int blank)
    {
        _blank = blank;
        _previous = blank;
    }

    /// <summary>The tokens so far.</summary>
    public IReadOnlyList<HeardToken> Tokens => _tokens;

    /// <summary>Frames heard.</summary>
    public int Frames => _frame;

    /// <summary>Takes the next frame's scores: logits, or log probabilities.</summary>
    public void Step(ReadOnlySpan<float> scores)
    {
        int best = TensorPrimitives.IndexOfMax(scores);
        if (best != _blank)
        {
            float probability = scores[best] - LogSumExp(scores);
            if (best == _previous)
            {
                HeardToken last = _tokens[^1];
                _tokens[^1] = last with { LastFrame = _frame, LogProbability = Math.Max(last.LogProbability, probability) };
            }
            else
            {
                _tokens.Add(new HeardToken(best, _frame, _frame, probability));
            }
        }

        _previous = best;
        _frame++;
    }

    /// <summary>Forgets everything heard.</summary>
    public void Reset()
    {
        _tokens.Clear();
        _previous = _blank;
        _frame = 0;
    }

    /// <summary>ln Σ exp(x).</summary>
    public static float LogSumExp(ReadOnlySpan<float> values)
    {
        float max = TensorPrimitives.Max(values);
        double sum = 0;
        foreach (float value in values)
        {
            // What lies further down adds nothing to a float.
            sum += value > max - 20 ? MathF.Exp(value - max) : 0;
        }

        return max + (float)Math.Log(sum);
    }
}
