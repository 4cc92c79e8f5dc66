using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Paraformer.Client;

/// <summary>Bodies of the phrase API.</summary>
internal static class PhraseMessages
{
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a list to make, or one to replace where <paramref name="phraseId"/> is given.</summary>
    public static byte[] Write(string model, IReadOnlyDictionary<string, int> phrases, string trainingType, string? phraseId)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, s_options))
        {
            writer.WriteStartObject();
            writer.WriteString("model"u8, model);
            writer.WriteStartArray("training_file_ids"u8);
            writer.WriteEndArray();
            writer.WriteStartArray("validation_file_ids"u8);
            writer.WriteEndArray();
            writer.WriteStartObject("hyper_parameters"u8);
            writer.WriteStartObject("phrase_list"u8);
            foreach ((string phrase, int weight) in phrases)
            {
                writer.WriteNumber(phrase, weight);
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteString("training_type"u8, trainingType);
            if (phraseId is not null)
            {
                writer.WriteString("finetuned_output"u8, phraseId);
            }

            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    public static PhraseResponse Read(ApiAnswer answer)
    {
        var response = new PhraseResponse { StatusCode = answer.StatusCode, RequestId = answer.RequestId, Code = answer.Code, Message = answer.Message };
        if (!answer.IsSuccess || answer.Output.ValueKind != JsonValueKind.Object)
        {
            return response;
        }

        return answer.Output.TryGetProperty("finetuned_outputs", out JsonElement list) && list.ValueKind == JsonValueKind.Array
            ? response with { Outputs = [.. list.EnumerateArray().Select(ReadList)], Total = ReadTotal(answer.Output, list.GetArrayLength()) }
            : response with { Output = ReadList(answer.Output) };
    }

    private static int ReadTotal(JsonElement output, int fallback) =>
        output.TryGetProperty("total", out JsonElement total) && total.ValueKind == JsonValueKind.Number && total.TryGetInt32(out int count) ? count : fallback;

    private static PhraseList ReadList(JsonElement json) => new(
        ApiAnswer.Text(json, "finetuned_output") ?? "",
        ApiAnswer.Text(json, "job_id"),
        ApiAnswer.Text(json, "status"),
        ApiAnswer.Text(json, "model"),
        ApiAnswer.Text(json, "output_type"),
        ApiAnswer.Text(json, "create_time"));
}
