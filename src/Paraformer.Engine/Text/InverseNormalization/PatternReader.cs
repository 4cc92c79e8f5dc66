namespace Paraformer.Engine.Text.InverseNormalization;

/// <summary>
/// Reads a pattern: 'text' or 'text'=value, names of tables and rules, (a | b), x:part for a capture, ? * + after a part, ~ before
/// a part that follows without a space, !part and &amp;part for what comes next, &lt;part and &lt;!part for what came before.
/// </summary>
internal sealed class PatternReader(string text, Func<string, Element> symbol)
{
    private readonly Dictionary<string, int> _slots = [];
    private int _at;

    public int SlotOf(string name) =>
        _slots.TryGetValue(name, out int slot) ? slot : throw new FormatException($"no part of the pattern is called '{name}'");

    public Sequence Read(bool joinsValues)
    {
        List<Step> steps = ReadSteps();
        return _at == text.Length ? new Sequence(steps, joinsValues) : throw new FormatException($"'{text[_at..]}' is not expected");
    }

    private List<Step> ReadSteps()
    {
        var steps = new List<Step>();
        for (Skip(); _at < text.Length && text[_at] is not ('|' or ')'); Skip())
        {
            steps.Add(ReadStep());
        }

        return steps;
    }

    private Step ReadStep()
    {
        bool glued = Take('~');
        if (Take('<'))
        {
            bool negative = Take('!');
            return new Step(LookBehind(ReadRepeated(), negative), -1, glued);
        }

        if (Take('!'))
        {
            return new Step(new LookAheadElement(ReadRepeated(), negative: true), -1, glued);
        }

        if (Take('&'))
        {
            return new Step(new LookAheadElement(ReadRepeated(), negative: false), -1, glued);
        }

        int slot = -1;
        int colon = _at;
        while (colon < text.Length && char.IsAsciiLetterOrDigit(text[colon]))
        {
            colon++;
        }

        if (colon > _at && colon < text.Length && text[colon] == ':')
        {
            string name = text[_at..colon];
            if (!_slots.TryGetValue(name, out slot))
            {
                slot = _slots[name] = _slots.Count;
            }

            _at = colon + 1;
        }

        return new Step(ReadRepeated(), slot, glued);
    }

    private Element ReadRepeated()
    {
        Element element = ReadPrimary();
        if (_at < text.Length && text[_at] is '?' or '*' or '+')
        {
            char mark = text[_at++];
            return new RepeatElement(element, mark == '+' ? 1 : 0, mark == '?' ? 1 : int.MaxValue);
        }

        return element;
    }

    private Element ReadPrimary()
    {
        if (_at == text.Length)
        {
            throw new FormatException("a part is missing at the end");
        }

        if (Take('('))
        {
            var alternatives = new List<Sequence>();
            do
            {
                alternatives.Add(new Sequence(ReadSteps(), joinsValues: true));
            }
            while (Take('|'));
            return Take(')') ? new GroupElement(alternatives) : throw new FormatException("')' is missing");
        }

        if (text[_at] is '\'' or '"')
        {
            string literal = ReadQuoted();
            return new LiteralElement(literal, _at < text.Length && text[_at] == '=' ? new Value(ReadLiteralValue()) : null);
        }

        int start = _at;
        while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] == '-'))
        {
            _at++;
        }

        return _at > start ? symbol(text[start.._at]) : throw new FormatException($"'{text[_at]}' is not expected");
    }

    private string ReadLiteralValue()
    {
        _at++;
        if (_at < text.Length && text[_at] is '\'' or '"')
        {
            return ReadQuoted();
        }

        int start = _at;
        while (_at < text.Length && text[_at] is not (' ' or ')' or '|' or '?' or '*' or '+'))
        {
            _at++;
        }

        return text[start.._at];
    }

    private string ReadQuoted()
    {
        char quote = text[_at];
        int end = text.IndexOf(quote, _at + 1);
        if (end < 0)
        {
            throw new FormatException($"{quote} is missing");
        }

        string inner = text[(_at + 1)..end];
        _at = end + 1;
        return inner;
    }

    private static LookBehindElement LookBehind(Element element, bool negative)
    {
        var texts = new List<string>();
        bool start = false;
        Gather(element);
        return new LookBehindElement(texts, start, negative);

        void Gather(Element part)
        {
            switch (part)
            {
                case LiteralElement { Folded: "" }:
                    start = true;
                    break;
                case LiteralElement literal:
                    texts.Add(literal.Folded);
                    break;
                case TableElement table:
                    texts.AddRange(table.Keys);
                    break;
                case GroupElement group:
                    foreach (Sequence alternative in group.Alternatives)
                    {
                        Gather(alternative.Only ?? throw new FormatException("what came before is a text or a table, or a choice of them"));
                    }

                    break;
                default:
                    throw new FormatException("what came before is a text or a table, or a choice of them");
            }
        }
    }

    private bool Take(char expected)
    {
        if (_at < text.Length && text[_at] == expected)
        {
            _at++;
            Skip();
            return true;
        }

        return false;
    }

    private void Skip()
    {
        while (_at < text.Length && text[_at] == ' ')
        {
            _at++;
        }
    }
}
