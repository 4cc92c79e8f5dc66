namespace Paraformer.Engine;

/// <summary>A recogniser's shared, read-only part: weights and graph.</summary>
internal interface IRecognizerModel : IDisposable
{
    /// <summary>The pack it came from.</summary>
    string PackId { get; }

    /// <summary>Makes the state of one stream.</summary>
    IStreamingRecognizer CreateRecognizer(RecognizerOptions options);
}

/// <summary>What one stream asks of its recogniser.</summary>
internal sealed record RecognizerOptions
{
    public static RecognizerOptions Default { get; } = new();

    /// <summary>Words to bias towards; a recogniser that cannot be biased ignores them.</summary>
    public IReadOnlyList<HotWord> HotWords { get; init; } = [];
}

/// <summary>
/// The recognition state of one stream: 16 kHz samples in, hypotheses out. Cuts no sentences of its own. Its clock counts
/// the samples that it was given, whatever happened between them. Not thread-safe.
/// </summary>
internal interface IStreamingRecognizer : IDisposable
{
    /// <summary>How many samples after a word the recogniser needs to have heard before <see cref="EndUtterance"/> is sure to include it.</summary>
    int LookAheadSamples { get; }

    /// <summary>The language of what it said last; null where it does not know.</summary>
    string? Language => null;

    /// <summary>Hears the next samples, in [-1, 1].</summary>
    void Accept(ReadOnlySpan<float> samples);

    /// <summary>What it makes of the utterance so far. The list is reused by the next call.</summary>
    IReadOnlyList<WordHypothesis> Partial();

    /// <summary>Ends the utterance and starts the next one, keeping what it has learnt of the speaker and the room.</summary>
    IReadOnlyList<WordHypothesis> EndUtterance();

    /// <summary>Ends the utterance and the stream: everything heard is decoded, without look-ahead.</summary>
    IReadOnlyList<WordHypothesis> EndStream();
}

/// <summary>A word with its span on the recogniser's clock.</summary>
/// <param name="Text">The word.</param>
/// <param name="BeginSample">Start, in samples.</param>
/// <param name="EndSample">End, in samples.</param>
/// <param name="Confidence">0 to 1.</param>
internal readonly record struct WordHypothesis(string Text, long BeginSample, long EndSample, float Confidence);
