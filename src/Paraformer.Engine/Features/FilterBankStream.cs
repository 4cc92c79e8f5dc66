namespace Paraformer.Engine.Features;

/// <summary>
/// The filter bank of a stream: samples in pieces of any size in, frames out as soon as they are complete. The frames do
/// not depend on the pieces, bit for bit. Not thread-safe.
/// </summary>
internal sealed class FilterBankStream(FilterBank bank)
{
    private readonly FilterBankOptions _options = bank.Options;
    private readonly FilterBank.Scratch _scratch = bank.CreateScratch();
    private readonly float[] _frame = new float[bank.Options.FrameLength];
    private float[] _samples = new float[bank.Options.FrameLength * 4];
    private int _kept;
    private long _base;
    private long _frames;

    /// <summary>Samples heard since the start.</summary>
    public long HeardSamples => _base + _kept;

    /// <summary>Hears samples in [-1, 1] and adds the frames that they complete.</summary>
    public void Accept(ReadOnlySpan<float> samples, FrameBuffer frames)
    {
        while (!samples.IsEmpty)
        {
            int take = Math.Min(samples.Length, _samples.Length - _kept);
            samples[..take].CopyTo(_samples.AsSpan(_kept));
            _kept += take;
            samples = samples[take..];
            Extract(FramesWithin(HeardSamples), frames);
            Forget();
        }
    }

    /// <summary>Ends the audio: adds the frames that mirrored audio completes, then starts anew.</summary>
    public void Finish(FrameBuffer frames)
    {
        if (!_options.SnipEdges)
        {
            Extract((HeardSamples + (_options.FrameShift / 2)) / _options.FrameShift, frames);
        }

        Reset();
    }

    /// <summary>Forgets everything heard.</summary>
    public void Reset()
    {
        _kept = 0;
        _base = 0;
        _frames = 0;
    }

    private long FramesWithin(long samples)
    {
        long usable = samples - FrameBegin(0) - _options.FrameLength;
        return usable < 0 ? 0 : (usable / _options.FrameShift) + 1;
    }

    private long FrameBegin(long frame) => _options.SnipEdges
        ? frame * _options.FrameShift
        : (frame * _options.FrameShift) + (_options.FrameShift / 2) - (_options.FrameLength / 2);

    private void Extract(long upTo, FrameBuffer frames)
    {
        for (; _frames < upTo; _frames++)
        {
            long begin = FrameBegin(_frames);
            int from = (int)(begin - _base);
            bool inside = from >= 0 && from + _options.FrameLength <= _kept;
            bank.Compute(inside ? _samples.AsSpan(from, _options.FrameLength) : Mirrored(begin), frames.Add(), _scratch);
        }
    }

    private Span<float> Mirrored(long begin)
    {
        long end = HeardSamples;
        for (int i = 0; i < _frame.Length; i++)
        {
            long at = begin + i;
            while (at < 0 || at >= end)
            {
                at = at < 0 ? -at - 1 : (2 * end) - 1 - at;
            }

            _frame[i] = _samples[at - _base];
        }

        return _frame;
    }

    private void Forget()
    {
        int unused = (int)Math.Clamp(FrameBegin(_frames) - _base, 0, _kept);
        if (unused > 0)
        {
            _samples.AsSpan(unused, _kept - unused).CopyTo(_samples);
            _kept -= unused;
            _base += unused;
        }
    }
}
