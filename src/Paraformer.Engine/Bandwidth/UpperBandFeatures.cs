namespace Paraformer.Engine.Bandwidth;

/// <summary>
/// Turns a stream of low-band log energies into the predictor's inputs: the spectrum at a few frames around the current one, two running means and a
/// noise floor, all relative to the current frame's mean level, which is the last input.
/// </summary>
/// <param name="lowBands">Number of intact mel bands.</param>
internal sealed class UpperBandFeatures(int lowBands)
{
    /// <summary>Frames that must follow a frame before its features are known.</summary>
    public const int Lookahead = 1;

    private const int HistoryLength = 8;
    private const float ShortMeanFrames = 30;
    private const float LongMeanFrames = 200;
    private const float FloorRisePerFrame = 0.01f;
    private const float TypicalLevel = 17;
    private const float LevelScale = 0.5f;
    private const float Scale = 1 / 3f;

    private static readonly int[] Offsets = [-6, -4, -2, -1, 0, 1];

    private readonly float[] _history = new float[HistoryLength * lowBands];
    private readonly RunningMean _shortMean = new(lowBands, ShortMeanFrames);
    private readonly RunningMean _longMean = new(lowBands, LongMeanFrames);
    private readonly float[] _floor = new float[lowBands];
    private int _pushed;
    private int _computed;

    /// <summary>Number of inputs for a number of intact bands.</summary>
    public static int CountFor(int lowBands) => ((Offsets.Length + 3) * lowBands) + 1;

    /// <summary>Takes the next frame's log energies.</summary>
    public void Push(ReadOnlySpan<float> logEnergies)
    {
        logEnergies.CopyTo(Frame(_pushed));
        _pushed++;
    }

    /// <summary>
    /// Computes the inputs for the next frame in turn. It must have been pushed, as must the frame after it unless there is none: then it stands in for it.
    /// </summary>
    /// <param name="features">Receives <see cref="CountFor"/> values.</param>
    /// <returns>The frame's mean log energy, which the prediction is relative to.</returns>
    public float Next(Span<float> features)
    {
        var current = Frame(_computed);
        var level = 0f;
        foreach (var value in current)
        {
            level += value;
        }

        level /= lowBands;
        Advance(current);

        var position = 0;
        foreach (var offset in Offsets)
        {
            position = Write(Frame(Math.Clamp(_computed + offset, 0, _pushed - 1)), level, features, position);
        }

        position = Write(_shortMean.Values, level, features, position);
        position = Write(_longMean.Values, level, features, position);
        position = Write(_floor, level, features, position);
        features[position] = (level - TypicalLevel) * LevelScale * Scale;
        _computed++;
        return level;
    }

    private static int Write(ReadOnlySpan<float> values, float level, Span<float> features, int position)
    {
        foreach (var value in values)
        {
            features[position++] = (value - level) * Scale;
        }

        return position;
    }

    private void Advance(ReadOnlySpan<float> current)
    {
        _shortMean.Add(current);
        _longMean.Add(current);
        for (var band = 0; band < current.Length; band++)
        {
            _floor[band] = _computed == 0 ? current[band] : Math.Min(current[band], _floor[band] + FloorRisePerFrame);
        }
    }

    private Span<float> Frame(int index) => _history.AsSpan(index % HistoryLength * lowBands, lowBands);

    /// <summary>An exponentially weighted mean whose weights sum to one from the first frame on.</summary>
    private sealed class RunningMean(int size, float frames)
    {
        private readonly float[] _sums = new float[size];
        private readonly float[] _values = new float[size];
        private readonly float _rate = 1 / frames;
        private float _remaining = 1;

        public ReadOnlySpan<float> Values => _values;

        public void Add(ReadOnlySpan<float> values)
        {
            _remaining *= 1 - _rate;
            var norm = 1 / (1 - _remaining);
            for (var i = 0; i < values.Length; i++)
            {
                _sums[i] += _rate * (values[i] - _sums[i]);
                _values[i] = _sums[i] * norm;
            }
        }
    }
}
