using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Paraformer.Service.Limits;

namespace Paraformer.Server.Endpoints;

/// <summary>A JSON object of a request, whose fields are asked for by name. JSON <c>null</c> equals absent; unknown fields do not matter.</summary>
internal readonly struct ApiInput
{
    private const int MaxQuoted = 64;

    private readonly JsonElement _element;
    private readonly string _path;

    private ApiInput(JsonElement element, string path)
    {
        _element = element;
        _path = path;
    }

    /// <summary>Reads a request's body.</summary>
    /// <exception cref="ApiException">It is too large, no JSON, or no object.</exception>
    public static async Task<ApiInput> ReadAsync(HttpContext context)
    {
        if (!context.Request.HasJsonContentType())
        {
            throw new ApiException(StatusCodes.Status415UnsupportedMediaType, Protocol.ErrorCodes.InvalidParameter, "The request needs a JSON body, with the header 'Content-Type: application/json'.");
        }

        try
        {
            using JsonDocument document = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
            JsonElement root = document.RootElement;
            return root.ValueKind == JsonValueKind.Object ? new ApiInput(root.Clone(), "") : throw ApiException.Invalid("The body is no JSON object.");
        }
        catch (JsonException)
        {
            throw ApiException.Invalid("The body is no sound JSON in UTF-8.");
        }
        catch (BadHttpRequestException e)
        {
            throw e.StatusCode switch
            {
                StatusCodes.Status413PayloadTooLarge => ApiException.TooLarge(context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize ?? 0),
                StatusCodes.Status408RequestTimeout => new ApiException(e.StatusCode, Protocol.ErrorCodes.RequestTimeOut, "The body came too slowly.", LimitNames.Handshake),
                _ => new ApiException(e.StatusCode, Protocol.ErrorCodes.InvalidParameter, "The body cannot be read."),
            };
        }
    }

    public ApiInput Object(string name) => Find(name, out JsonElement value)
        ? value.ValueKind == JsonValueKind.Object ? new ApiInput(value, PathOf(name)) : throw Wrong(name, value, "an object")
        : throw ApiException.Missing(PathOf(name));

    public string String(string name) => OptionalString(name) is { Length: > 0 } text ? text : throw ApiException.Missing(PathOf(name));

    public string? OptionalString(string name) => !Find(name, out JsonElement value) ? null
        : value.ValueKind == JsonValueKind.String ? ReadText(value, PathOf(name)) : throw Wrong(name, value, "a string");

    public int Integer(string name) => OptionalInteger(name) ?? throw ApiException.Missing(PathOf(name));

    public int? OptionalInteger(string name) => !Find(name, out JsonElement value) ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) ? number : throw Wrong(name, value, "an integer");

    /// <summary>The objects of an array.</summary>
    public ApiInput[] Objects(string name)
    {
        if (!Find(name, out JsonElement value))
        {
            throw ApiException.Missing(PathOf(name));
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            throw Wrong(name, value, "an array");
        }

        string path = PathOf(name);
        return [.. value.EnumerateArray().Select((item, index) =>
            item.ValueKind == JsonValueKind.Object ? new ApiInput(item, $"{path}[{index}]") : throw Invalid($"{path}[{index}]", $"is {Quote(item)}; it must be an object."))];
    }

    /// <summary>The names and whole numbers of this object.</summary>
    public IEnumerable<(string Name, int Value)> Integers()
    {
        foreach (JsonProperty property in _element.EnumerateObject())
        {
            yield return property.Value.ValueKind == JsonValueKind.Number && property.Value.TryGetInt32(out int number)
                ? (property.Name, number)
                : throw Wrong(property.Name, property.Value, "an integer");
        }
    }

    /// <summary>A fault of a field, told with where it is.</summary>
    public ApiException Fault(string name, string fault) => Invalid(PathOf(name), fault + ".");

    private static ApiException Invalid(string path, string fault) => ApiException.Invalid($"'{path}' {fault}");

    private static string ReadText(JsonElement value, string path)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Invalid(path, "is no sound text.");
        }
    }

    // A value's own text may be long, and no message needs all of it.
    private static string Quote(JsonElement value)
    {
        string text = value.ValueKind is JsonValueKind.Object or JsonValueKind.Array ? value.ValueKind == JsonValueKind.Object ? "an object" : "an array" : value.GetRawText();
        return text.Length <= MaxQuoted ? text : string.Concat(text.AsSpan(0, MaxQuoted), "…");
    }

    private ApiException Wrong(string name, JsonElement value, string expected) => Invalid(PathOf(name), $"is {Quote(value)}; it must be {expected}.");

    private bool Find(string name, out JsonElement value) => _element.TryGetProperty(name, out value) && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined);

    private string PathOf(string name) => _path.Length == 0 ? name : $"{_path}.{(name.Length <= MaxQuoted ? name : string.Concat(name.AsSpan(0, MaxQuoted), "…"))}";
}
