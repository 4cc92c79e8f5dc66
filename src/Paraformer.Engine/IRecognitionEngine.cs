namespace Paraformer.Engine;

/// <summary>Recognises speech streams on this machine. Thread-safe; share one.</summary>
public interface IRecognitionEngine : IAsyncDisposable
{
    /// <summary>Opens a stream.</summary>
    /// <exception cref="RecognitionException">The request cannot be served; its <see cref="RecognitionException.Error"/> says why.</exception>
    ValueTask<IRecognitionStream> StartAsync(StreamRequest request, CancellationToken cancellationToken = default);

    /// <summary>Loads what serves on this machine, so that the first stream does not wait for it.</summary>
    /// <exception cref="RecognitionException">A pack is damaged.</exception>
    Task PreloadAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

    /// <summary>
    /// Loads the packs in use anew whose files have been replaced, beside the old ones, and tries them out. New streams use the
    /// new ones; running streams end on the old ones, which are freed then. A pack that does not work stays as it was.
    /// </summary>
    /// <returns>What became of every pack in use.</returns>
    Task<IReadOnlyList<PackReload>> ReloadAsync(CancellationToken cancellationToken = default) => Task.FromResult<IReadOnlyList<PackReload>>([]);

    /// <summary>
    /// Recognises a second of speech that nobody hears, as <paramref name="request"/> asks, so that the first stream like it runs at its
    /// full speed from the start. Its format is of no importance.
    /// </summary>
    /// <exception cref="RecognitionException">The request cannot be served.</exception>
    Task WarmUpAsync(StreamRequest request, CancellationToken cancellationToken = default) => Task.CompletedTask;

    /// <summary>Which packs serve which model and language on this machine.</summary>
    IReadOnlyList<ServedModel> DescribeModels();
}

/// <summary>
/// One stream: audio in, sentences out. <see cref="WriteAsync"/> and <see cref="ReadAllAsync"/> may run at the same time,
/// each from one caller. Disposing abandons the stream and frees everything, at any time.
/// </summary>
public interface IRecognitionStream : IAsyncDisposable
{
    /// <summary>Ids of the packs that serve this stream.</summary>
    IReadOnlyList<string> Packs { get; }

    /// <summary>Length of the audio decoded so far, in milliseconds of the stream's clock.</summary>
    long AudioMs { get; }

    /// <summary>Length of the silence at the end of the audio processed so far, in milliseconds.</summary>
    long SilenceMs { get; }

    /// <summary>Queues encoded audio; the bytes are copied. Waits while the queue is full.</summary>
    /// <exception cref="RecognitionException">The stream has failed, for example because the audio cannot be decoded.</exception>
    ValueTask WriteAsync(ReadOnlyMemory<byte> audio, CancellationToken cancellationToken = default);

    /// <summary>Ends the audio: what was heard is finished, then <see cref="ReadAllAsync"/> ends. Does not wait.</summary>
    void Complete();

    /// <summary>
    /// The sentences as they come: partials, each replacing the one before, and finals. When the reader is slow, partials
    /// are skipped; finals never are.
    /// </summary>
    /// <exception cref="RecognitionException">The stream failed.</exception>
    IAsyncEnumerable<RecognizedSentence> ReadAllAsync(CancellationToken cancellationToken = default);
}

/// <summary>What a stream is to be recognised with.</summary>
public sealed record StreamRequest
{
    /// <summary>The model's name, one of the catalogue's.</summary>
    public required string Model { get; init; }

    /// <summary>The stated audio format, as on the wire.</summary>
    public required string Format { get; init; }

    /// <summary>The stated sample rate in Hz.</summary>
    public required int SampleRate { get; init; }

    /// <summary>Language hints; empty means the model's default.</summary>
    public IReadOnlyList<string> Languages { get; init; } = [];

    /// <summary>Silence that ends a sentence, 200 to 6000 ms.</summary>
    public int MaxSentenceSilenceMs { get; init; } = 800;

    /// <summary>Whether the allowed silence shrinks as a sentence grows, so that none runs away. Default: no.</summary>
    public bool MultiThreshold { get; init; }

    /// <summary>Whether sentences end where their meaning does, rather than at a silence. Default: no.</summary>
    public bool SemanticSentences { get; init; }

    /// <summary>Whether punctuation is predicted. Default: yes.</summary>
    public bool Punctuation { get; init; } = true;

    /// <summary>Whether numbers, dates and the like are written as one writes them. Default: yes.</summary>
    public bool InverseTextNormalization { get; init; } = true;

    /// <summary>Whether fillers, repetitions and false starts are left out. Default: no.</summary>
    public bool DisfluencyRemoval { get; init; }

    /// <summary>Words that recognition is biased towards; empty by default.</summary>
    public IReadOnlyList<HotWord> HotWords { get; init; } = [];
}

/// <summary>A word or phrase that recognition is biased towards, or away from.</summary>
/// <param name="Text">The word, as it is to be written.</param>
/// <param name="Weight">1 (weak) to 5 (strong); negative weights, down to -6, make the word less likely. 4 is usual.</param>
/// <param name="Language">The language that it belongs to; null for all.</param>
public sealed record HotWord(string Text, int Weight, string? Language = null);

/// <summary>A sentence, partial or final.</summary>
public sealed record RecognizedSentence
{
    /// <summary>From 1, counting up within the stream.</summary>
    public required int Id { get; init; }

    /// <summary>Start of the first word, in milliseconds from the stream's first sample.</summary>
    public required long BeginMs { get; init; }

    /// <summary>End of the last word, in milliseconds.</summary>
    public required long EndMs { get; init; }

    /// <summary>The text so far.</summary>
    public required string Text { get; init; }

    /// <summary>The words in order; they do not overlap and lie within the sentence.</summary>
    public required IReadOnlyList<RecognizedWord> Words { get; init; }

    /// <summary>Whether the sentence has ended.</summary>
    public required bool IsFinal { get; init; }

    /// <summary>Length of the audio received when this was made, in milliseconds.</summary>
    public required long AudioMs { get; init; }

    /// <summary>The language of the sentence, such as <c>en</c>, where it is known.</summary>
    public string? Language { get; init; }

    /// <summary><c>positive</c>, <c>negative</c> or <c>neutral</c>; only on finals of models that tell emotions.</summary>
    public string? Emotion { get; init; }

    /// <summary>Confidence of <see cref="Emotion"/>, 0 to 1.</summary>
    public float? EmotionConfidence { get; init; }

    /// <summary>What was heard beside speech, such as <c>laughter</c>, <c>applause</c> or <c>bgm</c> (music); only on finals of models that tell.</summary>
    public string? AudioEvent { get; init; }

    /// <summary>What was heard already and will belong to the next sentence; null where there is nothing.</summary>
    public RecognizedSentence? Stash { get; init; }
}

/// <summary>A word with its span in milliseconds from the stream's first sample.</summary>
/// <param name="BeginMs">Start.</param>
/// <param name="EndMs">End.</param>
/// <param name="Text">The word.</param>
/// <param name="Punctuation">What follows it; empty where nothing does.</param>
/// <param name="Confidence">0 to 1.</param>
/// <param name="IsFixed">Whether the word can no longer change.</param>
public readonly record struct RecognizedWord(long BeginMs, long EndMs, string Text, string Punctuation, float Confidence, bool IsFixed);

/// <summary>A model's languages and the packs that serve them here.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Languages">Per language: the pack that serves it, or null with the reason and remedy.</param>
public sealed record ServedModel(string Model, IReadOnlyList<ServedLanguage> Languages);

/// <summary>A language of a model.</summary>
/// <param name="Language">Code, such as <c>en</c>.</param>
/// <param name="Pack">The pack that serves it, or null.</param>
/// <param name="Remedy">Where <paramref name="Pack"/> is null: what to do about it.</param>
public sealed record ServedLanguage(string Language, string? Pack, string? Remedy);

/// <summary>Why a stream cannot be served.</summary>
public enum RecognitionError
{
    /// <summary>An unknown model name.</summary>
    ModelNotFound,

    /// <summary>No installed pack serves the request, or a pack is damaged.</summary>
    ModelUnavailable,

    /// <summary>A parameter is out of its range or does not fit the model.</summary>
    InvalidParameter,

    /// <summary>An audio format that is not supported.</summary>
    UnsupportedFormat,

    /// <summary>The audio cannot be decoded as stated.</summary>
    UndecodableAudio,

    /// <summary>The machine is full.</summary>
    Overloaded,

    /// <summary>A fault of the engine.</summary>
    Internal,
}

/// <summary>A stream cannot be served. The message says what is wrong and what to do.</summary>
public sealed class RecognitionException(RecognitionError error, string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>Why.</summary>
    public RecognitionError Error { get; } = error;
}
