using System.Numerics.Tensors;

namespace Paraformer.Engine.ParaformerModels;

/// <summary>
/// Continuous integrate-and-fire (Dong and Xu, 2020): weighs encoder frames and gives off a token's embedding whenever the weights'
/// sum reaches 1. What is left is carried from chunk to chunk. Not thread-safe.
/// </summary>
/// <param name="width">Values of a frame.</param>
internal sealed class IntegrateAndFire(int width)
{
    private const float Threshold = 1;
    private readonly float[] _frame = new float[width];
    private float _integrated;

    /// <summary>Takes the next frame.</summary>
    /// <param name="hidden">The frame.</param>
    /// <param name="alpha">Its weight, 0 to 1.</param>
    /// <param name="fired">Gets the embedding where the frame completes a token.</param>
    /// <returns>Whether it does.</returns>
    public bool Step(ReadOnlySpan<float> hidden, float alpha, List<float> fired)
    {
        if (alpha + _integrated < Threshold)
        {
            _integrated += alpha;
            TensorPrimitives.MultiplyAdd(hidden, alpha, _frame, _frame);
            return false;
        }

        float missing = Threshold - _integrated;
        int at = fired.Count;
        System.Runtime.InteropServices.CollectionsMarshal.SetCount(fired, at + width);
        TensorPrimitives.MultiplyAdd(hidden, missing, _frame, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(fired)[at..]);
        _integrated += alpha - Threshold;
        TensorPrimitives.Multiply(hidden, _integrated, _frame);
        return true;
    }

    /// <summary>Forgets what is left.</summary>
    public void Reset()
    {
        _integrated = 0;
        Array.Clear(_frame);
    }
}
