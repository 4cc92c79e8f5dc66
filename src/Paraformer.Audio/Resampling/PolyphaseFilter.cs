namespace Paraformer.Audio.Resampling;

/// <summary>
/// The coefficients of a rational resampler: a Kaiser-windowed sinc low-pass sampled at a number of phases.
/// Passband to 0.9 and stopband (about -98 dB) from 1.0 of the lower of the two Nyquist frequencies.
/// Source: J. F. Kaiser's design formulas (Oppenheim and Schafer, Discrete-Time Signal Processing, section 7.5), and
/// for phases in between, J. O. Smith, Digital Audio Resampling (linear interpolation of the filter table).
/// Immutable and shared between streams.
/// </summary>
internal sealed class PolyphaseFilter
{
    /// <summary>Above this many coefficients (1 MiB) rows are interpolated instead of stored for each phase.</summary>
    private const int MaxExactCoefficients = 256 * 1024;

    /// <summary>
    /// Rows for each input sample where rows are interpolated and the rate goes up. The error of linear interpolation
    /// is at most w^2 / (8 * rows^2) of a tone at w radians a sample: with w = 0.95 pi it is -119 dB. When the rate goes
    /// down, the passband ends at a lower w and as many fewer rows give the same bound.
    /// </summary>
    private const int InterpolatedRows = 1024;

    private const double Attenuation = 98.0;
    private const double TransitionWidth = 0.1;

    // 1 / k^2, for the series of the window: far more terms than its arguments need.
    private static readonly double[] InverseSquares = [.. Enumerable.Range(0, 64).Select(static k => 1.0 / ((double)k * k))];

    private readonly float[] _rows;

    private PolyphaseFilter(int up, int down)
    {
        Up = up;
        Down = down;
        double ratio = Math.Min(1.0, (double)up / down);
        double transitionInCycles = 0.5 * TransitionWidth * ratio;
        int taps = (int)Math.Ceiling((Attenuation - 7.95) / (14.36 * transitionInCycles));
        Taps = (taps + InnerProduct.Block - 1) / InnerProduct.Block * InnerProduct.Block;
        IsExact = (long)up * Taps <= MaxExactCoefficients;
        RowCount = IsExact ? up : Math.Max(16, (int)Math.Ceiling(InterpolatedRows * ratio));
        _rows = Design(ratio * (1 - (TransitionWidth / 2)), IsExact ? RowCount : RowCount + 1);
    }

    /// <summary>Output rate divided by the greatest common divisor of both rates.</summary>
    public int Up { get; }

    /// <summary>Input rate divided by the greatest common divisor of both rates.</summary>
    public int Down { get; }

    /// <summary>Coefficients of one row, a multiple of <see cref="InnerProduct.Block"/>.</summary>
    public int Taps { get; }

    /// <summary>Rows for one input sample: phase <c>row / RowCount</c>.</summary>
    public int RowCount { get; }

    /// <summary>Whether every phase has its own row; otherwise two neighbouring rows are interpolated.</summary>
    public bool IsExact { get; }

    public static PolyphaseFilter Create(int inputRate, int outputRate)
    {
        int divisor = (int)System.Numerics.BigInteger.GreatestCommonDivisor(inputRate, outputRate);
        return new PolyphaseFilter(outputRate / divisor, inputRate / divisor);
    }

    /// <summary>Row 0 to <see cref="RowCount"/> - 1, and <see cref="RowCount"/> itself where rows are interpolated.</summary>
    public ReadOnlySpan<float> Row(int index) => _rows.AsSpan(index * Taps, Taps);

    private float[] Design(double cutoff, int rows)
    {
        double beta = 0.1102 * (Attenuation - 8.7);
        double windowScale = 1.0 / BesselI0(beta);
        int half = Taps / 2;
        var result = new float[rows * Taps];
        var row = new double[Taps];
        for (int r = 0; r < rows; r++)
        {
            double phase = (double)r / RowCount;
            double sum = 0;
            for (int j = 0; j < row.Length; j++)
            {
                double time = phase + half - 1 - j;
                double position = time / half;
                double window = BesselI0(beta * Math.Sqrt(Math.Max(0, 1 - (position * position)))) * windowScale;
                row[j] = window * Sinc(cutoff * time);
                sum += row[j];
            }

            // Every phase passes a constant unchanged; otherwise a constant would turn into a tone at the phase rate.
            for (int j = 0; j < row.Length; j++)
            {
                result[(r * Taps) + j] = (float)(row[j] / sum);
            }
        }

        return result;
    }

    private static double Sinc(double x) => x == 0 ? 1 : Math.Sin(Math.PI * x) / (Math.PI * x);

    /// <summary>The modified Bessel function of the first kind and order zero, by its power series.</summary>
    private static double BesselI0(double x)
    {
        double quarter = x * x / 4;
        double term = 1;
        double sum = 1;
        for (int k = 1; k < InverseSquares.Length && term > sum * 1e-15; k++)
        {
            term *= quarter * InverseSquares[k];
            sum += term;
        }

        return sum;
    }
}
