using System.Text.Json;

namespace Paraformer.Engine.Vosk;

/// <summary>Reads libvosk's result JSON.</summary>
internal static class VoskResult
{
    /// <summary>Adds the words of <c>result</c> or <c>partial_result</c>.</summary>
    /// <param name="json">What libvosk returned.</param>
    /// <param name="origin">The sample of libvosk's clock from which times are to count.</param>
    /// <param name="words">Gets the words.</param>
    public static void ReadWords(ReadOnlySpan<byte> json, long origin, List<WordHypothesis> words)
    {
        var reader = new Utf8JsonReader(json);
        string text = "";
        double begin = 0, end = 0, confidence = 1;
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("word"u8))
                {
                    reader.Read();
                    text = reader.GetString() ?? "";
                }
                else if (reader.ValueTextEquals("start"u8))
                {
                    reader.Read();
                    begin = reader.GetDouble();
                }
                else if (reader.ValueTextEquals("end"u8))
                {
                    reader.Read();
                    end = reader.GetDouble();
                }
                else if (reader.ValueTextEquals("conf"u8))
                {
                    reader.Read();
                    confidence = reader.GetDouble();
                }
            }
            else if (reader.TokenType == JsonTokenType.EndObject && text.Length > 0)
            {
                words.Add(new WordHypothesis(text, Samples(begin) - origin, Samples(end) - origin, (float)Math.Clamp(confidence, 0, 1)));
                text = "";
            }
        }
    }

    /// <summary>Adds the words of <c>partial</c>.</summary>
    public static void ReadPartialText(ReadOnlySpan<byte> json, List<string> words)
    {
        var reader = new Utf8JsonReader(json);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("partial"u8))
            {
                reader.Read();
                words.AddRange((reader.GetString() ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries));
                return;
            }
        }
    }

    private static long Samples(double seconds) => (long)Math.Round(seconds * VoskRecognizer.SampleRate);
}
