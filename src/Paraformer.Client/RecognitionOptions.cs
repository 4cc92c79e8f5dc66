using System.Text.Json;
using Paraformer.Protocol;

namespace Paraformer.Client;

/// <summary>What one recognition is to do. Null means "not sent": the service's default applies.</summary>
/// <param name="Model">The model, see <see cref="ParaformerModel"/>.</param>
/// <param name="Format">The audio format, see <see cref="AudioFormat"/>.</param>
/// <param name="SampleRate">The audio's sample rate in Hz; 16000 for v1, 8000 for the 8k models, any for v2.</param>
public sealed record RecognitionOptions(ParaformerModel Model, AudioFormat Format, int SampleRate)
{
    /// <summary>The hot-word list to use, for v2 and 8k-v2.</summary>
    public string? VocabularyId { get; init; }

    /// <summary>The phrase list to use, for v1 and 8k-v1. Sent as <c>payload.resources</c>.</summary>
    public string? PhraseId { get; init; }

    /// <summary>Whether to leave out filler words; the service's default is false.</summary>
    public bool? DisfluencyRemovalEnabled { get; init; }

    /// <summary>Languages to expect: zh en ja yue ko de fr ru. For v2.</summary>
    public IReadOnlyList<string>? LanguageHints { get; init; }

    /// <summary>True splits sentences by meaning, false (the service's default) by silence. For v2 and 8k-v2.</summary>
    public bool? SemanticPunctuationEnabled { get; init; }

    /// <summary>Silence that ends a sentence, 200 to 6000 ms; the service's default is 800. For v2 and 8k-v2 when splitting by silence.</summary>
    public int? MaxSentenceSilence { get; init; }

    /// <summary>Whether to keep sentences from becoming too long when splitting by silence; the service's default is false. For v2 and 8k-v2.</summary>
    public bool? MultiThresholdModeEnabled { get; init; }

    /// <summary>Whether to add punctuation; the service's default is true. For v2 and 8k-v2.</summary>
    public bool? PunctuationPredictionEnabled { get; init; }

    /// <summary>Whether the connection stays open while only silence is sent; the service's default, false, ends it after 60 s. For v2 and 8k-v2.</summary>
    public bool? Heartbeat { get; init; }

    /// <summary>Whether to write spoken numbers as digits; the service's default is true. For v2 and 8k-v2.</summary>
    public bool? InverseTextNormalizationEnabled { get; init; }

    /// <summary>Further parameters by their name on the wire.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Extra { get; init; }

    /// <summary>How fast <see cref="RecognitionClient.RecognizeAsync"/> sends; the default is <see cref="Pacing.Unpaced"/>.</summary>
    public Pacing Pacing { get; init; } = Pacing.Unpaced;

    internal void Validate()
    {
        if (string.IsNullOrWhiteSpace(Model.Value))
        {
            throw new ArgumentException("Model is required!", nameof(Model));
        }

        if (string.IsNullOrWhiteSpace(Format.Value))
        {
            throw new ArgumentException("format is required!", nameof(Format));
        }

        if (SampleRate <= 0)
        {
            throw new ArgumentOutOfRangeException(nameof(SampleRate), SampleRate, "sample_rate is required! It is a positive number of Hz.");
        }

        if (MaxSentenceSilence is < 200 or > 6000)
        {
            throw new ArgumentOutOfRangeException(
                nameof(MaxSentenceSilence), MaxSentenceSilence, "max_sentence_silence must be between 200 and 6000 ms.");
        }
    }

    internal TaskRequest ToRunTask(string taskId) => new()
    {
        Action = TaskActions.RunTask,
        TaskId = taskId,
        Streaming = "duplex",
        TaskGroup = "audio",
        Task = "asr",
        Function = "recognition",
        Model = Model.Value,
        Parameters = new RecognitionParameters
        {
            Format = Format.Value,
            SampleRate = SampleRate,
            VocabularyId = VocabularyId,
            DisfluencyRemovalEnabled = DisfluencyRemovalEnabled,
            LanguageHints = LanguageHints,
            SemanticPunctuationEnabled = SemanticPunctuationEnabled,
            MaxSentenceSilence = MaxSentenceSilence,
            MultiThresholdModeEnabled = MultiThresholdModeEnabled,
            PunctuationPredictionEnabled = PunctuationPredictionEnabled,
            Heartbeat = Heartbeat,
            InverseTextNormalizationEnabled = InverseTextNormalizationEnabled,
            Extra = Extra,
        },
        Resources = string.IsNullOrEmpty(PhraseId) ? [] : [new PhraseResource(PhraseId)],
    };
}
