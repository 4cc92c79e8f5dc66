using System.Runtime.Intrinsics;

namespace Paraformer.Engine.Vad.Silero;

/// <summary>y = W·x + b for several rows x at once, which may overlap. Weights lie in the order in which they are used; rows share what is loaded of them.</summary>
internal sealed class TiledMatrix
{
    private const int Lane = 16;
    private const int Tile = 2 * Lane;
    private const int RowsAtOnce = 4;
    private readonly int _inputs;
    private readonly float[] _weights;
    private readonly float[] _bias;

    /// <param name="inputs">Length of a row x.</param>
    /// <param name="outputs">Length of a row y; a multiple of 32 is computed, the rest of it is 0.</param>
    /// <param name="weight">The weight of an output for an input.</param>
    /// <param name="bias">One value per output, or nothing.</param>
    public TiledMatrix(int inputs, int outputs, Func<int, int, float> weight, ReadOnlySpan<float> bias)
    {
        _inputs = inputs;
        PaddedOutputs = (outputs + Tile - 1) / Tile * Tile;
        _weights = new float[inputs * PaddedOutputs];
        _bias = new float[PaddedOutputs];
        bias.CopyTo(_bias);
        for (int o = 0; o < outputs; o++)
        {
            for (int i = 0; i < inputs; i++)
            {
                _weights[((((o / Tile) * inputs) + i) * Tile) + (o % Tile)] = weight(o, i);
            }
        }
    }

    /// <summary>Values of a row of results.</summary>
    public int PaddedOutputs { get; }

    /// <summary>Rows begin every <paramref name="stride"/> values; results lie one behind the other.</summary>
    public void Multiply(ReadOnlySpan<float> x, int stride, int rows, bool rectified, Span<float> y)
    {
        Vector512<float> floor = rectified ? Vector512<float>.Zero : Vector512.Create(float.NegativeInfinity);
        for (int t = 0; t < PaddedOutputs; t += Tile)
        {
            ReadOnlySpan<float> weights = _weights.AsSpan(t * _inputs, _inputs * Tile);
            ReadOnlySpan<float> bias = _bias.AsSpan(t, Tile);
            int r = 0;
            for (; r + RowsAtOnce <= rows; r += RowsAtOnce)
            {
                Four(x[(r * stride)..], stride, weights, bias, floor, y[((r * PaddedOutputs) + t)..]);
            }

            for (; r < rows; r++)
            {
                One(x.Slice(r * stride, _inputs), weights, bias, floor, y[((r * PaddedOutputs) + t)..]);
            }
        }
    }

    private void Four(ReadOnlySpan<float> x, int stride, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, Vector512<float> floor, Span<float> y)
    {
        ReadOnlySpan<float> x0 = x[.._inputs], x1 = x.Slice(stride, _inputs), x2 = x.Slice(2 * stride, _inputs), x3 = x.Slice(3 * stride, _inputs);
        Vector512<float> a0 = Vector512.Create(bias), b0 = Vector512.Create(bias[Lane..]);
        Vector512<float> a1 = a0, b1 = b0, a2 = a0, b2 = b0, a3 = a0, b3 = b0;
        for (int i = 0; i < x0.Length; i++)
        {
            Vector512<float> a = Vector512.Create(weights), b = Vector512.Create(weights[Lane..]);
            Vector512<float> v0 = Vector512.Create(x0[i]), v1 = Vector512.Create(x1[i]), v2 = Vector512.Create(x2[i]), v3 = Vector512.Create(x3[i]);
            a0 = Vector512.MultiplyAddEstimate(v0, a, a0);
            b0 = Vector512.MultiplyAddEstimate(v0, b, b0);
            a1 = Vector512.MultiplyAddEstimate(v1, a, a1);
            b1 = Vector512.MultiplyAddEstimate(v1, b, b1);
            a2 = Vector512.MultiplyAddEstimate(v2, a, a2);
            b2 = Vector512.MultiplyAddEstimate(v2, b, b2);
            a3 = Vector512.MultiplyAddEstimate(v3, a, a3);
            b3 = Vector512.MultiplyAddEstimate(v3, b, b3);
            weights = weights[Tile..];
        }

        Store(a0, b0, floor, y);
        Store(a1, b1, floor, y[PaddedOutputs..]);
        Store(a2, b2, floor, y[(2 * PaddedOutputs)..]);
        Store(a3, b3, floor, y[(3 * PaddedOutputs)..]);
    }

    // Two sums for each lane: one would wait for itself.
    private static void One(ReadOnlySpan<float> x, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, Vector512<float> floor, Span<float> y)
    {
        Vector512<float> a0 = Vector512.Create(bias), b0 = Vector512.Create(bias[Lane..]);
        Vector512<float> a1 = Vector512<float>.Zero, b1 = Vector512<float>.Zero;
        int i = 0;
        for (; i + 2 <= x.Length; i += 2)
        {
            Vector512<float> v0 = Vector512.Create(x[i]), v1 = Vector512.Create(x[i + 1]);
            a0 = Vector512.MultiplyAddEstimate(v0, Vector512.Create(weights), a0);
            b0 = Vector512.MultiplyAddEstimate(v0, Vector512.Create(weights[Lane..]), b0);
            a1 = Vector512.MultiplyAddEstimate(v1, Vector512.Create(weights[Tile..]), a1);
            b1 = Vector512.MultiplyAddEstimate(v1, Vector512.Create(weights[(Tile + Lane)..]), b1);
            weights = weights[(2 * Tile)..];
        }

        if (i < x.Length)
        {
            Vector512<float> v = Vector512.Create(x[i]);
            a0 = Vector512.MultiplyAddEstimate(v, Vector512.Create(weights), a0);
            b0 = Vector512.MultiplyAddEstimate(v, Vector512.Create(weights[Lane..]), b0);
        }

        Store(a0 + a1, b0 + b1, floor, y);
    }

    private static void Store(Vector512<float> a, Vector512<float> b, Vector512<float> floor, Span<float> y)
    {
        Vector512.Max(a, floor).CopyTo(y);
        Vector512.Max(b, floor).CopyTo(y[Lane..]);
    }
}
