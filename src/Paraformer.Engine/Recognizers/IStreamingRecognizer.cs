using Paraformer.Engine.Scheduling;

namespace Paraformer.Engine;

/// <summary>A recogniser's shared, read-only part: weights and graph.</summary>
internal interface IRecognizerModel : IDisposable
{
    /// <summary>The pack it came from.</summary>
    string PackId { get; }

    /// <summary>Whether its recognisers have work in <see cref="IStreamingRecognizer.Prepare"/>.</summary>
    bool NeedsPreparation => false;

    /// <summary>Makes the state of one stream.</summary>
    IStreamingRecognizer CreateRecognizer(RecognizerOptions options);

    /// <summary>
    /// Gives the model the workers, before its first recogniser is made, so that it can run steps of several streams as one.
    /// A model without steps ignores them; a model that was given none runs each step where it comes up.
    /// </summary>
    /// <param name="scheduler">The workers.</param>
    /// <param name="batching">Which steps become one at most; a model limits it to what its graphs take.</param>
    void UseWorkers(WorkScheduler scheduler, BatchOptions batching)
    {
    }
}

/// <summary>What one stream asks of its recogniser.</summary>
internal sealed record RecognizerOptions
{
    public static RecognizerOptions Default { get; } = new();

    /// <summary>Words to bias towards; a recogniser that cannot be biased ignores them.</summary>
    public IReadOnlyList<HotWord> HotWords { get; init; } = [];

    /// <summary>Code of the language spoken; null where there are several. A recogniser of one language ignores it.</summary>
    public string? Language { get; init; }

    /// <summary>Whether marks are wanted, from a recogniser that writes its own.</summary>
    public bool Punctuation { get; init; } = true;

    /// <summary>Whether numbers are wanted as one writes them, from a recogniser that can do it.</summary>
    public bool InverseTextNormalization { get; init; } = true;
}

/// <summary>What else a recogniser heard in an utterance.</summary>
/// <param name="Emotion"><c>positive</c>, <c>negative</c> or <c>neutral</c>; null where it cannot tell.</param>
/// <param name="EmotionConfidence">0 to 1.</param>
/// <param name="AudioEvent">Such as <c>laughter</c> or <c>bgm</c>; null where there was only speech.</param>
internal sealed record UtteranceTags(string? Emotion, float EmotionConfidence, string? AudioEvent);

/// <summary>
/// The recognition state of one stream: 16 kHz samples in, hypotheses out. Cuts no sentences of its own. Its clock counts
/// the samples that it was given, whatever happened between them. Not thread-safe: one call at a time, the asynchronous ones
/// up to their completion. A recogniser whose model runs steps of several streams as one implements those and goes on
/// on a worker; with others they complete at once.
/// </summary>
internal interface IStreamingRecognizer : IDisposable
{
    /// <summary>How many samples after a word the recogniser needs to have heard before <see cref="EndUtterance"/> is sure to include it.</summary>
    int LookAheadSamples { get; }

    /// <summary>
    /// How many samples of what came before an utterance the recogniser is given with its beginning: onsets are soft, and it wants
    /// some room tone first.
    /// </summary>
    int LeadInSamples => 16 * 600;

    /// <summary>Code of the language of the words that were returned last; null where the recogniser knows only one.</summary>
    string? Language => null;

    /// <summary>What else it heard in the utterance that was returned last; null where it listens to words only.</summary>
    UtteranceTags? Tags => null;

    /// <summary>Does a piece, of some ten milliseconds, of what must be done before the first samples and can be done ahead of time.</summary>
    /// <returns>Whether there is more to do.</returns>
    bool Prepare() => false;

    /// <summary>Hears the next samples, in [-1, 1].</summary>
    void Accept(ReadOnlySpan<float> samples);

    /// <summary>Hears the next samples, in [-1, 1]; they stay as they are until it has.</summary>
    ValueTask AcceptAsync(ReadOnlyMemory<float> samples, CancellationToken cancellationToken)
    {
        Accept(samples.Span);
        return ValueTask.CompletedTask;
    }

    /// <summary>What it makes of the utterance so far. The list is reused by the next call.</summary>
    IReadOnlyList<WordHypothesis> Partial();

    /// <summary>As <see cref="Partial"/>.</summary>
    ValueTask<IReadOnlyList<WordHypothesis>> PartialAsync(CancellationToken cancellationToken) => new(Partial());

    /// <summary>Ends the utterance and starts the next one, keeping what it has learnt of the speaker and the room.</summary>
    IReadOnlyList<WordHypothesis> EndUtterance();

    /// <summary>As <see cref="EndUtterance"/>.</summary>
    ValueTask<IReadOnlyList<WordHypothesis>> EndUtteranceAsync(CancellationToken cancellationToken) => new(EndUtterance());

    /// <summary>Ends the utterance and the stream: everything heard is decoded, without look-ahead.</summary>
    IReadOnlyList<WordHypothesis> EndStream();

    /// <summary>As <see cref="EndStream"/>.</summary>
    ValueTask<IReadOnlyList<WordHypothesis>> EndStreamAsync(CancellationToken cancellationToken) => new(EndStream());
}

/// <summary>A word with its span on the recogniser's clock.</summary>
/// <param name="Text">The word.</param>
/// <param name="BeginSample">Start, in samples.</param>
/// <param name="EndSample">End, in samples.</param>
/// <param name="Confidence">0 to 1.</param>
internal readonly record struct WordHypothesis(string Text, long BeginSample, long EndSample, float Confidence);
