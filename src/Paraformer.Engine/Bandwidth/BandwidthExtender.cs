using System.Buffers;
using System.Runtime.Intrinsics;

namespace Paraformer.Engine.Bandwidth;

/// <summary>
/// Adds the missing upper band to speech that was sampled below 16 kHz and resampled to it, so that a recogniser trained on wideband speech hears mel energies
/// like those of its training. The input passes through unchanged; above half the source rate, steady carriers are added whose energy per mel band and 10 ms
/// frame is predicted from the band below. Output sample n belongs to input sample n; at most 40 ms are held back. The result does not depend on how the input
/// is cut into calls. Not thread-safe: one instance per audio stream.
/// </summary>
internal sealed class BandwidthExtender
{
    /// <summary>Lowest source rate in hertz the predictor is made for.</summary>
    public const int MinimumSourceRate = 8000;

    /// <summary>Lowest source rate in hertz at which nothing is added: recognition was measured to lose nothing to the band missing from there on.</summary>
    public const int SufficientSourceRate = 11025;

    private const int CarrierMask = UpperBandCarriers.Period - 1;
    private const int FirstCentre = MelAnalyzer.WindowLength / 2;
    private const int InitialCapacity = 4096;
    private const float EnergyFloor = 1000;
    private const float SilenceEnergy = 100;
    private const float AmplitudeFloor = 0.01f;

    private readonly UpperBandModel _model;
    private readonly UpperBandCarriers _carriers;
    private readonly UpperBandPredictor _predictor;
    private readonly MelAnalyzer _analyzer = new();
    private readonly UpperBandFeatures _features;
    private readonly float[] _energies = new float[MelAnalyzer.BandCount];
    private readonly float[] _logEnergies;
    private readonly float[] _inputs;
    private readonly float[] _prediction;
    private readonly float[] _missing;
    private readonly float[] _observed;
    private readonly float[] _gates = new float[2];
    private readonly float[] _from;
    private readonly float[] _to;

    private float[] _buffer = new float[InitialCapacity];
    private int _buffered;
    private long _bufferStart;
    private long _emitted;
    private long _analyzed;
    private long _synthesized;

    /// <summary>Creates an extender.</summary>
    /// <param name="sourceRate">Sampling rate in hertz the audio had before it was resampled to 16 kHz, 8000 or more. From 11025 on nothing is added and nothing held back.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is below 8000 Hz.</exception>
    public BandwidthExtender(int sourceRate)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sourceRate, MinimumSourceRate);
        _carriers = new UpperBandCarriers(sourceRate < SufficientSourceRate ? sourceRate / 2.0 : double.PositiveInfinity);
        _model = UpperBandModel.Default;
        _predictor = new UpperBandPredictor(_model);
        _features = new UpperBandFeatures(_model.LowBands);
        _logEnergies = new float[_model.LowBands];
        _inputs = new float[_model.FeatureCount];
        _prediction = new float[_model.UpperBands];
        _missing = new float[_carriers.Count];
        _observed = new float[2 * _carriers.Count];
        _from = new float[_carriers.Count];
        _to = new float[_carriers.Count];
    }

    /// <summary>Takes a piece of the signal and writes what can be completed.</summary>
    /// <param name="input16k">Samples at 16 kHz in [-1, 1], any number.</param>
    /// <param name="output">Receives the extended samples.</param>
    public void Process(ReadOnlySpan<float> input16k, IBufferWriter<float> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (_carriers.Count == 0)
        {
            output.Write(input16k);
            return;
        }

        while (!input16k.IsEmpty)
        {
            var taken = Math.Min(input16k.Length, MelAnalyzer.SampleRate / 10);
            Append(input16k[..taken]);
            input16k = input16k[taken..];
            Advance(output);
        }
    }

    /// <summary>Ends the signal and writes the samples held back. Afterwards the extender is spent.</summary>
    /// <param name="output">Receives the rest of the extended samples.</param>
    public void Flush(IBufferWriter<float> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        while (_synthesized < _analyzed)
        {
            Synthesize(output);
        }

        Emit(_bufferStart + _buffered, glide: false, output);
    }

    private void Append(ReadOnlySpan<float> input)
    {
        var kept = Math.Min(_emitted, _analyzed * MelAnalyzer.HopLength);
        var dropped = (int)(kept - _bufferStart);
        _buffer.AsSpan(dropped, _buffered - dropped).CopyTo(_buffer);
        _bufferStart = kept;
        _buffered -= dropped;
        if (_buffered + input.Length > _buffer.Length)
        {
            Array.Resize(ref _buffer, Math.Max(2 * _buffer.Length, _buffered + input.Length));
        }

        input.CopyTo(_buffer.AsSpan(_buffered));
        _buffered += input.Length;
    }

    private void Advance(IBufferWriter<float> output)
    {
        while ((_analyzed * MelAnalyzer.HopLength) + MelAnalyzer.WindowLength <= _bufferStart + _buffered)
        {
            var start = (int)((_analyzed * MelAnalyzer.HopLength) - _bufferStart);
            Analyze(_buffer.AsSpan(start, MelAnalyzer.WindowLength));
            if (_analyzed - _synthesized > UpperBandFeatures.Lookahead)
            {
                Synthesize(output);
            }
        }
    }

    private void Analyze(ReadOnlySpan<float> frame)
    {
        _analyzer.Analyze(frame, _energies);
        var sum = 0f;
        for (var band = 0; band < _logEnergies.Length; band++)
        {
            sum += _energies[band];
            _logEnergies[band] = MathF.Log(_energies[band] + EnergyFloor);
        }

        _features.Push(_logEnergies);
        var slot = (int)(_analyzed & 1);
        var mean = sum / _logEnergies.Length;
        _gates[slot] = mean / (mean + SilenceEnergy);
        for (var i = 0; i < _carriers.Count; i++)
        {
            _observed[(slot * _carriers.Count) + i] = _energies[_carriers.Band(i)] + EnergyFloor;
        }

        _analyzed++;
    }

    private void Synthesize(IBufferWriter<float> output)
    {
        var level = _features.Next(_inputs);
        _predictor.Predict(_inputs, _prediction);
        var slot = (int)(_synthesized & 1);
        for (var i = 0; i < _carriers.Count; i++)
        {
            var wanted = MathF.Exp(level + _prediction[_carriers.Band(i) - _model.LowBands]);
            _missing[i] = _gates[slot] * (wanted - _observed[(slot * _carriers.Count) + i]);
        }

        _carriers.Solve(_missing, _to);
        for (var i = 0; i < _to.Length; i++)
        {
            _to[i] = Math.Max(_to[i], AmplitudeFloor);
        }

        if (_synthesized == 0)
        {
            _to.CopyTo(_from, 0);
        }

        Emit(FirstCentre + (_synthesized * MelAnalyzer.HopLength), glide: _synthesized > 0, output);
        _to.CopyTo(_from, 0);
        _synthesized++;
    }

    /// <summary>Writes the samples up to an index, the amplitudes gliding (geometrically) from one frame's to the next or staying.</summary>
    private void Emit(long end, bool glide, IBufferWriter<float> output)
    {
        var length = (int)(end - _emitted);
        if (length == 0)
        {
            return;
        }

        var target = output.GetSpan(length)[..length];
        _buffer.AsSpan((int)(_emitted - _bufferStart), length).CopyTo(target);
        for (var i = 0; i < _carriers.Count; i++)
        {
            if (_from[i] <= AmplitudeFloor && (!glide || _to[i] <= AmplitudeFloor))
            {
                continue;
            }

            var ratio = glide ? MathF.Pow(_to[i] / _from[i], 1f / length) : 1;
            AddCarrier(target, _carriers.Wave(i)[((int)_emitted & CarrierMask)..], _from[i], ratio);
        }

        output.Advance(length);
        _emitted += length;
    }

    /// <summary>Adds a carrier four samples at a time (always four, so that every machine computes the same).</summary>
    private static void AddCarrier(Span<float> target, ReadOnlySpan<float> wave, float amplitude, float ratio)
    {
        var square = ratio * ratio;
        var amplitudes = Vector128.Create(1, ratio, square, square * ratio) * amplitude;
        var step = square * square;
        var n = 0;
        for (; n + Vector128<float>.Count <= target.Length; n += Vector128<float>.Count)
        {
            var samples = Vector128.Create<float>(target[n..]) + (amplitudes * Vector128.Create(wave[(n & CarrierMask)..]));
            samples.CopyTo(target[n..]);
            amplitudes *= step;
        }

        for (var lane = 0; n < target.Length; n++, lane++)
        {
            target[n] += amplitudes[lane] * wave[n & CarrierMask];
        }
    }
}
