using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Paraformer.Client;

/// <summary>Bodies of the hot-word API.</summary>
internal static class VocabularyMessages
{
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a request: <paramref name="input"/> fills the object <c>input</c>, whose <c>action</c> is written already.</summary>
    public static byte[] Write(string model, string action, Action<Utf8JsonWriter> input)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, s_options))
        {
            writer.WriteStartObject();
            writer.WriteString("model"u8, model);
            writer.WriteStartObject("input"u8);
            writer.WriteString("action"u8, action);
            input(writer);
            writer.WriteEndObject();
            writer.WriteStartObject("parameters"u8);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    public static void WriteWords(Utf8JsonWriter writer, IReadOnlyList<VocabularyWord> words)
    {
        writer.WriteStartArray("vocabulary"u8);
        foreach (VocabularyWord word in words)
        {
            writer.WriteStartObject();
            writer.WriteString("text"u8, word.Text);
            writer.WriteNumber("weight"u8, word.Weight);
            if (word.Lang is not null)
            {
                writer.WriteString("lang"u8, word.Lang);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    public static List<VocabularySummary> ReadSummaries(JsonElement output) =>
        [.. Items(output, "vocabulary_list").Select(item => new VocabularySummary(
            ApiAnswer.Text(item, "vocabulary_id") ?? "",
            ApiAnswer.Text(item, "gmt_create") ?? "",
            ApiAnswer.Text(item, "gmt_modified") ?? "",
            ApiAnswer.Text(item, "status") ?? ""))];

    public static Vocabulary ReadVocabulary(JsonElement output) => new(
        ApiAnswer.Text(output, "gmt_create") ?? "",
        ApiAnswer.Text(output, "gmt_modified") ?? "",
        ApiAnswer.Text(output, "status") ?? "",
        ApiAnswer.Text(output, "target_model") ?? "",
        [.. Items(output, "vocabulary").Select(item => new VocabularyWord(
            ApiAnswer.Text(item, "text") ?? "", Integer(item, "weight"), ApiAnswer.Text(item, "lang")))]);

    private static JsonElement.ArrayEnumerator Items(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out JsonElement list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray()
            : default;

    private static int Integer(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object
        && json.TryGetProperty(name, out JsonElement value)
        && value.ValueKind == JsonValueKind.Number
        && value.TryGetInt32(out int number)
            ? number
            : 0;
}
