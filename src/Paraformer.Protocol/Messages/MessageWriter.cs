using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Paraformer.Protocol;

/// <summary>From messages to JSON.</summary>
internal static class MessageWriter
{
    // Relaxed: the text goes to JSON parsers, not into HTML, and Chinese stays readable and short.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly ArrayBufferWriter<byte> Nowhere = new(1);

    [ThreadStatic]
    private static Utf8JsonWriter? t_writer;

    /// <summary>Runs <paramref name="write"/> on this thread's writer, aimed at <paramref name="output"/>.</summary>
    public static void Write<TState>(IBufferWriter<byte> output, TState state, Action<Utf8JsonWriter, TState> write)
    {
        Utf8JsonWriter writer = t_writer ?? new Utf8JsonWriter(output, Options);
        // Out of reach while in use, so that an output that itself writes a message gets another writer.
        t_writer = null;
        writer.Reset(output);
        write(writer, state);
        writer.Flush();
        writer.Reset(Nowhere);
        t_writer = writer;
    }

    public static void WriteRequest(Utf8JsonWriter writer, TaskRequest request)
    {
        writer.WriteStartObject();
        writer.WriteStartObject("header"u8);
        writer.WriteString("action"u8, request.Action);
        WriteIfSet(writer, "task_id", request.TaskId);
        WriteIfSet(writer, "streaming", request.Streaming);
        writer.WriteEndObject();

        writer.WriteStartObject("payload"u8);
        WriteIfSet(writer, "task_group", request.TaskGroup);
        WriteIfSet(writer, "task", request.Task);
        WriteIfSet(writer, "function", request.Function);
        WriteIfSet(writer, "model", request.Model);
        if (request.Parameters is { } parameters)
        {
            WriteParameters(writer, parameters);
        }

        if (request.Resources.Count > 0)
        {
            writer.WriteStartArray("resources"u8);
            foreach (PhraseResource resource in request.Resources)
            {
                writer.WriteStartObject();
                writer.WriteString("resource_id"u8, resource.ResourceId);
                writer.WriteString("resource_type"u8, resource.ResourceType);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        if (request.HasInput)
        {
            WriteEmptyObject(writer, "input");
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    public static void WriteEventStart(Utf8JsonWriter writer, string name, string taskId, string? code = null, string? message = null)
    {
        writer.WriteStartObject();
        writer.WriteStartObject("header"u8);
        writer.WriteString("task_id"u8, taskId);
        writer.WriteString("event"u8, name);
        WriteIfSet(writer, "error_code", code);
        WriteIfSet(writer, "error_message", message);
        WriteEmptyObject(writer, "attributes");
        writer.WriteEndObject();
        writer.WriteStartObject("payload"u8);
    }

    public static void WriteEventEnd(Utf8JsonWriter writer)
    {
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    public static void WriteUsage(Utf8JsonWriter writer, Usage? usage)
    {
        if (usage is null)
        {
            writer.WriteNull("usage"u8);
            return;
        }

        writer.WriteStartObject("usage"u8);
        writer.WriteNumber("duration"u8, usage.Duration);
        writer.WriteEndObject();
    }

    public static void WriteSentence(Utf8JsonWriter writer, Sentence sentence) => WriteSentence(writer, sentence, new MessageWords(sentence.Words));

    /// <summary>Writes a sentence with words from elsewhere in place of its own.</summary>
    public static void WriteSentence<TWords>(Utf8JsonWriter writer, Sentence sentence, TWords words)
        where TWords : struct, IWordSource
    {
        writer.WriteStartObject();
        WriteOrNull(writer, "sentence_id", sentence.SentenceId);
        writer.WriteNumber("begin_time"u8, sentence.BeginTime);
        WriteOrNull(writer, "end_time", sentence.EndTime);
        writer.WriteString("text"u8, sentence.Text);
        writer.WriteNumber("channel_id"u8, sentence.ChannelId ?? 0);
        writer.WriteString("speaker_id"u8, sentence.SpeakerId);
        if (sentence.SentenceBegin == true)
        {
            writer.WriteBoolean("sentence_begin"u8, true);
        }

        writer.WriteBoolean("sentence_end"u8, sentence.SentenceEnd ?? sentence.IsFinal);
        WriteIfSet(writer, "heartbeat", sentence.Heartbeat);
        WriteWords(writer, words);
        WriteIfSet(writer, "emo_tag", sentence.EmoTag);
        if (sentence.EmoConfidence is { } confidence)
        {
            writer.WriteNumber("emo_confidence"u8, confidence);
        }

        if (sentence.Stash is { } stash)
        {
            writer.WriteStartObject("stash"u8);
            WriteIfSet(writer, "sentence_id", stash.SentenceId);
            writer.WriteString("text"u8, stash.Text);
            WriteIfSet(writer, "begin_time", stash.BeginTime);
            WriteIfSet(writer, "current_time", stash.CurrentTime);
            WriteIfSet(writer, "end_time", stash.EndTime);
            WriteWords(writer, new MessageWords(stash.Words));
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    public static void WriteEmptyObject(Utf8JsonWriter writer, string name)
    {
        writer.WriteStartObject(name);
        writer.WriteEndObject();
    }

    private static void WriteWords<TWords>(Utf8JsonWriter writer, TWords words)
        where TWords : struct, IWordSource
    {
        writer.WriteStartArray("words"u8);
        for (int i = 0; i < words.Count; i++)
        {
            WordFields word = words[i];
            writer.WriteStartObject();
            writer.WriteNumber("begin_time"u8, word.BeginTime);
            writer.WriteNumber("end_time"u8, word.EndTime);
            writer.WriteString("text"u8, word.Text);
            writer.WriteString("punctuation"u8, word.Punctuation);
            writer.WriteBoolean("fixed"u8, word.IsFixed);
            writer.WriteString("speaker_id"u8, word.SpeakerId);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteParameters(Utf8JsonWriter writer, RecognitionParameters parameters)
    {
        writer.WriteStartObject("parameters"u8);
        WriteIfSet(writer, ParameterNames.Format, parameters.Format);
        WriteIfSet(writer, ParameterNames.SampleRate, parameters.SampleRate);
        WriteIfSet(writer, ParameterNames.VocabularyId, parameters.VocabularyId);
        WriteIfSet(writer, ParameterNames.PhraseId, parameters.PhraseId);
        WriteIfSet(writer, ParameterNames.DisfluencyRemovalEnabled, parameters.DisfluencyRemovalEnabled);
        if (parameters.LanguageHints is { } hints)
        {
            writer.WriteStartArray(ParameterNames.LanguageHints);
            foreach (string hint in hints)
            {
                writer.WriteStringValue(hint);
            }

            writer.WriteEndArray();
        }

        WriteIfSet(writer, ParameterNames.SemanticPunctuationEnabled, parameters.SemanticPunctuationEnabled);
        WriteIfSet(writer, ParameterNames.MaxSentenceSilence, parameters.MaxSentenceSilence);
        WriteIfSet(writer, ParameterNames.MultiThresholdModeEnabled, parameters.MultiThresholdModeEnabled);
        WriteIfSet(writer, ParameterNames.PunctuationPredictionEnabled, parameters.PunctuationPredictionEnabled);
        WriteIfSet(writer, ParameterNames.Heartbeat, parameters.Heartbeat);
        WriteIfSet(writer, ParameterNames.InverseTextNormalizationEnabled, parameters.InverseTextNormalizationEnabled);
        if (parameters.Extra is { } extra)
        {
            WriteExtra(writer, extra);
        }

        writer.WriteEndObject();
    }

    private static void WriteExtra(Utf8JsonWriter writer, IReadOnlyDictionary<string, JsonElement> extra)
    {
        foreach ((string name, JsonElement value) in extra)
        {
            if (ParameterNames.IsKnown(name))
            {
                throw new ArgumentException(
                    $"The parameter '{name}' has a property of its own in {nameof(RecognitionParameters)}; set that instead of an entry in {nameof(RecognitionParameters.Extra)}.",
                    nameof(extra));
            }

            if (value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined))
            {
                writer.WritePropertyName(name);
                value.WriteTo(writer);
            }
        }
    }

    private static void WriteIfSet(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
        {
            writer.WriteString(name, value);
        }
    }

    private static void WriteIfSet(Utf8JsonWriter writer, string name, long? value)
    {
        if (value is { } number)
        {
            writer.WriteNumber(name, number);
        }
    }

    private static void WriteIfSet(Utf8JsonWriter writer, string name, bool? value)
    {
        if (value is { } flag)
        {
            writer.WriteBoolean(name, flag);
        }
    }

    private static void WriteOrNull(Utf8JsonWriter writer, string name, long? value)
    {
        if (value is { } number)
        {
            writer.WriteNumber(name, number);
        }
        else
        {
            writer.WriteNull(name);
        }
    }
}
