using System.Text.Json;

namespace Paraformer.Client;

/// <summary>An answer of an HTTP API: the envelope of the service, whatever its status.</summary>
/// <param name="StatusCode">The HTTP status.</param>
/// <param name="RequestId">The request's id, where there is one.</param>
/// <param name="Code">The error code; empty on success.</param>
/// <param name="Message">The error message; empty on success.</param>
/// <param name="Body">The whole body; undefined where it is not a JSON object.</param>
internal sealed record ApiAnswer(int StatusCode, string? RequestId, string Code, string Message, JsonElement Body)
{
    public bool IsSuccess => StatusCode is >= 200 and < 300;

    /// <summary>The body's <c>output</c>; undefined where there is none.</summary>
    public JsonElement Output => Body.ValueKind == JsonValueKind.Object && Body.TryGetProperty("output", out JsonElement output) ? output : default;

    /// <summary>Reads a body.</summary>
    public static ApiAnswer Read(int statusCode, string? reason, ReadOnlyMemory<byte> body)
    {
        JsonElement json = Parse(body);
        string? requestId = Text(json, "request_id");
        string code = Text(json, "code") ?? "";
        string message = Text(json, "message") ?? "";
        bool success = statusCode is >= 200 and < 300;
        if (success && json.ValueKind != JsonValueKind.Object)
        {
            return new ApiAnswer(RecognitionStatus.ClientError, requestId, ClientErrorCodes.MessageFormat, "The service's answer is not a JSON object.", default);
        }

        if (!success && code.Length == 0)
        {
            code = $"HttpStatus{statusCode}";
        }

        if (!success && message.Length == 0)
        {
            message = $"The service answered with HTTP status {statusCode} {reason}".TrimEnd() + ".";
        }

        return new ApiAnswer(statusCode, requestId, code, message, json);
    }

    /// <summary>A text property of an object; null where there is none.</summary>
    public static string? Text(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static JsonElement Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : default;
        }
        catch (JsonException)
        {
            return default;
        }
    }
}
