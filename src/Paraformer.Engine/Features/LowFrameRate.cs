namespace Paraformer.Engine.Features;

/// <summary>
/// FunASR's low frame rate: every <paramref name="shift"/> frames, <paramref name="window"/> neighbouring frames become one. The
/// first frame is repeated before the start, the last one after the end. Streaming and whole audio give the same frames,
/// but for the number of the last, partly repeated ones (see <see cref="Finish"/>). Not thread-safe.
/// </summary>
/// <param name="dimension">Values of an input frame.</param>
/// <param name="window">Frames that become one.</param>
/// <param name="shift">Frames from one window to the next.</param>
internal sealed class LowFrameRate(int dimension, int window, int shift)
{
    private readonly FrameBuffer _pending = new(dimension);
    private bool _started;
    private long _real;
    private long _emitted;

    /// <summary>Values of an output frame.</summary>
    public int OutputDimension => dimension * window;

    /// <summary>Takes all <paramref name="frames"/> and adds the windows that they complete.</summary>
    public void Accept(FrameBuffer frames, FrameBuffer stacked)
    {
        if (frames.Count == 0)
        {
            return;
        }

        if (!_started)
        {
            _started = true;
            for (int i = 0; i < (window - 1) / 2; i++)
            {
                _pending.Add(frames[0]);
            }
        }

        frames.Values.CopyTo(_pending.AddRange(frames.Count));
        _real += frames.Count;
        frames.Clear();
        while (_pending.Count >= window)
        {
            Emit(stacked);
        }
    }

    /// <summary>Ends the audio: ⌈frames / shift⌉ windows in all, as for whole audio, the last frame repeated. Then starts anew.</summary>
    public void Finish(FrameBuffer stacked)
    {
        long total = (_real + shift - 1) / shift;
        while (_emitted < total)
        {
            while (_pending.Count < window)
            {
                _pending.Add(_pending[_pending.Count - 1].ToArray());
            }

            Emit(stacked);
        }

        Reset();
    }

    /// <summary>Forgets everything heard.</summary>
    public void Reset()
    {
        _pending.Clear();
        _started = false;
        _real = 0;
        _emitted = 0;
    }

    private void Emit(FrameBuffer stacked)
    {
        _pending.Values[..OutputDimension].CopyTo(stacked.Add());
        _pending.RemoveFirst(Math.Min(shift, _pending.Count));
        _emitted++;
    }
}
