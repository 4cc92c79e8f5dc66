namespace Paraformer.Engine.Text.InverseNormalization;

/// <summary>Takes nothing; demands the edge of a word.</summary>
internal sealed class EdgeElement : Element
{
    public override bool IsEmpty => true;

    public override bool IsLook => true;

    public override void Match(Chart chart, int position, Capture? captures, List<Match> into)
    {
        if (chart.IsWordBoundary(position))
        {
            into.Add(new Match(position, Value.Empty, captures));
        }
    }

    public override bool CollectBeginnings(HashSet<string> beginnings) => true;
}

/// <summary>Takes nothing; demands a hyphen between the parts on its sides, which else is the same as a space.</summary>
internal sealed class HyphenElement : Element
{
    public override bool IsEmpty => true;

    public override bool IsLook => true;

    public override void Match(Chart chart, int position, Capture? captures, List<Match> into)
    {
        for (int at = chart.SkipBack(position); at < chart.Text.Length && chart.Folded[at] == ' '; at++)
        {
            if (chart.Text[at] == '-')
            {
                into.Add(new Match(position, Value.Empty, captures));
                return;
            }
        }
    }

    public override bool CollectBeginnings(HashSet<string> beginnings) => true;
}

/// <summary>Takes nothing; demands or forbids what follows.</summary>
internal sealed class LookAheadElement(Element inner, bool negative) : Element
{
    public override bool IsEmpty => true;

    public override bool IsLook => true;

    public override void Match(Chart chart, int position, Capture? captures, List<Match> into)
    {
        int start = position;
        while (start < chart.Text.Length && chart.Folded[start] == ' ')
        {
            start++;
        }

        List<Match> found = chart.Rent();
        inner.Match(chart, start, null, found);
        bool matched = found.Exists(match => chart.MayEnd(match.End));
        chart.Return(found);
        if (matched != negative)
        {
            into.Add(new Match(position, Value.Empty, captures));
        }
    }

    public override bool CollectBeginnings(HashSet<string> beginnings) => true;
}

/// <summary>Takes nothing; demands or forbids what stands before. Start of the text counts when asked for.</summary>
internal sealed class LookBehindElement : Element
{
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _texts;
    private readonly int[] _lengths;
    private readonly bool _start;
    private readonly bool _negative;

    public LookBehindElement(IEnumerable<string> texts, bool start, bool negative)
    {
        var set = texts.ToHashSet();
        _texts = set.GetAlternateLookup<ReadOnlySpan<char>>();
        _lengths = [.. set.Select(text => text.Length).Distinct()];
        _start = start;
        _negative = negative;
    }

    public override bool IsEmpty => true;

    public override bool IsLook => true;

    public override void Match(Chart chart, int position, Capture? captures, List<Match> into)
    {
        if (IsThere(chart, chart.SkipBack(position)) != _negative)
        {
            into.Add(new Match(position, Value.Empty, captures));
        }
    }

    public override bool CollectBeginnings(HashSet<string> beginnings) => true;

    private bool IsThere(Chart chart, int end)
    {
        if (end == 0)
        {
            return _start;
        }

        foreach (int length in _lengths)
        {
            if (length <= end && chart.MayStart(end - length) && _texts.Contains(chart.Folded[(end - length)..end]))
            {
                return true;
            }
        }

        return false;
    }
}
