using System.Text.Json;

namespace Paraformer.Protocol;

/// <summary>From JSON documents to messages.</summary>
internal static class MessageReader
{
    public static TaskRequest ReadRequest(ReadOnlySpan<byte> utf8)
    {
        using JsonDocument document = MessageParser.Parse(utf8);
        JsonFields root = Root(document, out JsonFields header, out string? taskId);
        JsonFields? payload = root.Object("payload");
        return new TaskRequest
        {
            Action = header.String("action") ?? "",
            TaskId = taskId,
            Streaming = header.String("streaming"),
            TaskGroup = payload?.String("task_group"),
            Task = payload?.String("task"),
            Function = payload?.String("function"),
            Model = payload?.String("model"),
            Parameters = payload?.Object("parameters") is { } parameters ? ReadParameters(parameters) : null,
            Resources = payload?.Objects("resources", ReadResource) ?? [],
            HasInput = payload?.HasObject("input") ?? false,
        };
    }

    public static TaskEvent ReadEvent(ReadOnlySpan<byte> utf8)
    {
        using JsonDocument document = MessageParser.Parse(utf8);
        JsonFields root = Root(document, out JsonFields header, out string? taskId);
        JsonFields? payload = root.Object("payload");
        return new TaskEvent
        {
            Event = header.String("event") ?? "",
            TaskId = taskId,
            ErrorCode = header.Label("error_code"),
            ErrorMessage = header.Label("error_message"),
            Sentence = payload?.Object("output")?.Object("sentence") is { } sentence ? ReadSentence(sentence) : null,
            Usage = payload?.Object("usage")?.Int32("duration") is { } duration ? new Usage(duration) : null,
        };
    }

    public static Sentence ReadSentence(ReadOnlySpan<byte> utf8)
    {
        using JsonDocument document = MessageParser.Parse(utf8);
        return ReadSentence(new JsonFields(document.RootElement, "", null));
    }

    private static JsonFields Root(JsonDocument document, out JsonFields header, out string? taskId)
    {
        JsonElement root = document.RootElement;
        if (!root.TryGetProperty("header", out JsonElement element) || element.ValueKind is not JsonValueKind.Object)
        {
            throw MessageParser.Invalid(null);
        }

        taskId = new JsonFields(element, "header", null).String("task_id");
        header = new JsonFields(element, "header", taskId);
        return new JsonFields(root, "", taskId);
    }

    private static RecognitionParameters ReadParameters(JsonFields fields) => new()
    {
        Format = fields.String(ParameterNames.Format),
        SampleRate = fields.Int32(ParameterNames.SampleRate),
        VocabularyId = fields.String(ParameterNames.VocabularyId),
        PhraseId = fields.String(ParameterNames.PhraseId),
        DisfluencyRemovalEnabled = fields.Boolean(ParameterNames.DisfluencyRemovalEnabled),
        LanguageHints = fields.Strings(ParameterNames.LanguageHints),
        SemanticPunctuationEnabled = fields.Boolean(ParameterNames.SemanticPunctuationEnabled),
        MaxSentenceSilence = fields.Int32(ParameterNames.MaxSentenceSilence),
        MultiThresholdModeEnabled = fields.Boolean(ParameterNames.MultiThresholdModeEnabled),
        PunctuationPredictionEnabled = fields.Boolean(ParameterNames.PunctuationPredictionEnabled),
        Heartbeat = fields.Boolean(ParameterNames.Heartbeat),
        InverseTextNormalizationEnabled = fields.Boolean(ParameterNames.InverseTextNormalizationEnabled),
        Extra = ReadExtra(fields.Element),
    };

    private static Dictionary<string, JsonElement>? ReadExtra(JsonElement parameters)
    {
        Dictionary<string, JsonElement>? extra = null;
        // One copy for all of them: a copy of each would cost a document per parameter.
        foreach (JsonProperty property in parameters.Clone().EnumerateObject())
        {
            string name = property.Name;
            if (ParameterNames.IsKnown(name))
            {
                continue;
            }

            if (property.Value.ValueKind is JsonValueKind.Null)
            {
                extra?.Remove(name);
            }
            else
            {
                (extra ??= new Dictionary<string, JsonElement>(StringComparer.Ordinal))[name] = property.Value;
            }
        }

        return extra is { Count: > 0 } ? extra : null;
    }

    private static PhraseResource? ReadResource(JsonFields fields)
    {
        string? id = fields.String("resource_id");
        string? type = fields.String("resource_type");
        return string.IsNullOrEmpty(id) ? null : type is null ? new PhraseResource(id) : new PhraseResource(id, type);
    }

    private static Sentence ReadSentence(JsonFields fields) => new()
    {
        SentenceId = fields.Int64("sentence_id"),
        BeginTime = fields.Int64("begin_time") ?? 0,
        EndTime = fields.Int64("end_time"),
        Text = fields.String("text") ?? "",
        Words = ReadWords(fields),
        ChannelId = fields.Int32("channel_id"),
        SpeakerId = fields.Label("speaker_id"),
        SentenceBegin = fields.Boolean("sentence_begin"),
        SentenceEnd = fields.Boolean("sentence_end"),
        Heartbeat = fields.Boolean("heartbeat"),
        EmoTag = fields.String("emo_tag"),
        EmoConfidence = fields.Double("emo_confidence"),
        Stash = fields.Object("stash") is { } stash ? ReadStash(stash) : null,
    };

    private static Stash ReadStash(JsonFields fields) => new()
    {
        SentenceId = fields.Int64("sentence_id"),
        BeginTime = fields.Int64("begin_time"),
        EndTime = fields.Int64("end_time"),
        CurrentTime = fields.Int64("current_time"),
        Text = fields.String("text") ?? "",
        Words = ReadWords(fields),
    };

    private static List<Word> ReadWords(JsonFields fields) => fields.Objects("words", ReadWord) ?? [];

    private static Word ReadWord(JsonFields fields) => new()
    {
        BeginTime = fields.Int64("begin_time") ?? 0,
        EndTime = fields.Int64("end_time") ?? 0,
        Text = fields.String("text") ?? "",
        Punctuation = fields.String("punctuation") ?? "",
        Fixed = fields.Boolean("fixed"),
        SpeakerId = fields.Label("speaker_id"),
    };
}
