using System.Runtime.InteropServices;
using Paraformer.Engine.Lm;

namespace Paraformer.Engine.CharCtc;

/// <summary>What decides how a hypothesis goes on: hypotheses that agree in it are one.</summary>
/// <param name="Node">Where the word in progress stands in the tree; 0 between words.</param>
/// <param name="Context">The words before it.</param>
/// <param name="Class">The class heard last.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct HypothesisKey(int Node, NgramState Context, ushort Class);

/// <summary>How a hypothesis came about.</summary>
/// <param name="History">Its newest complete word in the <see cref="WordHistory"/>; -1 for none.</param>
/// <param name="FirstFrame">Where the newest word begins.</param>
/// <param name="LastFrame">Where its latest class was heard.</param>
/// <param name="Posterior">Sum of its classes' log posteriors where they were heard.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct HypothesisPath(int History, int FirstFrame, int LastFrame, float Posterior);

/// <summary>A hypothesis: log probabilities of ending in a blank and in its last class, the language model's included.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct Hypothesis
{
    public HypothesisKey Key;
    public HypothesisPath Path;
    public float Blank;
    public float Sound;

    /// <summary>What the word in progress will cost at least; 0 between words.</summary>
    public float Outlook;

    /// <summary>The largest contribution, whose path it is.</summary>
    public float Largest;

    public readonly float Total => LogMath.Add(Blank, Sound);
}

/// <summary>Sums of probabilities given as logarithms.</summary>
internal static class LogMath
{
    public static float Add(float a, float b)
    {
        if (a < b)
        {
            (a, b) = (b, a);
        }

        float difference = b - a;
        return difference > -16 ? a + MathF.Log(1 + MathF.Exp(difference)) : a;
    }
}
