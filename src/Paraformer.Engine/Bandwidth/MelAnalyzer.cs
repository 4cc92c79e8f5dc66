namespace Paraformer.Engine.Bandwidth;

/// <summary>
/// Computes mel filter-bank energies the way Kaldi's MFCC front end does by default: 25 ms windows every 10 ms, DC removal, 0.97 pre-emphasis,
/// Povey window, 512-point FFT, 23 triangular filters over 20-8000 Hz, samples on the 16-bit integer scale.
/// </summary>
internal sealed class MelAnalyzer
{
    /// <summary>Sampling rate in hertz.</summary>
    public const int SampleRate = 16000;

    /// <summary>Samples between two frames (10 ms).</summary>
    public const int HopLength = 160;

    /// <summary>Samples in one frame (25 ms).</summary>
    public const int WindowLength = 400;

    /// <summary>Number of mel bands.</summary>
    public const int BandCount = 23;

    private const int FftLength = 512;
    private const int FftBits = 9;
    private const double PreEmphasis = 0.97;
    private const double LowestHz = 20;
    private const double HighestHz = 8000;

    private static readonly double MelLow = HertzToMel(LowestHz);
    private static readonly double MelStep = (HertzToMel(HighestHz) - MelLow) / (BandCount + 1);
    private static readonly float[] Window = CreateWindow();
    private static readonly float[] TwiddleCosine = CreateTwiddles(Math.Cos);
    private static readonly float[] TwiddleSine = CreateTwiddles(Math.Sin);
    private static readonly int[] BitReversal = CreateBitReversal();
    private static readonly BandWeights[] Bands = CreateBands();

    private readonly float[] _real = new float[FftLength];
    private readonly float[] _imaginary = new float[FftLength];
    private readonly float[] _power = new float[FftLength / 2];

    /// <summary>Centre frequency of a band, in mel.</summary>
    public static double BandCentre(int band) => MelLow + (MelStep * (band + 1));

    /// <summary>Distance between the centres of neighbouring bands, in mel.</summary>
    public static double BandDistance => MelStep;

    /// <summary>Converts hertz to mel (1127 ln(1 + f / 700)).</summary>
    public static double HertzToMel(double hertz) => 1127 * Math.Log(1 + (hertz / 700));

    /// <summary>Computes the energies of one frame.</summary>
    /// <param name="frame">Exactly <see cref="WindowLength"/> samples in [-1, 1].</param>
    /// <param name="energies">Receives <see cref="BandCount"/> energies.</param>
    public void Analyze(ReadOnlySpan<float> frame, Span<float> energies)
    {
        LoadFrame(frame);
        Transform();
        for (var bin = 0; bin < _power.Length; bin++)
        {
            _power[bin] = (_real[bin] * _real[bin]) + (_imaginary[bin] * _imaginary[bin]);
        }

        for (var band = 0; band < BandCount; band++)
        {
            var (first, weights) = Bands[band];
            var sum = 0f;
            for (var i = 0; i < weights.Length; i++)
            {
                sum += weights[i] * _power[first + i];
            }

            energies[band] = sum;
        }
    }

    private void LoadFrame(ReadOnlySpan<float> frame)
    {
        var sum = 0.0;
        foreach (var sample in frame)
        {
            sum += sample;
        }

        var mean = (float)(sum / WindowLength);
        Array.Clear(_real);
        Array.Clear(_imaginary);
        var previous = frame[0] - mean;
        for (var i = 0; i < WindowLength; i++)
        {
            var current = frame[i] - mean;
            _real[BitReversal[i]] = (current - ((float)PreEmphasis * previous)) * Window[i];
            previous = current;
        }
    }

    private void Transform()
    {
        for (var half = 1; half < FftLength; half *= 2)
        {
            var twiddleStep = FftLength / (2 * half);
            for (var start = 0; start < FftLength; start += 2 * half)
            {
                for (var k = 0; k < half; k++)
                {
                    var cosine = TwiddleCosine[k * twiddleStep];
                    var sine = TwiddleSine[k * twiddleStep];
                    var upper = start + k;
                    var lower = upper + half;
                    var real = (_real[lower] * cosine) + (_imaginary[lower] * sine);
                    var imaginary = (_imaginary[lower] * cosine) - (_real[lower] * sine);
                    _real[lower] = _real[upper] - real;
                    _imaginary[lower] = _imaginary[upper] - imaginary;
                    _real[upper] += real;
                    _imaginary[upper] += imaginary;
                }
            }
        }
    }

    private static float[] CreateWindow()
    {
        var window = new float[WindowLength];
        for (var i = 0; i < window.Length; i++)
        {
            window[i] = (float)(32768 * Math.Pow(0.5 - (0.5 * Math.Cos(2 * Math.PI * i / (WindowLength - 1))), 0.85));
        }

        return window;
    }

    private static float[] CreateTwiddles(Func<double, double> function)
    {
        var table = new float[FftLength / 2];
        for (var i = 0; i < table.Length; i++)
        {
            table[i] = (float)function(2 * Math.PI * i / FftLength);
        }

        return table;
    }

    private static int[] CreateBitReversal()
    {
        var table = new int[FftLength];
        for (var i = 0; i < table.Length; i++)
        {
            for (var bit = 0; bit < FftBits; bit++)
            {
                table[i] |= ((i >> bit) & 1) << (FftBits - 1 - bit);
            }
        }

        return table;
    }

    private static BandWeights[] CreateBands()
    {
        var bands = new BandWeights[BandCount];
        for (var band = 0; band < BandCount; band++)
        {
            var first = -1;
            var weights = new List<float>();
            for (var bin = 0; bin < FftLength / 2; bin++)
            {
                var distance = Math.Abs(HertzToMel((double)bin * SampleRate / FftLength) - BandCentre(band)) / MelStep;
                if (distance < 1)
                {
                    first = first < 0 ? bin : first;
                    weights.Add((float)(1 - distance));
                }
            }

            bands[band] = new BandWeights(first, [.. weights]);
        }

        return bands;
    }

    private readonly record struct BandWeights(int First, float[] Weights);
}
