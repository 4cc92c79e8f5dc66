using System.Numerics;
using System.Runtime.InteropServices;

namespace Paraformer.Engine.Features;

/// <summary>
/// Power spectra of real frames: a complex transform of half the length (Stockham's self-sorting radix-4 form, with one
/// radix-2 pass where the length asks for it), then the untangling of its even and odd parts. Immutable; a caller brings
/// its own <see cref="Scratch"/>.
/// </summary>
internal sealed class RealFourierTransform
{
    private readonly int _half;
    private readonly float[] _cos;
    private readonly float[] _sin;
    private readonly float[] _untangleCos;
    private readonly float[] _untangleSin;

    /// <param name="length">Points, a power of two from 8 on.</param>
    public RealFourierTransform(int length)
    {
        if (length < 8 || !BitOperations.IsPow2(length))
        {
            throw new ArgumentOutOfRangeException(nameof(length), length, "a power of two from 8 on");
        }

        Length = length;
        _half = length / 2;
        _cos = new float[_half];
        _sin = new float[_half];
        _untangleCos = new float[_half];
        _untangleSin = new float[_half];
        for (int i = 0; i < _half; i++)
        {
            (double sin, double cos) = Math.SinCos(-2 * Math.PI * i / _half);
            (_cos[i], _sin[i]) = ((float)cos, (float)sin);
            (sin, cos) = Math.SinCos(-2 * Math.PI * i / length);
            (_untangleCos[i], _untangleSin[i]) = ((float)cos, (float)sin);
        }
    }

    /// <summary>Points of a transform.</summary>
    public int Length { get; }

    public Scratch CreateScratch() => new(_half);

    /// <summary>|X[k]|² for k = 0 … <see cref="Length"/>/2 − 1; the Nyquist bin is left out.</summary>
    public void Power(ReadOnlySpan<float> input, Span<float> power, Scratch scratch)
    {
        float[] re = scratch.Re, im = scratch.Im;
        for (int i = 0; i < _half; i++)
        {
            re[i] = input[2 * i];
            im[i] = input[(2 * i) + 1];
        }

        float[] outRe = scratch.OutRe, outIm = scratch.OutIm;
        int points = _half;
        int stride = 1;
        for (; points >= 4; points /= 4, stride *= 4)
        {
            PassOf4(re, im, outRe, outIm, points / 4, stride);
            (re, outRe, im, outIm) = (outRe, re, outIm, im);
        }

        if (points == 2)
        {
            PassOf2(re, im, outRe, outIm, stride);
            (re, im) = (outRe, outIm);
        }

        Untangle(re, im, power);
    }

    private void PassOf4(float[] re, float[] im, float[] outRe, float[] outIm, int quarter, int stride)
    {
        for (int p = 0; p < quarter; p++)
        {
            int w = p * stride;
            var twiddles = new Twiddles(_cos[w], _sin[w], _cos[2 * w], _sin[2 * w], _cos[3 * w], _sin[3 * w]);
            int from = stride * p;
            int step = stride * quarter;
            int to = stride * 4 * p;
            int q = 0;
            for (; q <= stride - Vector<float>.Count; q += Vector<float>.Count)
            {
                Butterfly(re, im, outRe, outIm, from + q, step, to + q, stride, twiddles);
            }

            for (; q < stride; q++)
            {
                ScalarButterfly(re, im, outRe, outIm, from + q, step, to + q, stride, twiddles);
            }
        }
    }

    private static void Butterfly(float[] re, float[] im, float[] outRe, float[] outIm, int from, int step, int to, int stride, in Twiddles w)
    {
        var (ar, ai) = (new Vector<float>(re, from), new Vector<float>(im, from));
        var (br, bi) = (new Vector<float>(re, from + step), new Vector<float>(im, from + step));
        var (cr, ci) = (new Vector<float>(re, from + (2 * step)), new Vector<float>(im, from + (2 * step)));
        var (dr, di) = (new Vector<float>(re, from + (3 * step)), new Vector<float>(im, from + (3 * step)));
        Vector<float> sumR = ar + cr, sumI = ai + ci, difR = ar - cr, difI = ai - ci;
        Vector<float> sum2R = br + dr, sum2I = bi + di, dif2R = br - dr, dif2I = bi - di;
        (sumR + sum2R).CopyTo(outRe, to);
        (sumI + sum2I).CopyTo(outIm, to);
        Store(outRe, outIm, to + stride, difR + dif2I, difI - dif2R, w.Cos1, w.Sin1);
        Store(outRe, outIm, to + (2 * stride), sumR - sum2R, sumI - sum2I, w.Cos2, w.Sin2);
        Store(outRe, outIm, to + (3 * stride), difR - dif2I, difI + dif2R, w.Cos3, w.Sin3);
    }

    private static void Store(float[] outRe, float[] outIm, int to, Vector<float> r, Vector<float> i, float cos, float sin)
    {
        ((r * cos) - (i * sin)).CopyTo(outRe, to);
        ((r * sin) + (i * cos)).CopyTo(outIm, to);
    }

    private static void ScalarButterfly(float[] re, float[] im, float[] outRe, float[] outIm, int from, int step, int to, int stride, in Twiddles w)
    {
        float ar = re[from], ai = im[from], br = re[from + step], bi = im[from + step];
        float cr = re[from + (2 * step)], ci = im[from + (2 * step)], dr = re[from + (3 * step)], di = im[from + (3 * step)];
        float sumR = ar + cr, sumI = ai + ci, difR = ar - cr, difI = ai - ci;
        float sum2R = br + dr, sum2I = bi + di, dif2R = br - dr, dif2I = bi - di;
        outRe[to] = sumR + sum2R;
        outIm[to] = sumI + sum2I;
        ScalarStore(outRe, outIm, to + stride, difR + dif2I, difI - dif2R, w.Cos1, w.Sin1);
        ScalarStore(outRe, outIm, to + (2 * stride), sumR - sum2R, sumI - sum2I, w.Cos2, w.Sin2);
        ScalarStore(outRe, outIm, to + (3 * stride), difR - dif2I, difI + dif2R, w.Cos3, w.Sin3);
    }

    private static void ScalarStore(float[] outRe, float[] outIm, int to, float r, float i, float cos, float sin)
    {
        outRe[to] = (r * cos) - (i * sin);
        outIm[to] = (r * sin) + (i * cos);
    }

    private static void PassOf2(float[] re, float[] im, float[] outRe, float[] outIm, int stride)
    {
        for (int q = 0; q < stride; q++)
        {
            outRe[q] = re[q] + re[q + stride];
            outIm[q] = im[q] + im[q + stride];
            outRe[q + stride] = re[q] - re[q + stride];
            outIm[q + stride] = im[q] - im[q + stride];
        }
    }

    // X[k] = (Z[k] + conj Z[h−k]) / 2 − i·e^(−2πik/N)·(Z[k] − conj Z[h−k]) / 2.
    private void Untangle(float[] re, float[] im, Span<float> power)
    {
        float dc = re[0] + im[0];
        power[0] = dc * dc;
        for (int k = 1; k < _half; k++)
        {
            int mirror = _half - k;
            float evenR = (re[k] + re[mirror]) * 0.5f, evenI = (im[k] - im[mirror]) * 0.5f;
            float oddR = (im[k] + im[mirror]) * 0.5f, oddI = (re[mirror] - re[k]) * 0.5f;
            float cos = _untangleCos[k], sin = _untangleSin[k];
            float r = evenR + ((oddR * cos) - (oddI * sin));
            float i = evenI + ((oddR * sin) + (oddI * cos));
            power[k] = (r * r) + (i * i);
        }
    }

    /// <summary>Room for one transform at a time.</summary>
    internal sealed class Scratch(int half)
    {
        internal float[] Re { get; } = new float[half];

        internal float[] Im { get; } = new float[half];

        internal float[] OutRe { get; } = new float[half];

        internal float[] OutIm { get; } = new float[half];
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Twiddles(float Cos1, float Sin1, float Cos2, float Sin2, float Cos3, float Sin3);
}
