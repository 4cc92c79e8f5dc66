using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Paraformer.Audio.Resampling;

/// <summary>
/// Vectorised sum of products. The order of the additions depends on the length alone, never on where the values lie
/// in memory (a general library routine may align its reads first), so equal values give equal bits.
/// </summary>
internal static class InnerProduct
{
    /// <summary>Lengths are multiples of this.</summary>
    public const int Block = 32;

    public static float Compute(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(left.Length % Block, 0);
        ArgumentOutOfRangeException.ThrowIfNotEqual(right.Length, left.Length);
        ref float l = ref MemoryMarshal.GetReference(left);
        ref float r = ref MemoryMarshal.GetReference(right);
        Vector256<float> a = default;
        Vector256<float> b = default;
        Vector256<float> c = default;
        Vector256<float> d = default;
        for (nuint i = 0; i < (nuint)left.Length; i += Block)
        {
            a = Vector256.MultiplyAddEstimate(Vector256.LoadUnsafe(ref l, i), Vector256.LoadUnsafe(ref r, i), a);
            b = Vector256.MultiplyAddEstimate(Vector256.LoadUnsafe(ref l, i + 8), Vector256.LoadUnsafe(ref r, i + 8), b);
            c = Vector256.MultiplyAddEstimate(Vector256.LoadUnsafe(ref l, i + 16), Vector256.LoadUnsafe(ref r, i + 16), c);
            d = Vector256.MultiplyAddEstimate(Vector256.LoadUnsafe(ref l, i + 24), Vector256.LoadUnsafe(ref r, i + 24), d);
        }

        return Vector256.Sum(a + b + (c + d));
    }
}
