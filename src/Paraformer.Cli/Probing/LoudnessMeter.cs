namespace Paraformer.Cli.Probing;

/// <summary>
/// Measures mono samples: integrated loudness after ITU-R BS.1770-4 (K-weighting, 400 ms blocks with 75 % overlap, gates at
/// -70 LUFS and 10 LU below the mean), and how much of the time is silence.
/// </summary>
internal sealed class LoudnessMeter
{
    /// <summary>A tenth of a second whose level is below this, in dB of full scale, is silence.</summary>
    public const double SilenceLevel = -50;

    private const int PartsPerBlock = 4;
    private const double Offset = -0.691;
    private const double AbsoluteGate = -70;

    private readonly int _sampleRate;
    private readonly Biquad _shelf;
    private readonly Biquad _highPass;
    private readonly List<double> _parts = [];
    private long _samples;
    private int _silentParts;
    private double _weighted;
    private double _plain;
    private int _inPart;

    /// <param name="sampleRate">Samples per second, a multiple of ten.</param>
    public LoudnessMeter(int sampleRate)
    {
        _sampleRate = sampleRate;
        _shelf = Biquad.HighShelf(sampleRate, 1681.974450955533, 3.999843853973347, 0.7071752369554196);
        _highPass = Biquad.HighPass(sampleRate, 38.13547087602444, 0.5003270373238773);
    }

    /// <summary>Length of what was added, in milliseconds.</summary>
    public long DurationMs => _samples * 1000 / _sampleRate;

    /// <summary>The share of silence, 0 to 1; null below a tenth of a second.</summary>
    public double? SilenceShare => _parts.Count == 0 ? null : (double)_silentParts / _parts.Count;

    /// <summary>Integrated loudness in LUFS; null where nothing is above the gate.</summary>
    public double? Loudness
    {
        get
        {
            double[] blocks = [.. Enumerable.Range(0, Math.Max(0, _parts.Count - PartsPerBlock + 1)).Select(i => _parts.Skip(i).Take(PartsPerBlock).Average())];
            double[] loud = [.. blocks.Where(b => Level(b) > AbsoluteGate)];
            if (loud.Length == 0)
            {
                return null;
            }

            double gate = Level(loud.Average()) - 10;
            return Level(loud.Where(b => Level(b) > gate).Average());
        }
    }

    public void Add(ReadOnlySpan<float> samples)
    {
        _samples += samples.Length;
        foreach (float sample in samples)
        {
            double weighted = _highPass.Next(_shelf.Next(sample));
            _weighted += weighted * weighted;
            _plain += (double)sample * sample;
            if (++_inPart == _sampleRate / 10)
            {
                _parts.Add(_weighted / _inPart);
                _silentParts += 10 * Math.Log10((_plain / _inPart) + 1e-20) < SilenceLevel ? 1 : 0;
                (_weighted, _plain, _inPart) = (0, 0, 0);
            }
        }
    }

    private static double Level(double meanSquare) => Offset + (10 * Math.Log10(meanSquare + 1e-20));

    /// <summary>A filter of second order.</summary>
    private sealed class Biquad(double b0, double b1, double b2, double a1, double a2)
    {
        private double _first;
        private double _second;

        public static Biquad HighShelf(int sampleRate, double frequency, double gain, double quality)
        {
            double k = Math.Tan(Math.PI * frequency / sampleRate);
            double high = Math.Pow(10, gain / 20);
            double band = Math.Pow(high, 0.4996667741545416);
            double a0 = 1 + (k / quality) + (k * k);
            return new(
                (high + (band * k / quality) + (k * k)) / a0,
                2 * ((k * k) - high) / a0,
                (high - (band * k / quality) + (k * k)) / a0,
                2 * ((k * k) - 1) / a0,
                (1 - (k / quality) + (k * k)) / a0);
        }

        public static Biquad HighPass(int sampleRate, double frequency, double quality)
        {
            double k = Math.Tan(Math.PI * frequency / sampleRate);
            double a0 = 1 + (k / quality) + (k * k);
            return new(1, -2, 1, 2 * ((k * k) - 1) / a0, (1 - (k / quality) + (k * k)) / a0);
        }

        public double Next(double value)
        {
            double output = (b0 * value) + _first;
            _first = (b1 * value) - (a1 * output) + _second;
            _second = (b2 * value) - (a2 * output);
            return output;
        }
    }
}
