namespace Paraformer.Engine.Vad.Fsmn;

/// <summary>How <see cref="FsmnSegmenter"/> cuts; the defaults are those of the model's configuration.</summary>
internal sealed record FsmnSegmenterOptions
{
    /// <summary>By how much speech must be likelier than silence, 0 to 1.</summary>
    public float NoiseThreshold { get; init; } = 0.6f;

    /// <summary>Silence that ends a segment, in milliseconds.</summary>
    public int MaxEndSilenceMs { get; init; } = 800;

    /// <summary>Length at which a segment is cut, in milliseconds.</summary>
    public int MaxSegmentMs { get; init; } = 60_000;
}

/// <summary>Part of a segment of speech, in milliseconds of the stream; -1 for an end that was told before or is not known yet.</summary>
internal readonly record struct SegmentPart(long BeginMs, long EndMs);

/// <summary>
/// FunASR's end-to-end detection on probabilities of silence, one every 10 ms, for several utterances a stream: where segments
/// begin, with 400 ms of room before them, and where they end. Source of the algorithm: FunASR, fsmn_vad_streaming. Not thread-safe.
/// </summary>
internal sealed class FsmnSegmenter(FsmnSegmenterOptions options)
{
    private const int FrameMs = 10;

    // Frames by which speech is noticed late: the window of 200 ms and 200 ms of room before speech.
    private const int StartDelay = 40;

    // Frames by which silence is noticed late, and those kept behind speech.
    private const int SilenceDelay = 15;
    private const int KeptSilence = 10;

    private readonly SpeechWindow _window = new();
    private readonly int _endSilence = (options.MaxEndSilenceMs / FrameMs) - SilenceDelay;
    private long _frame;
    private long _earliest;
    private long _begin;
    private long _silent;
    private bool _open;
    private bool _told;

    /// <summary>Takes the next frames and adds what begins and ends in them: <c>[begin, -1]</c>, <c>[-1, end]</c>, or both at once.</summary>
    public void Accept(IEnumerable<float> silence, ICollection<SegmentPart> segments)
    {
        foreach (float probability in silence)
        {
            Step(SpeechWindow.IsSpeech(probability, options.NoiseThreshold), segments);
            _frame++;
        }

        if (_open && !_told)
        {
            _told = true;
            segments.Add(new SegmentPart(_begin * FrameMs, -1));
        }
    }

    /// <summary>Ends the stream, and the open segment with it; then starts anew.</summary>
    public void Finish(ICollection<SegmentPart> segments)
    {
        if (_open)
        {
            End(_frame - 1, segments);
        }

        _window.Reset();
        (_frame, _earliest, _silent) = (0, 0, 0);
    }

    private void Step(bool isSpeech, ICollection<SegmentPart> segments)
    {
        bool wasSpeech = _window.InSpeech;
        _window.Accept(isSpeech);
        bool silent = !wasSpeech && !_window.InSpeech;
        _silent = silent ? _silent + 1 : 0;
        if (!_open)
        {
            if (!wasSpeech && _window.InSpeech)
            {
                _begin = Math.Max(_earliest, _frame - StartDelay);
                (_open, _told) = (true, false);
            }
            else if (silent && _frame >= StartDelay)
            {
                _earliest = Math.Max(_earliest, _frame - StartDelay);
            }
        }
        else if (silent && _silent >= _endSilence)
        {
            End(_frame - Math.Max(0, _endSilence - KeptSilence - 1), segments);
        }
        else if (_frame - _begin + 1 > options.MaxSegmentMs / FrameMs)
        {
            End(_frame, segments);
        }
    }

    private void End(long last, ICollection<SegmentPart> segments)
    {
        segments.Add(new SegmentPart(_told ? -1 : _begin * FrameMs, (last + 1) * FrameMs));
        _earliest = last + 1;
        _silent = 0;
        _open = false;
        _window.Reset();
    }
}
