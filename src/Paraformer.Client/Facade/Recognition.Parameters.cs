using System.Text.Json;
using Paraformer.Protocol;

namespace Paraformer.Client;

// What a run is made of. Changes apply from the next run on.
public sealed partial class Recognition
{
    /// <summary>The model.</summary>
    public ParaformerModel Model { get; set; }

    /// <summary>The audio format.</summary>
    public AudioFormat Format { get; set; }

    /// <summary>The audio's sample rate in Hz.</summary>
    public int SampleRate { get; set; }

    /// <summary>Receives what happens during <see cref="Start"/>; <see cref="Call"/> needs none.</summary>
    public RecognitionCallback? Callback { get; set; }

    /// <inheritdoc cref="RecognitionOptions.VocabularyId"/>
    public string? VocabularyId { get; set; }

    /// <inheritdoc cref="RecognitionOptions.PhraseId"/>
    public string? PhraseId { get; set; }

    /// <inheritdoc cref="RecognitionOptions.DisfluencyRemovalEnabled"/>
    public bool? DisfluencyRemovalEnabled { get; set; }

    /// <inheritdoc cref="RecognitionOptions.LanguageHints"/>
    public IReadOnlyList<string>? LanguageHints { get; set; }

    /// <inheritdoc cref="RecognitionOptions.SemanticPunctuationEnabled"/>
    public bool? SemanticPunctuationEnabled { get; set; }

    /// <inheritdoc cref="RecognitionOptions.MaxSentenceSilence"/>
    public int? MaxSentenceSilence { get; set; }

    /// <inheritdoc cref="RecognitionOptions.MultiThresholdModeEnabled"/>
    public bool? MultiThresholdModeEnabled { get; set; }

    /// <inheritdoc cref="RecognitionOptions.PunctuationPredictionEnabled"/>
    public bool? PunctuationPredictionEnabled { get; set; }

    /// <inheritdoc cref="RecognitionOptions.Heartbeat"/>
    public bool? Heartbeat { get; set; }

    /// <inheritdoc cref="RecognitionOptions.InverseTextNormalizationEnabled"/>
    public bool? InverseTextNormalizationEnabled { get; set; }

    /// <inheritdoc cref="RecognitionOptions.Extra"/>
    public IReadOnlyDictionary<string, JsonElement>? Extra { get; set; }

    /// <summary>How fast <see cref="Call"/> sends; the default is <see cref="Pacing.Unpaced"/>.</summary>
    public Pacing Pacing { get; set; } = Pacing.Unpaced;

    /// <inheritdoc cref="RecognitionClientOptions.ApiKey"/>
    public string? ApiKey { get; set; }

    /// <inheritdoc cref="RecognitionClientOptions.Workspace"/>
    public string? Workspace { get; set; }

    /// <summary>The service's WebSocket address; null means <c>DASHSCOPE_WEBSOCKET_BASE_URL</c> or the public service.</summary>
    public Uri? BaseAddress { get; set; }

    /// <inheritdoc cref="RecognitionClientOptions.Headers"/>
    public IReadOnlyDictionary<string, string>? Headers { get; set; }

    /// <inheritdoc cref="RecognitionClientOptions.UserAgent"/>
    public string? UserAgent { get; set; }

    /// <summary>
    /// The longest time that connecting, the start of the task, and the service's silence after the end of the audio may each take; null means
    /// the defaults of <see cref="RecognitionClientOptions"/>.
    /// </summary>
    public TimeSpan? RequestTimeout { get; set; }

    /// <inheritdoc cref="RecognitionClientOptions.Reconnect"/>
    public ReconnectPolicy Reconnect { get; set; } = ReconnectPolicy.Default;

    /// <summary>
    /// The client to recognise with, for example a local one; it stays its owner's. Null makes one for each run from
    /// <see cref="ApiKey"/>, <see cref="Workspace"/>, <see cref="BaseAddress"/>, <see cref="Headers"/>, <see cref="UserAgent"/>,
    /// <see cref="RequestTimeout"/> and <see cref="Reconnect"/>.
    /// </summary>
    public RecognitionClient? Client { get; set; }

    private RecognitionOptions Options(string? phraseId, IReadOnlyDictionary<string, JsonElement>? extra = null) => new(Model, Format, SampleRate)
    {
        VocabularyId = VocabularyId,
        PhraseId = phraseId ?? PhraseId,
        DisfluencyRemovalEnabled = DisfluencyRemovalEnabled,
        LanguageHints = LanguageHints,
        SemanticPunctuationEnabled = SemanticPunctuationEnabled,
        MaxSentenceSilence = MaxSentenceSilence,
        MultiThresholdModeEnabled = MultiThresholdModeEnabled,
        PunctuationPredictionEnabled = PunctuationPredictionEnabled,
        Heartbeat = Heartbeat,
        InverseTextNormalizationEnabled = InverseTextNormalizationEnabled,
        Extra = extra is null ? Extra : Merge(Extra, extra),
        Pacing = Pacing,
    };

    private static Dictionary<string, JsonElement> Merge(IReadOnlyDictionary<string, JsonElement>? own, IReadOnlyDictionary<string, JsonElement> forThisRun)
    {
        var all = new Dictionary<string, JsonElement>(own ?? forThisRun, StringComparer.Ordinal);
        foreach ((string name, JsonElement value) in forThisRun)
        {
            all[name] = value;
        }

        return all;
    }

    // A connection for each run, closed at its end: OnClose means that it is.
    private RecognitionClient MakeClient()
    {
        var options = new RecognitionClientOptions
        {
            ApiKey = ApiKey,
            Workspace = Workspace,
            Endpoint = BaseAddress,
            Headers = Headers,
            UserAgent = UserAgent,
            Reconnect = Reconnect,
            MaxPooledConnections = 0,
        };
        return new RecognitionClient(RequestTimeout is { } timeout
            ? options with { ConnectTimeout = timeout, StartTimeout = timeout, FinishTimeout = timeout }
            : options);
    }
}
