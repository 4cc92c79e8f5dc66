namespace Paraformer.Engine.Text.InverseNormalization;

/// <summary>A sequence, the conditions on its captures, and how it is written; without a template the joined values stand.</summary>
internal sealed record Alternative(Sequence Sequence, IReadOnlyList<Condition> Conditions, Template? Template)
{
    public bool Accepts(Capture? captures)
    {
        foreach (Condition condition in Conditions)
        {
            if (!condition.Holds(captures))
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>A named choice of alternatives, the earlier preferred.</summary>
internal sealed class Rule(string name, int index)
{
    private bool _collecting;
    private bool _needed;
    private string[]? _needs;

    public string Name => name;

    public IReadOnlyList<Alternative> Alternatives { get; set; } = [];

    /// <summary>Every way to match at a place, at most one for each end.</summary>
    public Match[] Match(Chart chart, int position)
    {
        if (chart.TryRecall(index, position, out Match[] known))
        {
            return known;
        }

        chart.Remember(index, position, []);
        List<Match> found = chart.Rent();
        List<Match> kept = chart.Rent();
        foreach (Alternative alternative in Alternatives)
        {
            alternative.Sequence.Match(chart, position, null, found);
            foreach (Match match in found)
            {
                if (alternative.Accepts(match.Captures))
                {
                    Value value = alternative.Template?.Evaluate(match.Captures) ?? match.Value;
                    Sequence.AddUnlessEndKnown(kept, 0, new Match(match.End, value, null));
                }
            }

            found.Clear();
        }

        Match[] matches = kept.Count == 0 ? [] : [.. kept];
        chart.Remember(index, position, matches);
        chart.Return(found);
        chart.Return(kept);
        return matches;
    }

    /// <summary>Texts of which one is in every match, or null.</summary>
    public string[]? Needs()
    {
        if (_needed || _collecting)
        {
            return _needs;
        }

        _collecting = true;
        _needs = Need.OfAny(Alternatives.Select(alternative => alternative.Sequence));
        _collecting = false;
        _needed = true;
        return _needs;
    }

    /// <summary>Adds what the first character of a match can be; false when it can be any.</summary>
    public bool CollectFirsts(HashSet<char> characters) => Alternatives.All(alternative => alternative.Sequence.CollectFirsts(characters));

    /// <exception cref="InvalidDataException">The rule begins with itself.</exception>
    public bool CollectBeginnings(HashSet<string> beginnings)
    {
        if (_collecting)
        {
            throw new InvalidDataException($"rule '{name}' begins with itself");
        }

        _collecting = true;
        bool all = Alternatives.All(alternative => alternative.Sequence.CollectBeginnings(beginnings));
        _collecting = false;
        return all;
    }
}
