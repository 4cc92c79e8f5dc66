using System.Runtime.Intrinsics;
using Paraformer.Engine.Features;

namespace Paraformer.Engine.CharCtc;

/// <summary>A step of the network for a stream: frames in, frames out, some of them later.</summary>
internal interface ILayerState
{
    /// <summary>Takes all of <paramref name="input"/> and adds the frames that can be computed.</summary>
    void Run(FrameBuffer input, FrameBuffer output);

    /// <summary>Adds what was held back, as if zeros followed, and starts anew.</summary>
    void Finish(FrameBuffer output);
}

/// <summary>y = W·x + b, optionally with negative values cut off. The value of a frame does not depend on the frames beside it.</summary>
internal sealed class AffineLayer : ILayerState
{
    private const int Lane = 8;
    private const int Tile = 4 * Lane;
    private readonly float[] _weights;
    private readonly float[] _bias;

    /// <param name="inputs">Values of an input frame.</param>
    /// <param name="outputs">Values of an output frame.</param>
    /// <param name="weights">One row per output.</param>
    /// <param name="bias">One value per output, or nothing.</param>
    public AffineLayer(int inputs, int outputs, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias)
    {
        (Inputs, Outputs) = (inputs, outputs);
        int tiles = (outputs + Tile - 1) / Tile;
        _weights = new float[tiles * inputs * Tile];
        _bias = new float[tiles * Tile];
        bias.CopyTo(_bias);
        for (int o = 0; o < outputs; o++)
        {
            for (int i = 0; i < inputs; i++)
            {
                _weights[((((o / Tile) * inputs) + i) * Tile) + (o % Tile)] = weights[(o * inputs) + i];
            }
        }
    }

    public int Inputs { get; }

    public int Outputs { get; }

    /// <summary>Whether negative outputs become 0.</summary>
    public bool Rectified { get; set; }

    public void Run(FrameBuffer input, FrameBuffer output)
    {
        int frames = input.Count;
        Span<float> results = output.AddRange(frames);
        ReadOnlySpan<float> values = input.Values;
        Span<float> tile = stackalloc float[Tile];
        for (int t = 0; t * Tile < Outputs; t++)
        {
            ReadOnlySpan<float> weights = _weights.AsSpan(t * Inputs * Tile, Inputs * Tile);
            int width = Math.Min(Tile, Outputs - (t * Tile));
            for (int f = 0; f < frames; f++)
            {
                Multiply(values.Slice(f * Inputs, Inputs), weights, _bias.AsSpan(t * Tile, Tile), tile);
                tile[..width].CopyTo(results[((f * Outputs) + (t * Tile))..]);
            }
        }

        input.Clear();
    }

    public void Finish(FrameBuffer output)
    {
    }

    private void Multiply(ReadOnlySpan<float> x, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, Span<float> result)
    {
        Vector256<float> a = Vector256.Create(bias), b = Vector256.Create(bias[Lane..]);
        Vector256<float> c = Vector256.Create(bias[(2 * Lane)..]), d = Vector256.Create(bias[(3 * Lane)..]);
        foreach (float value in x)
        {
            Vector256<float> v = Vector256.Create(value);
            a = Vector256.MultiplyAddEstimate(v, Vector256.Create(weights), a);
            b = Vector256.MultiplyAddEstimate(v, Vector256.Create(weights[Lane..]), b);
            c = Vector256.MultiplyAddEstimate(v, Vector256.Create(weights[(2 * Lane)..]), c);
            d = Vector256.MultiplyAddEstimate(v, Vector256.Create(weights[(3 * Lane)..]), d);
            weights = weights[Tile..];
        }

        Vector256<float> floor = Rectified ? Vector256<float>.Zero : Vector256.Create(float.NegativeInfinity);
        Vector256.Max(a, floor).CopyTo(result);
        Vector256.Max(b, floor).CopyTo(result[Lane..]);
        Vector256.Max(c, floor).CopyTo(result[(2 * Lane)..]);
        Vector256.Max(d, floor).CopyTo(result[(3 * Lane)..]);
    }
}
