namespace Paraformer.Engine.Bandwidth;

/// <summary>
/// The excitation of the synthesised band: one periodic multi-sine per missing mel band, its lines near the band's centre.
/// A steady carrier gives every analysis frame the same energy, where noise would scatter it from frame to frame.
/// </summary>
internal sealed class UpperBandCarriers
{
    /// <summary>Period of every carrier in samples (lines 125 Hz apart).</summary>
    public const int Period = 128;

    private const int WavePadding = 4;
    private const double HalfWidth = 0.3;
    private const double EdgeWidth = 0.45;
    private const int SolverIterations = 30;
    private const uint PhaseSeed = 0x9E3779B9;

    private readonly float[][] _waves;
    private readonly int[] _bands;
    private readonly float[] _response;
    private readonly float[] _powers;
    private readonly float[] _sums;

    /// <summary>Builds the carriers above a cutoff.</summary>
    /// <param name="cutoffHz">No carrier has a line below this frequency; infinity: no carriers.</param>
    public UpperBandCarriers(double cutoffHz)
    {
        var waves = new List<float[]>();
        var bands = new List<int>();
        var phase = PhaseSeed;
        for (var band = 0; band < MelAnalyzer.BandCount; band++)
        {
            if (CreateWave(band, cutoffHz, ref phase) is { } wave)
            {
                waves.Add(wave);
                bands.Add(band);
            }
        }

        _waves = [.. waves];
        _bands = [.. bands];
        _response = MeasureResponse();
        _powers = new float[_bands.Length];
        _sums = new float[_bands.Length];
    }

    /// <summary>Number of carriers.</summary>
    public int Count => _bands.Length;

    /// <summary>Mel band of a carrier.</summary>
    public int Band(int carrier) => _bands[carrier];

    /// <summary>A little over two periods of a carrier, so that a period can be read from any start within the first.</summary>
    public ReadOnlySpan<float> Wave(int carrier) => _waves[carrier];

    /// <summary>Finds amplitudes whose mel energies, overlap of neighbouring bands included, come closest to those asked for.</summary>
    /// <param name="energies">Energy to add in each carrier's band.</param>
    /// <param name="amplitudes">Receives one amplitude per carrier.</param>
    public void Solve(ReadOnlySpan<float> energies, Span<float> amplitudes)
    {
        const float Tiny = 1e-6f;
        var count = Count;
        for (var i = 0; i < count; i++)
        {
            _powers[i] = Math.Max(energies[i], Tiny) / _response[(i * count) + i];
        }

        for (var iteration = 0; iteration < SolverIterations; iteration++)
        {
            for (var band = 0; band < count; band++)
            {
                var sum = 0f;
                for (var carrier = 0; carrier < count; carrier++)
                {
                    sum += _powers[carrier] * _response[(carrier * count) + band];
                }

                _sums[band] = sum;
            }

            for (var i = 0; i < count; i++)
            {
                _powers[i] *= MathF.Sqrt(Math.Max(energies[i], Tiny) / Math.Max(_sums[i], Tiny));
            }
        }

        for (var i = 0; i < count; i++)
        {
            amplitudes[i] = MathF.Sqrt(_powers[i]);
        }
    }

    private static float[]? CreateWave(int band, double cutoffHz, ref uint phase)
    {
        const double LineDistance = (double)MelAnalyzer.SampleRate / Period;
        var wave = new double[Period];
        var lines = 0;
        var centre = MelAnalyzer.BandCentre(band);
        var cutInside = Math.Abs(MelAnalyzer.HertzToMel(cutoffHz) - centre) < HalfWidth * MelAnalyzer.BandDistance;
        var upperWidth = cutInside ? EdgeWidth : HalfWidth;
        for (var line = 1; line < Period / 2; line++)
        {
            var hertz = line * LineDistance;
            var offset = (MelAnalyzer.HertzToMel(hertz) - centre) / MelAnalyzer.BandDistance;
            if (hertz < cutoffHz || offset < -HalfWidth || offset > upperWidth)
            {
                continue;
            }

            phase = (phase * 1664525) + 1013904223;
            var start = 2 * Math.PI * (phase / (double)uint.MaxValue);
            for (var i = 0; i < Period; i++)
            {
                wave[i] += Math.Cos((2 * Math.PI * line * i / Period) + start);
            }

            lines++;
        }

        if (lines == 0)
        {
            return null;
        }

        var samples = new float[(2 * Period) + WavePadding];
        for (var i = 0; i < samples.Length; i++)
        {
            samples[i] = (float)(wave[i % Period] / Math.Sqrt(lines) / 32768);
        }

        return samples;
    }

    private float[] MeasureResponse()
    {
        var analyzer = new MelAnalyzer();
        var frame = new float[MelAnalyzer.WindowLength];
        var energies = new float[MelAnalyzer.BandCount];
        var response = new float[Count * Count];
        for (var carrier = 0; carrier < Count; carrier++)
        {
            for (var i = 0; i < frame.Length; i++)
            {
                frame[i] = _waves[carrier][i % Period];
            }

            analyzer.Analyze(frame, energies);
            for (var band = 0; band < Count; band++)
            {
                response[(carrier * Count) + band] = energies[_bands[band]];
            }
        }

        return response;
    }
}
