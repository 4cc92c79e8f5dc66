using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Paraformer.Extensions;

/// <summary>Additional properties of a request as parameters of the service, by their names on the wire.</summary>
internal static class ExtraParameters
{
    /// <summary>The parameters; null where there are none.</summary>
    /// <exception cref="ArgumentException">A value is none that JSON has: text, a number, a truth value or a JSON element.</exception>
    public static IReadOnlyDictionary<string, JsonElement>? From(AdditionalPropertiesDictionary? properties) =>
        properties is { Count: > 0 } ? properties.Where(p => p.Value is not null).ToDictionary(p => p.Key, p => ToJson(p.Key, p.Value!)) : null;

    private static JsonElement ToJson(string name, object value) => value switch
    {
        JsonElement json => json,
        bool truth => JsonElement.Parse(truth ? "true" : "false"),
        string text => JsonElement.Parse($"\"{JsonEncodedText.Encode(text)}\""),
        int or long or short or byte or double or float or decimal => JsonElement.Parse(((IFormattable)value).ToString(null, CultureInfo.InvariantCulture)),
        _ => throw new ArgumentException($"The additional property '{name}' is a {value.GetType().Name}; give text, a number, a bool or a JsonElement.", nameof(value)),
    };
}
