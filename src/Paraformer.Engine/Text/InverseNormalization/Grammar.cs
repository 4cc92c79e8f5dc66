namespace Paraformer.Engine.Text.InverseNormalization;

/// <summary>Where a rewritten piece has to begin and end on a word's edge.</summary>
internal enum WordBoundary
{
    Both,
    Start,
    None,
}

/// <summary>A way to rewrite or to protect a piece of text.</summary>
/// <param name="Alternative">What matches and how it is written.</param>
/// <param name="Weight">Added to the number of characters that it covers.</param>
/// <param name="Keep">The text stays as it is.</param>
/// <param name="Needs">Indices of sets of texts; the line has to hold one of each.</param>
internal sealed record TopAlternative(Alternative Alternative, double Weight, bool Keep, params int[] Needs)
{
    /// <summary>Its number in the grammar.</summary>
    public int Index { get; init; }
}

/// <summary>The compiled rules of a language. Immutable.</summary>
internal sealed class Grammar
{
    private readonly Dictionary<char, char> _folds;
    private readonly Lexicon<TopAlternative> _byBeginning = new();
    private readonly List<TopAlternative> _anywhere = [];
    private readonly List<string[]> _needs = [];

    public Grammar(IReadOnlyDictionary<string, string> settings, Dictionary<char, char> folds, int ruleCount, IEnumerable<TopAlternative> tops)
    {
        Spaced = settings.GetValueOrDefault("words", "spaced") == "spaced";
        SpacesRequired = settings.GetValueOrDefault("spaces", "required") == "required";
        ApostropheSeparates = settings.GetValueOrDefault("apostrophe", "letter") == "separator";
        Boundary = settings.GetValueOrDefault("boundary", "both") switch
        {
            "none" => WordBoundary.None,
            "start" => WordBoundary.Start,
            _ => WordBoundary.Both,
        };
        WholeWords = SpacesRequired && Boundary == WordBoundary.Both && settings.GetValueOrDefault("glue", "no") == "no";
        _folds = folds;
        RuleCount = ruleCount;
        foreach (TopAlternative given in tops)
        {
            TopAlternative top = given with { Index = TopCount++, Needs = [.. given.Alternative.Sequence.AllNeeds().Select(AddNeed).Distinct()] };
            var beginnings = new HashSet<string>();
            if (top.Alternative.Sequence.CollectBeginnings(beginnings))
            {
                foreach (string beginning in beginnings)
                {
                    _byBeginning.Append(beginning, top);
                }
            }
            else
            {
                _anywhere.Add(top);
            }
        }
    }

    /// <summary>Sets of texts; a rule with one of them can match only where one of its texts is in the line.</summary>
    public IReadOnlyList<string[]> Needs => _needs;

    public bool Spaced { get; }

    public bool SpacesRequired { get; }

    /// <summary>No pattern begins or ends inside a word.</summary>
    public bool WholeWords { get; }

    public bool ApostropheSeparates { get; }

    public WordBoundary Boundary { get; }

    public int RuleCount { get; }

    /// <summary>How many ways to rewrite or protect there are.</summary>
    public int TopCount { get; private set; }

    /// <summary>The character that stands for another in matching: lower case, a space for a hyphen, and what the language adds.</summary>
    public char Fold(char c)
    {
        c = char.ToLowerInvariant(c);
        if (c is '-' or '\u2019')
        {
            return c == '-' ? ' ' : '\'';
        }

        return _folds.Count > 0 && _folds.TryGetValue(c, out char folded) ? folded : c;
    }

    /// <summary>The alternatives that can begin at a place of the text.</summary>
    public void Collect(Chart chart, int position, List<TopAlternative> into)
    {
        foreach (TopAlternative top in _anywhere)
        {
            if (chart.HasAll(top.Needs))
            {
                into.Add(top);
            }
        }

        ReadOnlySpan<char> folded = chart.Folded;
        Lexicon<TopAlternative>.Node? node = null;
        for (int at = position; at < folded.Length; at++)
        {
            node = _byBeginning.Next(node, folded[at]);
            if (node is null)
            {
                return;
            }

            if (node.Items is not null && (!WholeWords || chart.IsWordBoundary(at + 1)))
            {
                foreach (TopAlternative top in node.Items)
                {
                    if (chart.HasAll(top.Needs) && chart.IsFirst(top.Index, position))
                    {
                        into.Add(top);
                    }
                }
            }
        }
    }

    private int AddNeed(string[] texts)
    {
        int known = _needs.FindIndex(need => need.SequenceEqual(texts));
        if (known < 0)
        {
            known = _needs.Count;
            _needs.Add(texts);
        }

        return known;
    }
}
