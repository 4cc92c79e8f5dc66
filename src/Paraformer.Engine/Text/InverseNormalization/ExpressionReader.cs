using System.Globalization;

namespace Paraformer.Engine.Text.InverseNormalization;

/// <summary>Reads <see cref="Expression"/> and <see cref="Condition"/>: + - * / %, parentheses, len(x), has(x), comparisons joined by &amp;.</summary>
internal sealed class ExpressionReader(string text, Func<string, int> slotOf)
{
    private int _at;

    public Expression ReadExpression()
    {
        Expression all = Sum();
        Skip();
        return _at == text.Length ? all : throw new FormatException($"'{text[_at..]}' is not expected in the expression '{text}'");
    }

    public List<Condition> ReadConditions()
    {
        var conditions = new List<Condition>();
        do
        {
            Expression left = Sum();
            Skip();
            string comparison = string.Concat(text.Skip(_at).TakeWhile(c => c is '<' or '>' or '=' or '!'));
            _at += comparison.Length;
            conditions.Add(comparison is "<" or "<=" or ">" or ">=" or "=" or "!="
                ? new Condition(comparison, left, Sum())
                : throw new FormatException($"'{text}' needs a comparison at character {_at}"));
        }
        while (Take('&'));
        return _at == text.Length ? conditions : throw new FormatException($"'{text[_at..]}' is not expected in the condition '{text}'");
    }

    private Expression Sum()
    {
        Expression left = Product();
        while (TakeOneOf("+-") is char op and not '\0')
        {
            left = new Expression.Binary(op, left, Product());
        }

        return left;
    }

    private Expression Product()
    {
        Expression left = Factor();
        while (TakeOneOf("*/%") is char op and not '\0')
        {
            left = new Expression.Binary(op, left, Factor());
        }

        return left;
    }

    private Expression Factor()
    {
        if (Take('('))
        {
            Expression inner = Sum();
            return Take(')') ? inner : throw new FormatException($"')' is missing in '{text}'");
        }

        int start = _at;
        while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] == '_'))
        {
            _at++;
        }

        string name = text[start.._at];
        if (long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out long number))
        {
            return new Expression.Constant(number);
        }

        if (name.Length == 0)
        {
            throw new FormatException($"a name or a number is missing at character {_at} of '{text}'");
        }

        if (name is "len" or "has" && Take('('))
        {
            int end = text.IndexOf(')', _at);
            if (end < 0)
            {
                throw new FormatException($"')' is missing in '{text}'");
            }

            int slot = slotOf(text[_at..end].Trim());
            _at = end + 1;
            return name == "len" ? new Expression.Length(slot) : new Expression.Has(slot);
        }

        return new Expression.Reference(slotOf(name));
    }

    private char TakeOneOf(string operators)
    {
        Skip();
        return _at < text.Length && operators.Contains(text[_at], StringComparison.Ordinal) ? text[_at++] : '\0';
    }

    private bool Take(char expected)
    {
        Skip();
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
