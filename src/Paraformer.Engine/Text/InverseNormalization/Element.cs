namespace Paraformer.Engine.Text.InverseNormalization;

/// <summary>A part of a pattern.</summary>
internal abstract class Element
{
    /// <summary>Adds every way to match at a place, at most one for each end, the preferred first.</summary>
    public abstract void Match(Chart chart, int position, Capture? captures, List<Match> into);

    /// <summary>Adds the texts that a match can begin with; false when it can begin with anything.</summary>
    public abstract bool CollectBeginnings(HashSet<string> beginnings);

    /// <summary>Adds what the first character of a match can be; false when it can be any.</summary>
    public virtual bool CollectFirsts(HashSet<char> characters) => false;

    /// <summary>Texts of which one is in every match; null when nothing is certain or they are too many to look for.</summary>
    public virtual string[]? Needs() => null;

    /// <summary>Can match without taking a character.</summary>
    public virtual bool IsEmpty => false;

    /// <summary>Looks around without taking; no space is passed on the way to it.</summary>
    public virtual bool IsLook => false;
}

/// <summary>A fixed text.</summary>
internal sealed class LiteralElement(string folded, Value? value) : Element
{
    public string Folded => folded;

    public override string[]? Needs() => folded.Length == 0 ? null : [folded];

    public override void Match(Chart chart, int position, Capture? captures, List<Match> into)
    {
        if (chart.Folded[position..].StartsWith(folded, StringComparison.Ordinal))
        {
            int end = position + folded.Length;
            into.Add(new Match(end, value ?? new Value(chart.Text[position..end]), captures));
        }
    }

    public override bool CollectFirsts(HashSet<char> characters)
    {
        if (folded.Length > 0)
        {
            characters.Add(folded[0]);
        }

        return folded.Length > 0;
    }

    public override bool CollectBeginnings(HashSet<string> beginnings)
    {
        beginnings.Add(folded);
        return true;
    }
}

/// <summary>One of many fixed texts.</summary>
internal sealed class TableElement(Lexicon<Value?> table) : Element
{
    public IEnumerable<string> Keys => table.Keys;

    public override string[]? Needs() => Need.Limit(table.Keys);

    public override void Match(Chart chart, int position, Capture? captures, List<Match> into)
    {
        ReadOnlySpan<char> folded = chart.Folded;
        Lexicon<Value?>.Node? node = null;
        int first = into.Count;
        for (int at = position; at < folded.Length; at++)
        {
            node = table.Next(node, folded[at]);
            if (node is null)
            {
                break;
            }

            if (node.Items is not null)
            {
                into.Insert(first, new Match(at + 1, node.Items[0] ?? new Value(chart.Text[position..(at + 1)]), captures));
            }
        }
    }

    public override bool CollectFirsts(HashSet<char> characters)
    {
        foreach (string key in table.Keys)
        {
            characters.Add(key[0]);
        }

        return true;
    }

    public override bool CollectBeginnings(HashSet<string> beginnings)
    {
        beginnings.UnionWith(table.Keys);
        return true;
    }
}

/// <summary>A single letter standing alone, or a whole word.</summary>
internal sealed class WordElement(bool single) : Element
{
    public override void Match(Chart chart, int position, Capture? captures, List<Match> into)
    {
        int end = position;
        while (end < chart.Text.Length && chart.IsWordCharacter(chart.Folded[end]))
        {
            end++;
        }

        if (end > position && (!single || (end == position + 1 && char.IsLetter(chart.Folded[position]))) && chart.IsWordBoundary(position))
        {
            into.Add(new Match(end, new Value(chart.Folded[position..end].ToString()), captures));
        }
    }

    public override bool CollectBeginnings(HashSet<string> beginnings)
    {
        if (!single)
        {
            return false;
        }

        for (char c = 'a'; c <= 'z'; c++)
        {
            beginnings.Add(c.ToString());
        }

        return true;
    }
}

/// <summary>A run of letters and digits without Han, kana and the like.</summary>
internal sealed class LatinElement : Element
{
    public override void Match(Chart chart, int position, Capture? captures, List<Match> into)
    {
        int end = position;
        while (end < chart.Text.Length && char.IsAsciiLetterOrDigit(chart.Text[end]))
        {
            end++;
        }

        if (end > position && (position == 0 || !char.IsAsciiLetterOrDigit(chart.Text[position - 1])))
        {
            into.Add(new Match(end, new Value(chart.Text[position..end]), captures));
        }
    }

    public override bool CollectBeginnings(HashSet<string> beginnings)
    {
        for (char c = 'a'; c <= 'z'; c++)
        {
            beginnings.Add(c.ToString());
        }

        for (char c = '0'; c <= '9'; c++)
        {
            beginnings.Add(c.ToString());
        }

        return true;
    }
}

/// <summary>What another rule matches.</summary>
internal sealed class RuleElement(Rule rule) : Element
{
    public override void Match(Chart chart, int position, Capture? captures, List<Match> into)
    {
        foreach (Match match in rule.Match(chart, position))
        {
            into.Add(match with { Captures = captures });
        }
    }

    public override string[]? Needs() => rule.Needs();

    public override bool CollectFirsts(HashSet<char> characters) => rule.CollectFirsts(characters);

    public override bool CollectBeginnings(HashSet<string> beginnings) => rule.CollectBeginnings(beginnings);
}

/// <summary>One of several sequences, the earlier preferred.</summary>
internal sealed class GroupElement(IReadOnlyList<Sequence> alternatives) : Element
{
    public IReadOnlyList<Sequence> Alternatives => alternatives;

    public override string[]? Needs() => Need.OfAny(alternatives);

    public override void Match(Chart chart, int position, Capture? captures, List<Match> into)
    {
        int first = into.Count;
        List<Match> found = chart.Rent();
        foreach (Sequence alternative in alternatives)
        {
            alternative.Match(chart, position, captures, found);
            foreach (Match match in found)
            {
                Sequence.AddUnlessEndKnown(into, first, match);
            }

            found.Clear();
        }

        chart.Return(found);
    }

    public override bool CollectFirsts(HashSet<char> characters) => alternatives.All(alternative => alternative.CollectFirsts(characters));

    public override bool CollectBeginnings(HashSet<string> beginnings) =>
        alternatives.All(alternative => alternative.CollectBeginnings(beginnings));
}
