using System.Buffers;
using Paraformer.Audio.Resampling;

namespace Paraformer.Audio.Compressed;

/// <summary>
/// Decoded samples of a chain of streams to the output rate: takes delay and padding off each stream, and sets silence
/// for packets that could not be decoded, so that all that follows keeps its time.
/// </summary>
internal sealed class SoundTrack(int outputRate) : IDisposable
{
    private Resampler? _resampler;
    private int _rate;
    private int _clockRate;
    private int _skip;
    private int _skipDoubled;
    private long _at;
    private long _end;
    private long _silence;

    /// <summary>Seconds of sound so far, all streams together.</summary>
    public double Seconds { get; private set; }

    /// <summary>A stream begins.</summary>
    /// <param name="stream">The stream, by whose sample rate all lengths are given.</param>
    /// <param name="output">Where the end of the stream before goes.</param>
    public void Begin(CompressedStream stream, IBufferWriter<float> output)
    {
        FlushSilence(output);
        (_clockRate, _skip, _skipDoubled, _at, _end) = (stream.SampleRate, stream.Skip, stream.SkipDoubled, 0, long.MaxValue);
    }

    /// <summary>Sets the current stream's end, in samples of its clock from its first packet on.</summary>
    public void EndAt(long samples) => _end = samples;

    /// <summary>A packet's samples.</summary>
    /// <param name="samples">Mono.</param>
    /// <param name="rate">Their rate: the clock's, or a multiple.</param>
    /// <param name="duration">The packet's length by its stream's clock.</param>
    /// <param name="output">Where they go.</param>
    public void Add(ReadOnlySpan<float> samples, int rate, int duration, IBufferWriter<float> output)
    {
        int skip = rate > _clockRate ? _skipDoubled : _skip;
        int first = (int)Math.Clamp((skip - _at) * rate / _clockRate, 0, samples.Length);
        int last = _end == long.MaxValue ? samples.Length : (int)Math.Clamp((_end - _at) * rate / _clockRate, 0, samples.Length);
        _at += duration;
        if (first >= last)
        {
            return;
        }

        UseRate(rate, output);
        FlushSilence(output);
        _resampler!.Write(samples[first..last], output);
        Seconds += (double)(last - first) / rate;
    }

    /// <summary>A packet that cannot be decoded.</summary>
    public void AddSilence(int duration)
    {
        long first = Math.Max(_at, _skip);
        _at += duration;
        _silence += Math.Max(0, Math.Min(_at, _end) - first);
    }

    /// <summary>A pause in a stream that decodes at its clock's rate.</summary>
    public void AddPause(int duration, IBufferWriter<float> output)
    {
        UseRate(_clockRate, output);
        AddSilence(duration);
        FlushSilence(output);
    }

    /// <summary>Ends it.</summary>
    public void Complete(IBufferWriter<float> output)
    {
        FlushSilence(output);
        _resampler?.Complete(output);
    }

    public void Dispose() => _resampler?.Dispose();

    private void UseRate(int rate, IBufferWriter<float> output)
    {
        if (rate == _rate)
        {
            return;
        }

        _resampler?.Complete(output);
        _resampler?.Dispose();
        _resampler = new Resampler(rate, outputRate);
        _rate = rate;
    }

    // Kept until the rate is known: what fails first is often the packet before the first good one.
    private void FlushSilence(IBufferWriter<float> output)
    {
        if (_silence == 0)
        {
            return;
        }

        if (_rate == 0)
        {
            UseRate(_clockRate, output);
        }

        long left = _silence * _rate / _clockRate;
        Seconds += (double)_silence / _clockRate;
        _silence = 0;
        ReadOnlySpan<float> zeros = stackalloc float[512];
        while (left > 0)
        {
            int count = (int)Math.Min(left, zeros.Length);
            _resampler!.Write(zeros[..count], output);
            left -= count;
        }
    }
}
