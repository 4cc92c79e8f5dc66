namespace Paraformer.Engine.Text.InverseNormalization;

/// <summary>An element several times in a row, longer rows preferred; the values are joined.</summary>
internal sealed class RepeatElement(Element inner, int minimum, int maximum) : Element
{
    public override bool IsEmpty => minimum == 0;

    public override string[]? Needs() => minimum == 0 ? null : inner.Needs();

    public override void Match(Chart chart, int position, Capture? captures, List<Match> into)
    {
        int first = into.Count;
        List<Match> current = chart.Rent();
        List<Match> next = chart.Rent();
        current.Add(new Match(position, Value.Empty, captures));
        for (int count = 0; current.Count > 0; count++)
        {
            if (count >= minimum)
            {
                foreach (Match match in current)
                {
                    int known = into.FindIndex(first, m => m.End == match.End);
                    if (known < 0)
                    {
                        into.Insert(first, match);
                    }
                }
            }

            if (count == maximum)
            {
                break;
            }

            foreach (Match match in current)
            {
                Extend(chart, match, count, next);
            }

            current.Clear();
            (current, next) = (next, current);
        }

        chart.Return(current);
        chart.Return(next);
    }

    public override bool CollectFirsts(HashSet<char> characters) => inner.CollectFirsts(characters);

    public override bool CollectBeginnings(HashSet<string> beginnings) => inner.CollectBeginnings(beginnings);

    private void Extend(Chart chart, Match before, int count, List<Match> next)
    {
        int start = count == 0 ? before.End : chart.Joint(before.End);
        if (start < 0)
        {
            return;
        }

        List<Match> found = chart.Rent();
        inner.Match(chart, start, before.Captures, found);
        foreach (Match match in found)
        {
            if (match.End > before.End)
            {
                Sequence.AddUnlessEndKnown(next, 0, match with { Value = Value.Join(before.Value, match.Value) });
            }
        }

        chart.Return(found);
    }
}
