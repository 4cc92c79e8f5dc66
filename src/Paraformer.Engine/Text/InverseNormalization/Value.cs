using System.Globalization;

namespace Paraformer.Engine.Text.InverseNormalization;

/// <summary>What a part of a pattern stands for: a text, or a number that has no text yet.</summary>
internal readonly struct Value
{
    private readonly string? _text;
    private readonly long _number;

    public Value(string text)
    {
        _text = text;
        _number = 0;
    }

    public Value(long number)
    {
        _text = null;
        _number = number;
    }

    public static Value Empty { get; } = new("");

    public string Text => _text ?? _number.ToString(CultureInfo.InvariantCulture);

    /// <summary>The number; zero for a text that is none.</summary>
    public long Number
    {
        get
        {
            if (_text is null)
            {
                return _number;
            }

            return long.TryParse(_text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : 0;
        }
    }

    /// <summary>One text after the other; the number survives where one of the two is empty.</summary>
    public static Value Join(Value first, Value second) =>
        first._text is "" ? second : second._text is "" ? first : new Value(first.Text + second.Text);
}

/// <summary>A way to match at one place: where it ends, what it stands for and the captures so far.</summary>
internal readonly record struct Match(int End, Value Value, Capture? Captures);

/// <summary>A value with a name, in a chain that starts with the last one.</summary>
internal sealed record Capture(int Slot, Value Value, int Start, int End, Capture? Before)
{
    public static Capture? Find(Capture? chain, int slot)
    {
        while (chain is not null && chain.Slot != slot)
        {
            chain = chain.Before;
        }

        return chain;
    }
}
