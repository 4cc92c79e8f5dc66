using System.Text.Json;

namespace Paraformer.Protocol;

/// <summary>The <c>header.action</c> values of the protocol.</summary>
public static class TaskActions
{
    /// <summary>Opens a task.</summary>
    public const string RunTask = "run-task";

    /// <summary>Ends a task's input.</summary>
    public const string FinishTask = "finish-task";

    /// <summary>Belongs to the wider protocol; not used by this service.</summary>
    public const string ContinueTask = "continue-task";
}

/// <summary>A text frame from client to service.</summary>
public sealed record TaskRequest
{
    /// <summary><c>header.action</c>; empty where it was missing.</summary>
    public required string Action { get; init; }

    /// <summary><c>header.task_id</c>, verbatim; null where it was missing.</summary>
    public string? TaskId { get; init; }

    /// <summary><c>header.streaming</c>.</summary>
    public string? Streaming { get; init; }

    /// <summary><c>payload.task_group</c>.</summary>
    public string? TaskGroup { get; init; }

    /// <summary><c>payload.task</c>.</summary>
    public string? Task { get; init; }

    /// <summary><c>payload.function</c>.</summary>
    public string? Function { get; init; }

    /// <summary><c>payload.model</c>.</summary>
    public string? Model { get; init; }

    /// <summary><c>payload.parameters</c>.</summary>
    public RecognitionParameters? Parameters { get; init; }

    /// <summary><c>payload.resources</c>; entries with an empty id are already dropped.</summary>
    public IReadOnlyList<PhraseResource> Resources { get; init; } = [];

    /// <summary>Whether <c>payload.input</c> was present and an object.</summary>
    public bool HasInput { get; init; } = true;
}

/// <summary>One item of <c>payload.resources</c>.</summary>
/// <param name="ResourceId">The phrase list's id.</param>
/// <param name="ResourceType">Always <c>asr_phrase</c> for this service.</param>
public sealed record PhraseResource(string ResourceId, string ResourceType = "asr_phrase");

/// <summary><c>payload.parameters</c>: every parameter of the service; null means "not sent".</summary>
public sealed record RecognitionParameters
{
    /// <summary><c>format</c>.</summary>
    public string? Format { get; init; }

    /// <summary><c>sample_rate</c>, in Hz.</summary>
    public int? SampleRate { get; init; }

    /// <summary><c>vocabulary_id</c>: hot words of the v2 models.</summary>
    public string? VocabularyId { get; init; }

    /// <summary><c>phrase_id</c>: hot words of the v1 models, as the Python constructor sends it.</summary>
    public string? PhraseId { get; init; }

    /// <summary><c>disfluency_removal_enabled</c>; the service's default is false.</summary>
    public bool? DisfluencyRemovalEnabled { get; init; }

    /// <summary><c>language_hints</c>: zh en ja yue ko de fr ru.</summary>
    public IReadOnlyList<string>? LanguageHints { get; init; }

    /// <summary><c>semantic_punctuation_enabled</c>; the service's default is false.</summary>
    public bool? SemanticPunctuationEnabled { get; init; }

    /// <summary><c>max_sentence_silence</c>, 200 to 6000 ms; the service's default is 800.</summary>
    public int? MaxSentenceSilence { get; init; }

    /// <summary><c>multi_threshold_mode_enabled</c>; the service's default is false.</summary>
    public bool? MultiThresholdModeEnabled { get; init; }

    /// <summary><c>punctuation_prediction_enabled</c>; the service's default is true.</summary>
    public bool? PunctuationPredictionEnabled { get; init; }

    /// <summary><c>heartbeat</c>; the service's default is false.</summary>
    public bool? Heartbeat { get; init; }

    /// <summary><c>inverse_text_normalization_enabled</c>; the service's default is true.</summary>
    public bool? InverseTextNormalizationEnabled { get; init; }

    /// <summary>
    /// Parameters beyond the known ones, by name; written after them, nulls left out. The name of a known parameter is an
    /// error when written.
    /// </summary>
    public IReadOnlyDictionary<string, JsonElement>? Extra { get; init; }
}
