namespace Paraformer.Engine.ParaformerModels;

/// <summary>Sinusoidal positions as SAN-M encoders are trained with: sines in the first half of a frame, cosines in the second. Immutable.</summary>
internal sealed class PositionEncoding
{
    private readonly double[] _rates;

    /// <param name="dimension">Values of a frame; even.</param>
    public PositionEncoding(int dimension)
    {
        int half = dimension / 2;
        _rates = [.. Enumerable.Range(0, half).Select(i => Math.Exp(-i * Math.Log(10000) / (half - 1)))];
    }

    /// <summary>Adds a position, counted from 1, to a frame.</summary>
    public void Add(long position, Span<float> frame)
    {
        for (int i = 0; i < _rates.Length; i++)
        {
            (double sine, double cosine) = Math.SinCos(position * _rates[i]);
            frame[i] += (float)sine;
            frame[_rates.Length + i] += (float)cosine;
        }
    }
}
