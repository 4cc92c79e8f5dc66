using System.Text.Json;
using System.Text.Unicode;

namespace Paraformer.Protocol;

/// <summary>From bytes to a JSON document that is safe to walk: valid UTF-8, valid UTF-16 escapes, bounded depth.</summary>
internal static class MessageParser
{
    /// <summary>The deepest nesting that is read.</summary>
    public const int MaxDepth = 64;

    private static readonly JsonReaderOptions Options = new() { MaxDepth = MaxDepth };

    /// <summary>Parses one whole message.</summary>
    /// <exception cref="ProtocolException">"Invalid payload data": not UTF-8, not JSON, too deep, or no object.</exception>
    public static JsonDocument Parse(ReadOnlySpan<byte> utf8)
    {
        ReadOnlySpan<byte> byteOrderMark = [0xEF, 0xBB, 0xBF];
        if (utf8.StartsWith(byteOrderMark))
        {
            utf8 = utf8[byteOrderMark.Length..];
        }

        if (!Utf8.IsValid(utf8))
        {
            throw Invalid(FindTaskId(utf8));
        }

        JsonDocument? document = null;
        try
        {
            var reader = new Utf8JsonReader(utf8, Options);
            document = JsonDocument.ParseValue(ref reader);
            // Throws on anything but white space behind the value.
            reader.Read();
        }
        catch (JsonException e)
        {
            document?.Dispose();
            throw Invalid(FindTaskId(utf8), e);
        }

        if (document.RootElement.ValueKind is not JsonValueKind.Object || !HasPairedSurrogates(utf8))
        {
            document.Dispose();
            throw Invalid(FindTaskId(utf8));
        }

        return document;
    }

    /// <summary>The error for a message that is none.</summary>
    public static ProtocolException Invalid(string? taskId, Exception? inner = null) =>
        new(ErrorCodes.InvalidParameter, "Invalid payload data", taskId, inner);

    /// <summary>Whether every <c>\u</c> escape of valid JSON text is part of a valid string: no lone surrogates.</summary>
    private static bool HasPairedSurrogates(ReadOnlySpan<byte> json)
    {
        bool afterHigh = false;
        while (true)
        {
            int next = json.IndexOf((byte)'\\');
            if (next < 0)
            {
                return !afterHigh;
            }

            if (next > 0 && afterHigh)
            {
                return false;
            }

            json = json[next..];
            bool low = false, high = false;
            int length = 2;
            if (json[1] == 'u')
            {
                length = 6;
                bool surrogate = json[2] is (byte)'d' or (byte)'D';
                high = surrogate && "89abAB"u8.Contains(json[3]);
                low = surrogate && "cdefCDEF"u8.Contains(json[3]);
            }

            if (afterHigh != low)
            {
                return false;
            }

            afterHigh = high;
            json = json[length..];
        }
    }

    /// <summary>Reads as far as the text can be read, for <c>header.task_id</c>.</summary>
    private static string? FindTaskId(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, Options);
        bool inHeader = false;
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is not JsonTokenType.PropertyName)
                {
                    continue;
                }

                if (reader.CurrentDepth == 1)
                {
                    inHeader = reader.ValueTextEquals("header"u8);
                }
                else if (inHeader && reader.CurrentDepth == 2 && reader.ValueTextEquals("task_id"u8))
                {
                    return reader.Read() && reader.TokenType is JsonTokenType.String ? reader.GetString() : null;
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }

        return null;
    }
}
