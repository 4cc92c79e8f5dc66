using System.Text;

namespace Paraformer.Engine.Text.InverseNormalization.OpenFst;

/// <summary>
/// What the tagger writes, class { key: "value" ... } one after the other, and the order of the keys that the verbaliser reads.
/// </summary>
internal static class TaggedText
{
    private static readonly Dictionary<string, string[]> s_orders = new()
    {
        ["date"] = ["year", "month", "day"],
        ["fraction"] = ["sign", "numerator", "denominator"],
        ["measure"] = ["numerator", "denominator", "value"],
        ["money"] = ["currency", "value"],
        ["time"] = ["hour", "minute", "second", "noon"],
    };

    /// <summary>The same with the keys of each class in order; null when the text is not of this form.</summary>
    public static string? Reorder(string tagged)
    {
        var text = new StringBuilder();
        int at = 0;
        while (at < tagged.Length)
        {
            int open = tagged.IndexOf(" {", at, StringComparison.Ordinal);
            if (open < 0)
            {
                return null;
            }

            string kind = tagged[at..open].Trim();
            at = open + 2;
            var pairs = new List<(string Key, string Value)>();
            while (ReadPair(tagged, ref at) is { } pair)
            {
                pairs.Add(pair);
            }

            int close = tagged.IndexOf('}', at);
            if (close < 0)
            {
                return null;
            }

            at = close + 1;
            while (at < tagged.Length && tagged[at] == ' ')
            {
                at++;
            }

            if (s_orders.TryGetValue(kind, out string[]? order))
            {
                pairs = [.. pairs.OrderBy(pair => Array.IndexOf(order, pair.Key))];
            }

            text.Append(text.Length > 0 ? " " : "").Append(kind).Append(" { ");
            foreach ((string key, string value) in pairs)
            {
                text.Append(key).Append(": \"").Append(value).Append("\" ");
            }

            text.Append('}');
        }

        return text.ToString();
    }

    private static (string Key, string Value)? ReadPair(string tagged, ref int at)
    {
        int colon = tagged.IndexOf(": \"", at, StringComparison.Ordinal);
        int brace = tagged.IndexOf('}', at);
        if (colon < 0 || (brace >= 0 && brace < colon))
        {
            return null;
        }

        int end = colon + 3;
        while (end < tagged.Length && tagged[end] != '"')
        {
            end += tagged[end] == '\\' ? 2 : 1;
        }

        if (end >= tagged.Length)
        {
            return null;
        }

        string key = tagged[at..colon].Trim();
        at = end + 1;
        return (key, tagged[(colon + 3)..end]);
    }
}
