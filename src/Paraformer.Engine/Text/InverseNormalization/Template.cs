using System.Globalization;
using System.Text;

namespace Paraformer.Engine.Text.InverseNormalization;

/// <summary>
/// How a match is written: literal text with {x} for a capture, {x*100+y} for arithmetic, and a format after a colon: zeros pad
/// ({m:00}), a comma groups thousands, # takes the next character ({d:###-####}).
/// </summary>
internal sealed class Template
{
    private readonly List<Part> _parts;

    private Template(List<Part> parts) => _parts = parts;

    public static Template Parse(string text, Func<string, int> slotOf)
    {
        var parts = new List<Part>();
        int at = 0;
        while (at < text.Length)
        {
            int open = text.IndexOf('{', at);
            if (open < 0)
            {
                open = text.Length;
            }

            if (open > at)
            {
                parts.Add(new Part(text[at..open], null, -1, null));
            }

            if (open == text.Length)
            {
                break;
            }

            int close = text.IndexOf('}', open);
            if (close < 0)
            {
                throw new FormatException($"'}}' is missing in '{text}'");
            }

            string[] halves = text[(open + 1)..close].Split(':', 2);
            string? format = halves.Length == 2 ? halves[1] : null;
            Expression expression = new ExpressionReader(halves[0], slotOf).ReadExpression();
            parts.Add(expression is Expression.Reference reference
                ? new Part(null, null, reference.Slot, format)
                : new Part(null, expression, -1, format));
            at = close + 1;
        }

        return new Template(parts);
    }

    public Value Evaluate(Capture? captures)
    {
        if (_parts is [{ Literal: null, Format: null } only])
        {
            return only.Expression is not null ? new Value(only.Expression.Evaluate(captures)) : Capture.Find(captures, only.Slot)?.Value ?? new Value("");
        }

        var text = new StringBuilder();
        foreach (Part part in _parts)
        {
            Append(text, part, captures);
        }

        return new Value(text.ToString());
    }

    /// <summary>
    /// The written text with its spaces, and for each space between two captures the place in the source where what follows it begins.
    /// </summary>
    public string Write(Capture? captures, List<(int Offset, int Source)> cuts)
    {
        var text = new StringBuilder();
        int space = -1;
        int reached = -1;
        foreach (Part part in _parts)
        {
            int before = text.Length;
            Append(text, part, captures);
            if (part.Literal is not null)
            {
                int last = part.Literal.LastIndexOf(' ');
                space = last >= 0 ? before + last : space;
            }
            else if (Capture.Find(captures, part.Slot) is { } capture && text.Length > before)
            {
                if (space > 0 && reached >= 0 && capture.Start >= reached)
                {
                    cuts.Add((space, capture.Start));
                }

                space = -1;
                reached = Math.Max(reached, capture.End);
            }
            else if (part.Expression is not null)
            {
                space = -1;
                reached = int.MaxValue;
            }
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, Part part, Capture? captures)
    {
        if (part.Literal is not null)
        {
            text.Append(part.Literal);
            return;
        }

        Value value = part.Expression is not null ? new Value(part.Expression.Evaluate(captures)) : Capture.Find(captures, part.Slot)?.Value ?? new Value("");
        string written = value.Text;
        switch (part.Format)
        {
            case null:
                text.Append(written);
                break;
            case ",":
                text.Append(value.Number.ToString("#,##0", CultureInfo.InvariantCulture));
                break;
            case var mask when mask.Contains('#', StringComparison.Ordinal):
                int at = 0;
                foreach (char c in mask)
                {
                    text.Append(c != '#' ? c : at < written.Length ? written[at++] : '0');
                }

                break;
            default:
                text.Append(written.PadLeft(part.Format.Length, '0'));
                break;
        }
    }

    private sealed record Part(string? Literal, Expression? Expression, int Slot, string? Format);
}
