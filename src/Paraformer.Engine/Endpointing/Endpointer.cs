namespace Paraformer.Engine.Endpointing;

/// <summary>What a window of audio means for the sentence in progress.</summary>
internal enum EndpointEvent
{
    /// <summary>Nothing changes.</summary>
    None,

    /// <summary>Speech, or what may become speech, begins: an utterance opens.</summary>
    Begin,

    /// <summary>The utterance has ended.</summary>
    End,
}

/// <summary>When utterances begin and end.</summary>
internal sealed record EndpointingOptions
{
    /// <summary>Silence that ends an utterance, in milliseconds.</summary>
    public int MaxSentenceSilenceMs { get; init; } = 800;

    /// <summary>
    /// Whether the silence that ends an utterance shrinks as it grows: from <see cref="MaxSentenceSilenceMs"/> at 8 s to 200 ms at
    /// 20 s, so that none runs away.
    /// </summary>
    public bool MultiThreshold { get; init; }

    /// <summary>A window at or above this probability opens an utterance. Low, so that the recogniser hears faint onsets.</summary>
    public float OpenThreshold { get; init; } = 0.3f;

    /// <summary>A window at or above this probability is speech.</summary>
    public float SpeechThreshold { get; init; } = 0.5f;

    /// <summary>Within speech, a window at or above this probability still is speech (Silero's own hysteresis of 0.15).</summary>
    public float StayThreshold { get; init; } = 0.35f;

    /// <summary>From this length on, any pause of <see cref="LongPauseMs"/> ends an utterance.</summary>
    public int LongUtteranceMs { get; init; } = 45_000;

    /// <summary>See <see cref="LongUtteranceMs"/>.</summary>
    public int LongPauseMs { get; init; } = 150;

    /// <summary>At this length an utterance ends, pause or not, so that memory stays bounded.</summary>
    public int MaxUtteranceMs { get; init; } = 60_000;
}

/// <summary>
/// Finds utterances in a row of speech probabilities. Decides by the sample clock alone, so the same audio gives the same
/// utterances however it arrives.
/// </summary>
internal sealed class Endpointer(EndpointingOptions options, int sampleRate)
{
    private long _utteranceBegin;
    private long _speechEnd;
    private bool _inSpeech;

    /// <summary>Whether an utterance is open.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Whether the open utterance, or the last one, held a window of certain speech.</summary>
    public bool HeardSpeech { get; private set; }

    /// <summary>Where the last speech ended, on the sample clock; 0 before any.</summary>
    public long LastSpeechEnd { get; private set; }

    /// <summary>Whether the latest window was speech.</summary>
    public bool InSpeech => _inSpeech;

    /// <summary>Takes the next window's probability.</summary>
    /// <param name="probability">0 to 1.</param>
    /// <param name="begin">The window's first sample.</param>
    /// <param name="end">The sample after the window's last.</param>
    public EndpointEvent Accept(float probability, long begin, long end)
    {
        _inSpeech = probability >= (_inSpeech ? options.StayThreshold : options.SpeechThreshold);
        if (!IsOpen)
        {
            if (probability < options.OpenThreshold)
            {
                return EndpointEvent.None;
            }

            IsOpen = true;
            _utteranceBegin = begin;
            _speechEnd = end;
            HeardSpeech = _inSpeech;
            LastSpeechEnd = _inSpeech ? end : LastSpeechEnd;
            return EndpointEvent.Begin;
        }

        if (_inSpeech)
        {
            _speechEnd = end;
            LastSpeechEnd = end;
            HeardSpeech = true;
        }

        long silence = Milliseconds(end - _speechEnd);
        long length = Milliseconds(end - _utteranceBegin);
        bool ended = silence >= AllowedSilenceMs(length)
            || (length >= options.LongUtteranceMs && silence >= options.LongPauseMs)
            || length >= options.MaxUtteranceMs;
        if (!ended)
        {
            return EndpointEvent.None;
        }

        IsOpen = false;
        return EndpointEvent.End;
    }

    private long AllowedSilenceMs(long length)
    {
        const int Begin = 8_000, End = 20_000, Least = 200;
        if (!options.MultiThreshold || length <= Begin || options.MaxSentenceSilenceMs <= Least)
        {
            return options.MaxSentenceSilenceMs;
        }

        long shrunk = Math.Min(length, End) - Begin;
        return options.MaxSentenceSilenceMs - (shrunk * (options.MaxSentenceSilenceMs - Least) / (End - Begin));
    }

    private long Milliseconds(long samples) => samples * 1000 / sampleRate;
}
