using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Paraformer.Engine.Features;

/// <summary>
/// Kaldi's log-mel filter bank of one frame: DC removed, pre-emphasis 0.97, window, power spectrum, triangles on the mel
/// scale, natural logarithm. Immutable, shared by any number of <see cref="FilterBankStream"/>.
/// </summary>
internal sealed class FilterBank
{
    private const float PreEmphasis = 0.97f;

    // The smallest energy: float32's epsilon, as in Kaldi.
    private const float Floor = 1.1920929e-07f;

    private readonly float[] _window;
    private readonly RealFourierTransform _transform;
    private readonly Filter[] _filters;
    private readonly float[] _weights;

    public FilterBank(FilterBankOptions options)
    {
        Options = options;
        _window = MakeWindow(options.Window, options.FrameLength);
        int points = (int)BitOperations.RoundUpToPowerOf2((uint)options.FrameLength);
        _transform = new RealFourierTransform(points);
        (_filters, _weights) = MakeFilters(options, points);
    }

    public FilterBankOptions Options { get; }

    public Scratch CreateScratch() => new(_transform);

    /// <summary>One frame's log-mel energies.</summary>
    /// <param name="frame">The frame's samples, in [-1, 1].</param>
    /// <param name="mel">Receives one value per filter.</param>
    /// <param name="scratch">The caller's own.</param>
    public void Compute(ReadOnlySpan<float> frame, Span<float> mel, Scratch scratch)
    {
        int length = _window.Length;
        Span<float> x = scratch.Frame;
        Span<float> padded = scratch.Padded;
        float mean = Scale(frame[..length], Options.SampleScale, x) / length;
        Emphasize(x[..length], mean, padded);
        _transform.Power(padded, scratch.Power, scratch.Transform);
        ReadOnlySpan<float> power = scratch.Power;
        for (int b = 0; b < _filters.Length; b++)
        {
            Filter filter = _filters[b];
            float energy = 0;
            ReadOnlySpan<float> weights = _weights.AsSpan(filter.Offset, filter.Count);
            ReadOnlySpan<float> bins = power.Slice(filter.FirstBin, filter.Count);
            for (int k = 0; k < weights.Length; k++)
            {
                energy += weights[k] * bins[k];
            }

            mel[b] = Math.Max(energy, Floor);
        }

        TensorPrimitives.Log(mel[.._filters.Length], mel);
    }

    // Returns the sum. The order of additions is fixed, so that a frame's values depend on its samples alone.
    private static float Scale(ReadOnlySpan<float> frame, float scale, Span<float> x)
    {
        Vector<float> sum = Vector<float>.Zero;
        int i = 0;
        for (; i <= frame.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector<float> v = new Vector<float>(frame[i..]) * scale;
            v.CopyTo(x[i..]);
            sum += v;
        }

        float total = Vector.Sum(sum);
        for (; i < frame.Length; i++)
        {
            x[i] = frame[i] * scale;
            total += x[i];
        }

        return total;
    }

    // (x[i] − m) − 0.97·(x[i−1] − m), windowed; before the first sample stands the first sample.
    private void Emphasize(ReadOnlySpan<float> x, float mean, Span<float> padded)
    {
        float offset = mean * (1 - PreEmphasis);
        ReadOnlySpan<float> window = _window;
        padded[0] = ((x[0] * (1 - PreEmphasis)) - offset) * window[0];
        int i = 1;
        for (; i <= x.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector<float> v = new Vector<float>(x[i..]) - (new Vector<float>(x[(i - 1)..]) * PreEmphasis) - new Vector<float>(offset);
            (v * new Vector<float>(window[i..])).CopyTo(padded[i..]);
        }

        for (; i < x.Length; i++)
        {
            padded[i] = (x[i] - (x[i - 1] * PreEmphasis) - offset) * window[i];
        }

        padded[x.Length..].Clear();
    }

    private static float[] MakeWindow(WindowShape shape, int length)
    {
        var window = new float[length];
        double a = 2 * Math.PI / (length - 1);
        for (int i = 0; i < length; i++)
        {
            double hann = 0.5 - (0.5 * Math.Cos(a * i));
            window[i] = (float)(shape switch
            {
                WindowShape.Hamming => 0.54 - (0.46 * Math.Cos(a * i)),
                WindowShape.Povey => Math.Pow(hann, 0.85),
                _ => hann,
            });
        }

        return window;
    }

    // Triangles whose sides are straight on the mel scale; the Nyquist bin belongs to none.
    private static (Filter[] Filters, float[] Weights) MakeFilters(FilterBankOptions options, int points)
    {
        double nyquist = options.SampleRate / 2.0;
        double low = Mel(options.LowHz);
        double high = Mel(options.HighHz > 0 ? options.HighHz : nyquist + options.HighHz);
        double delta = (high - low) / (options.MelBins + 1);
        var filters = new Filter[options.MelBins];
        var weights = new List<float>();
        for (int b = 0; b < filters.Length; b++)
        {
            double left = low + (b * delta), center = left + delta, right = center + delta;
            int first = -1;
            int offset = weights.Count;
            for (int k = 0; k < points / 2; k++)
            {
                double mel = Mel((double)k * options.SampleRate / points);
                if (mel > left && mel < right)
                {
                    first = first < 0 ? k : first;
                    weights.Add((float)(mel <= center ? (mel - left) / delta : (right - mel) / delta));
                }
            }

            filters[b] = new Filter(Math.Max(first, 0), offset, weights.Count - offset);
        }

        return (filters, [.. weights]);
    }

    private static double Mel(double hertz) => 1127 * Math.Log(1 + (hertz / 700));

    /// <summary>Room for one frame at a time.</summary>
    internal sealed class Scratch(RealFourierTransform transform)
    {
        internal float[] Frame { get; } = new float[transform.Length];

        internal float[] Padded { get; } = new float[transform.Length];

        internal float[] Power { get; } = new float[transform.Length / 2];

        internal RealFourierTransform.Scratch Transform { get; } = transform.CreateScratch();
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Filter(int FirstBin, int Offset, int Count);
}
