using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
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
    private readonly int _begin;
    private readonly float[] _bias;

    /// <param name="inputs">Length of a row x.</param>
    /// <param name="outputs">Length of a row y; a multiple of 32 is computed, the rest of it is 0.</param>
    /// <param name="weight">The weight of an output for an input.</param>
    /// <param name="bias">One value per output, or nothing.</param>
    public TiledMatrix(int inputs, int outputs, Func<int, int, float> weight, ReadOnlySpan<float> bias)
    {
        _inputs = inputs;
        PaddedOutputs = (outputs + Tile - 1) / Tile * Tile;
        _weights = GC.AllocateArray<float>((inputs * PaddedOutputs) + Lane, pinned: true);
        _begin = AlignedBegin(_weights);
        _bias = new float[PaddedOutputs];
        bias.CopyTo(_bias);
        for (int o = 0; o < outputs; o++)
        {
            for (int i = 0; i < inputs; i++)
            {
                _weights[_begin + ((((o / Tile) * inputs) + i) * Tile) + (o % Tile)] = weight(o, i);
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
            ReadOnlySpan<float> weights = _weights.AsSpan(_begin + (t * _inputs), _inputs * Tile);
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

    // The slices below are checked; the loops themselves check nothing.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Four(ReadOnlySpan<float> x, int stride, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, Vector512<float> floor, Span<float> y)
    {
        ref float x0 = ref MemoryMarshal.GetReference(x[..((3 * stride) + _inputs)]);
        ref float x1 = ref Unsafe.Add(ref x0, stride), x2 = ref Unsafe.Add(ref x0, 2 * stride), x3 = ref Unsafe.Add(ref x0, 3 * stride);
        ref float w = ref MemoryMarshal.GetReference(weights[..(_inputs * Tile)]);
        Vector512<float> a0 = Vector512.Create(bias), b0 = Vector512.Create(bias[Lane..]);
        Vector512<float> a1 = a0, b1 = b0, a2 = a0, b2 = b0, a3 = a0, b3 = b0;
        for (int i = 0; i < _inputs; i++)
        {
            Vector512<float> a = Vector512.LoadUnsafe(ref w), b = Vector512.LoadUnsafe(ref w, Lane);
            Vector512<float> v0 = Vector512.Create(Unsafe.Add(ref x0, i)), v1 = Vector512.Create(Unsafe.Add(ref x1, i));
            Vector512<float> v2 = Vector512.Create(Unsafe.Add(ref x2, i)), v3 = Vector512.Create(Unsafe.Add(ref x3, i));
            a0 = Vector512.MultiplyAddEstimate(v0, a, a0);
            b0 = Vector512.MultiplyAddEstimate(v0, b, b0);
            a1 = Vector512.MultiplyAddEstimate(v1, a, a1);
            b1 = Vector512.MultiplyAddEstimate(v1, b, b1);
            a2 = Vector512.MultiplyAddEstimate(v2, a, a2);
            b2 = Vector512.MultiplyAddEstimate(v2, b, b2);
            a3 = Vector512.MultiplyAddEstimate(v3, a, a3);
            b3 = Vector512.MultiplyAddEstimate(v3, b, b3);
            w = ref Unsafe.Add(ref w, Tile);
        }

        Store(a0, b0, floor, y);
        Store(a1, b1, floor, y[PaddedOutputs..]);
        Store(a2, b2, floor, y[(2 * PaddedOutputs)..]);
        Store(a3, b3, floor, y[(3 * PaddedOutputs)..]);
    }

    // Several sums for each output: one would wait for itself.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void One(ReadOnlySpan<float> x, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, Vector512<float> floor, Span<float> y)
    {
        ref float v = ref MemoryMarshal.GetReference(x[.._inputs]);
        ref float w = ref MemoryMarshal.GetReference(weights[..(_inputs * Tile)]);
        Vector512<float> a0 = Vector512.Create(bias), b0 = Vector512.Create(bias[Lane..]);
        Vector512<float> a1 = Vector512<float>.Zero, b1 = a1, a2 = a1, b2 = a1, a3 = a1, b3 = a1;
        int i = 0;
        for (; i + 4 <= _inputs; i += 4)
        {
            Vector512<float> v0 = Vector512.Create(Unsafe.Add(ref v, i)), v1 = Vector512.Create(Unsafe.Add(ref v, i + 1));
            Vector512<float> v2 = Vector512.Create(Unsafe.Add(ref v, i + 2)), v3 = Vector512.Create(Unsafe.Add(ref v, i + 3));
            a0 = Vector512.MultiplyAddEstimate(v0, Vector512.LoadUnsafe(ref w), a0);
            b0 = Vector512.MultiplyAddEstimate(v0, Vector512.LoadUnsafe(ref w, Lane), b0);
            a1 = Vector512.MultiplyAddEstimate(v1, Vector512.LoadUnsafe(ref w, Tile), a1);
            b1 = Vector512.MultiplyAddEstimate(v1, Vector512.LoadUnsafe(ref w, Tile + Lane), b1);
            a2 = Vector512.MultiplyAddEstimate(v2, Vector512.LoadUnsafe(ref w, 2 * Tile), a2);
            b2 = Vector512.MultiplyAddEstimate(v2, Vector512.LoadUnsafe(ref w, (2 * Tile) + Lane), b2);
            a3 = Vector512.MultiplyAddEstimate(v3, Vector512.LoadUnsafe(ref w, 3 * Tile), a3);
            b3 = Vector512.MultiplyAddEstimate(v3, Vector512.LoadUnsafe(ref w, (3 * Tile) + Lane), b3);
            w = ref Unsafe.Add(ref w, 4 * Tile);
        }

        for (; i < _inputs; i++)
        {
            Vector512<float> last = Vector512.Create(Unsafe.Add(ref v, i));
            a0 = Vector512.MultiplyAddEstimate(last, Vector512.LoadUnsafe(ref w), a0);
            b0 = Vector512.MultiplyAddEstimate(last, Vector512.LoadUnsafe(ref w, Lane), b0);
            w = ref Unsafe.Add(ref w, Tile);
        }

        Store(a0 + a1 + (a2 + a3), b0 + b1 + (b2 + b3), floor, y);
    }

    // A load that lies across two cache lines costs twice: every one would, four times in five. The array does not move.
    private static unsafe int AlignedBegin(float[] pinned)
    {
        const nuint Line = Lane * sizeof(float);
        nuint address = (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(pinned));
        return (int)((Line - (address % Line)) % Line / sizeof(float));
    }

    private static void Store(Vector512<float> a, Vector512<float> b, Vector512<float> floor, Span<float> y)
    {
        Vector512.Max(a, floor).CopyTo(y);
        Vector512.Max(b, floor).CopyTo(y[Lane..]);
    }
}
