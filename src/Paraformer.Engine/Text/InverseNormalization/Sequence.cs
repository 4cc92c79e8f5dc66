using System.Runtime.InteropServices;

namespace Paraformer.Engine.Text.InverseNormalization;

/// <summary>A part of a sequence: the element, the capture it fills (-1 for none), and whether it follows without a space.</summary>
internal readonly record struct Step(Element Element, int Slot, bool Glued);

/// <summary>Elements one after the other, with the spaces that the grammar asks for between them.</summary>
internal sealed class Sequence(IReadOnlyList<Step> steps, bool joinsValues)
{
    private readonly Step[] _steps = [.. steps];
    private FirstCharacters? _firsts;

    /// <summary>The element of a sequence of one.</summary>
    public Element? Only => _steps.Length == 1 ? _steps[0].Element : null;

    public void Match(Chart chart, int position, Capture? captures, List<Match> into)
    {
        if (!(_firsts ??= FirstCharacters.Of(this)).MayBegin(chart, position))
        {
            return;
        }

        List<Match> current = chart.Rent();
        List<Match> next = chart.Rent();
        List<Match> found = chart.Rent();
        current.Add(new Match(position, Value.Empty, captures));
        foreach (Step step in _steps)
        {
            foreach (ref readonly Match state in CollectionsMarshal.AsSpan(current))
            {
                Take(chart, position, step, state, found, next);
            }

            current.Clear();
            (current, next) = (next, current);
            if (current.Count == 0)
            {
                break;
            }
        }

        into.AddRange(current);
        chart.Return(current);
        chart.Return(next);
        chart.Return(found);
    }

    public bool CollectBeginnings(HashSet<string> beginnings)
    {
        foreach (Step step in _steps)
        {
            if (!step.Element.CollectBeginnings(beginnings))
            {
                return false;
            }

            if (!step.Element.IsEmpty)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Adds what the first character of a match can be; false when it can be any, or there may be none.</summary>
    public bool CollectFirsts(HashSet<char> characters)
    {
        foreach (Step step in _steps)
        {
            if (!step.Element.IsLook && !step.Element.CollectFirsts(characters))
            {
                return false;
            }

            if (!step.Element.IsEmpty)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The smallest set of texts of which one is in every match, or null.</summary>
    public string[]? Needs() => AllNeeds().MinBy(needs => needs.Length);

    /// <summary>Sets of texts; every match holds one of each.</summary>
    public IEnumerable<string[]> AllNeeds() => _steps.Where(step => !step.Element.IsEmpty).Select(step => step.Element.Needs()).OfType<string[]>();

    public static void AddUnlessEndKnown(List<Match> list, int first, in Match match)
    {
        for (int i = first; i < list.Count; i++)
        {
            if (list[i].End == match.End)
            {
                return;
            }
        }

        list.Add(match);
    }

    private void Take(Chart chart, int origin, Step step, in Match state, List<Match> found, List<Match> next)
    {
        int start = state.End == origin || step.Glued || step.Element.IsLook ? state.End : chart.Joint(state.End);
        if (start >= 0)
        {
            step.Element.Match(chart, start, state.Captures, found);
        }

        bool emptyFound = false;
        foreach (Match match in found)
        {
            bool empty = match.End == start;
            emptyFound |= empty;
            Capture? captures = step.Slot < 0 || empty ? match.Captures : new Capture(step.Slot, match.Value, start, match.End, match.Captures);
            Value value = joinsValues ? Value.Join(state.Value, match.Value) : state.Value;
            AddUnlessEndKnown(next, 0, new Match(empty ? state.End : match.End, value, captures));
        }

        found.Clear();
        if (!emptyFound && step.Element is RepeatElement { IsEmpty: true })
        {
            AddUnlessEndKnown(next, 0, state);
        }
    }
}
