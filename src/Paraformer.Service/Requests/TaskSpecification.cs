using Paraformer.Engine;
using Paraformer.Protocol;

namespace Paraformer.Service.Requests;

/// <summary>A task as asked for by <c>run-task</c>, checked.</summary>
/// <param name="TaskId">The client's id, verbatim.</param>
/// <param name="Stream">What the engine needs.</param>
/// <param name="Heartbeat">Whether long silence is answered by heartbeats.</param>
/// <param name="HotWordListId">The hot-word or phrase list that the task asks for; null for none.</param>
internal sealed record TaskSpecification(string TaskId, StreamRequest Stream, bool Heartbeat, string? HotWordListId)
{
    private const int MinSampleRate = 1000;
    private const int MaxSampleRate = 768_000;
    private const int MinSentenceSilenceMs = 200;
    private const int MaxSentenceSilenceMs = 6000;

    private static readonly string[] s_languages = ["zh", "en", "ja", "yue", "ko", "de", "fr", "ru"];

    /// <summary>Checks a <c>run-task</c> whose envelope is sound.</summary>
    /// <exception cref="ProtocolException">A parameter is missing, out of its range or does not fit the model.</exception>
    public static TaskSpecification Create(TaskRequest request, string taskId)
    {
        RequireValue(request.TaskGroup, "audio", "payload.task_group", taskId);
        RequireValue(request.Task, "asr", "payload.task", taskId);
        RequireValue(request.Function, "recognition", "payload.function", taskId);
        string model = request.Model ?? throw Missing("payload.model", taskId);
        RecognitionParameters parameters = request.Parameters ?? throw Missing("payload.parameters", taskId);
        ModelTraits traits = ModelTraits.Of(model);
        var stream = new StreamRequest
        {
            Model = model,
            Format = ReadFormat(parameters, taskId),
            SampleRate = ReadSampleRate(parameters, model, traits, taskId),
            Languages = traits.HasLanguageHints ? ReadLanguages(parameters, taskId) : [],
            DisfluencyRemoval = parameters.DisfluencyRemovalEnabled ?? false,
        };
        if (traits.IsSecondGeneration)
        {
            stream = stream with
            {
                MaxSentenceSilenceMs = ReadSentenceSilence(parameters, stream.MaxSentenceSilenceMs, taskId),
                MultiThreshold = parameters.MultiThresholdModeEnabled ?? false,
                SemanticSentences = parameters.SemanticPunctuationEnabled ?? false,
                Punctuation = parameters.PunctuationPredictionEnabled ?? true,
                InverseTextNormalization = parameters.InverseTextNormalizationEnabled ?? true,
            };
        }

        string? listId = traits.IsSecondGeneration ? parameters.VocabularyId : ReadPhraseId(request) ?? parameters.PhraseId;
        return new TaskSpecification(
            taskId, stream, traits.IsSecondGeneration && parameters.Heartbeat == true, string.IsNullOrEmpty(listId) ? null : listId);
    }

    private static string ReadFormat(RecognitionParameters parameters, string taskId)
    {
        if (string.IsNullOrEmpty(parameters.Format))
        {
            throw Missing("payload.parameters.format", taskId);
        }

        foreach (AudioFormat format in AudioFormat.All)
        {
            if (string.Equals(format.Value, parameters.Format, StringComparison.OrdinalIgnoreCase))
            {
                return format.Value;
            }
        }

        throw new ProtocolException(ErrorCodes.UnsupportedFormat, $"unsupported audio format:{Failure.Shorten(parameters.Format)}", taskId);
    }

    private static int ReadSampleRate(RecognitionParameters parameters, string model, ModelTraits traits, string taskId)
    {
        int rate = parameters.SampleRate ?? throw Missing("payload.parameters.sample_rate", taskId);
        if (traits.SampleRate is int required && rate != required)
        {
            throw Invalid($"'payload.parameters.sample_rate' is {rate}, but {model} takes {required} only.", taskId);
        }

        return rate is >= MinSampleRate and <= MaxSampleRate
            ? rate
            : throw Invalid($"'payload.parameters.sample_rate' is {rate}; it must lie between {MinSampleRate} and {MaxSampleRate}.", taskId);
    }

    private static int ReadSentenceSilence(RecognitionParameters parameters, int fallback, string taskId)
    {
        int silence = parameters.MaxSentenceSilence ?? fallback;
        return silence is >= MinSentenceSilenceMs and <= MaxSentenceSilenceMs
            ? silence
            : throw Invalid($"'payload.parameters.max_sentence_silence' is {silence}; it must lie between {MinSentenceSilenceMs} and {MaxSentenceSilenceMs}.", taskId);
    }

    private static List<string> ReadLanguages(RecognitionParameters parameters, string taskId)
    {
        var languages = new List<string>();
        foreach (string hint in parameters.LanguageHints ?? [])
        {
            int index = Array.FindIndex(s_languages, known => string.Equals(known, hint, StringComparison.OrdinalIgnoreCase));
            if (index < 0)
            {
                throw Invalid($"'payload.parameters.language_hints' holds {Failure.Quote(hint)}; the known languages are {string.Join(", ", s_languages)}.", taskId);
            }

            if (!languages.Contains(s_languages[index]))
            {
                languages.Add(s_languages[index]);
            }
        }

        return languages;
    }

    // Clients without a list may send one resource with an empty id.
    private static string? ReadPhraseId(TaskRequest request) =>
        request.Resources.FirstOrDefault(resource => resource.ResourceId.Length > 0)?.ResourceId;

    private static void RequireValue(string? value, string required, string name, string taskId)
    {
        if (value != required)
        {
            throw Invalid($"'{name}' is {Failure.Quote(value ?? "")}; this service takes '{required}'.", taskId);
        }
    }

    private static ProtocolException Missing(string name, string taskId) =>
        Invalid($"Missing required parameter '{name}'! Please follow the protocol!", taskId);

    private static ProtocolException Invalid(string message, string taskId) => new(ErrorCodes.InvalidParameter, message, taskId);
}
