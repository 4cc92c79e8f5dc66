using System.Globalization;
using System.Text.Json;

namespace Paraformer.Protocol;

/// <summary>
/// Tolerant access to one object of a message: null counts as absent, numbers and booleans may be quoted, of a repeated
/// key the last counts. What still cannot be understood is a <see cref="ProtocolException"/> that names the path.
/// </summary>
/// <param name="element">The object.</param>
/// <param name="path">The path from the message's root, or that of the array when <paramref name="index"/> is given.</param>
/// <param name="taskId">The task to name in errors.</param>
/// <param name="index">The position in the array at <paramref name="path"/>; -1 where the object stands in no array.</param>
internal readonly struct JsonFields(JsonElement element, string path, string? taskId, int index = -1)
{
    public JsonElement Element => element;

    public string? String(string name) =>
        !TryGet(name, out JsonElement value) ? null
        : value.ValueKind is JsonValueKind.String ? value.GetString()
        : throw Error(name, "a string", value.ValueKind);

    /// <summary>A string; a number is taken as its text.</summary>
    public string? Label(string name) =>
        TryGet(name, out JsonElement value) && value.ValueKind is JsonValueKind.Number ? value.GetRawText() : String(name);

    public long? Int64(string name) => Integer(name, long.MinValue, long.MaxValue);

    public int? Int32(string name) => (int?)Integer(name, int.MinValue, int.MaxValue);

    public double? Double(string name)
    {
        if (!TryGet(name, out JsonElement value))
        {
            return null;
        }

        double number = double.NaN;
        bool understood = value.ValueKind switch
        {
            JsonValueKind.Number => value.TryGetDouble(out number),
            JsonValueKind.String => double.TryParse(value.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out number),
            _ => false,
        };
        return understood && double.IsFinite(number) ? number : throw Error(name, "a number", value.ValueKind);
    }

    public bool? Boolean(string name)
    {
        if (!TryGet(name, out JsonElement value))
        {
            return null;
        }

        bool flag = value.ValueKind is JsonValueKind.True;
        return flag
            || value.ValueKind is JsonValueKind.False
            || (value.ValueKind is JsonValueKind.String && bool.TryParse(value.GetString(), out flag))
            ? flag
            : throw Error(name, "a boolean", value.ValueKind);
    }

    public JsonFields? Object(string name) =>
        !TryGet(name, out JsonElement value) ? null
        : value.ValueKind is JsonValueKind.Object ? new JsonFields(value, PathOf(name), taskId)
        : throw Error(name, "an object", value.ValueKind);

    public bool HasObject(string name) => TryGet(name, out JsonElement value) && value.ValueKind is JsonValueKind.Object;

    /// <summary>The strings of an array, nulls left out; null where the array is absent.</summary>
    public string[]? Strings(string name)
    {
        if (!TryGetArray(name, out JsonElement array))
        {
            return null;
        }

        var strings = new List<string>(array.GetArrayLength());
        int position = 0;
        foreach (JsonElement item in array.EnumerateArray())
        {
            if (item.ValueKind is JsonValueKind.String)
            {
                strings.Add(item.GetString()!);
            }
            else if (item.ValueKind is not JsonValueKind.Null)
            {
                throw Error($"{name}[{position}]", "a string", item.ValueKind);
            }

            position++;
        }

        return [.. strings];
    }

    /// <summary>The objects of an array, nulls left out, each mapped; items mapped to null are left out as well.</summary>
    public List<T>? Objects<T>(string name, Func<JsonFields, T?> map)
        where T : class
    {
        if (!TryGetArray(name, out JsonElement array))
        {
            return null;
        }

        string arrayPath = PathOf(name);
        var items = new List<T>(array.GetArrayLength());
        int position = 0;
        foreach (JsonElement item in array.EnumerateArray())
        {
            if (item.ValueKind is JsonValueKind.Object)
            {
                if (map(new JsonFields(item, arrayPath, taskId, position)) is { } mapped)
                {
                    items.Add(mapped);
                }
            }
            else if (item.ValueKind is not JsonValueKind.Null)
            {
                throw Error($"{name}[{position}]", "an object", item.ValueKind);
            }

            position++;
        }

        return items;
    }

    private bool TryGet(string name, out JsonElement value) =>
        element.TryGetProperty(name, out value) && value.ValueKind is not JsonValueKind.Null;

    private bool TryGetArray(string name, out JsonElement array) =>
        TryGet(name, out array) && (array.ValueKind is JsonValueKind.Array ? true : throw Error(name, "an array", array.ValueKind));

    private long? Integer(string name, long min, long max)
    {
        if (!TryGet(name, out JsonElement value))
        {
            return null;
        }

        long number = 0;
        bool understood = value.ValueKind switch
        {
            JsonValueKind.Number => value.TryGetInt64(out number) || TryTruncate(value, out number),
            JsonValueKind.String => long.TryParse(value.GetString(), NumberStyles.Integer, CultureInfo.InvariantCulture, out number),
            _ => false,
        };
        return understood && number >= min && number <= max ? number : throw Error(name, "an integer", value.ValueKind);
    }

    /// <summary>Reads integers that are written with a point or an exponent, such as 16000.0.</summary>
    private static bool TryTruncate(JsonElement value, out long number)
    {
        // Beyond 2^53 a double no longer tells neighbouring integers apart.
        bool whole = value.TryGetDouble(out double real) && Math.Abs(real) <= 1L << 53 && Math.Truncate(real) == real;
        number = whole ? (long)real : 0;
        return whole;
    }

    private string PathOf(string name) =>
        index >= 0 ? $"{path}[{index}].{name}" : path.Length == 0 ? name : $"{path}.{name}";

    private ProtocolException Error(string name, string expected, JsonValueKind found)
    {
        string kind = found switch
        {
            JsonValueKind.Object => "an object",
            JsonValueKind.Array => "an array",
            JsonValueKind.String => "a string",
            JsonValueKind.Number => "a number",
            _ => "a boolean",
        };
        string detail = expected == kind || (expected == "an integer" && kind == "a number") ? "out of range" : $"expected {expected}, found {kind}";
        return new ProtocolException(ErrorCodes.InvalidParameter, $"Invalid parameter '{PathOf(name)}': {detail}.", taskId);
    }
}
