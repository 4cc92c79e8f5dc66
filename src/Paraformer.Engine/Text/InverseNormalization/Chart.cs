namespace Paraformer.Engine.Text.InverseNormalization;

/// <summary>
/// The text under the rules, and what each rule gave at each place, so that no rule runs twice at one place: the work grows with
/// the length of the text, whatever the rules are. Used by one thread at a time, again and again.
/// </summary>
internal sealed class Chart(Grammar grammar)
{
    private readonly Stack<List<Match>> _lists = new();
    private char[] _folded = [];
    private Match[][] _memo = [];
    private int[] _stamps = [];
    private readonly sbyte[] _has = new sbyte[grammar.Needs.Count];
    private readonly int[] _reached = new int[grammar.TopCount];
    private int _stamp;

    public string Text { get; private set; } = "";

    public ReadOnlySpan<char> Folded => _folded.AsSpan(0, Text.Length);

    public void Load(string text)
    {
        Text = text;
        if (_folded.Length < text.Length)
        {
            _folded = new char[text.Length + 64];
            _memo = new Match[grammar.RuleCount * (_folded.Length + 1)][];
            _stamps = new int[_memo.Length];
            _stamp = 0;
        }

        _stamp++;
        Array.Fill(_has, (sbyte)-1);
        Array.Fill(_reached, -1);
        for (int i = 0; i < text.Length; i++)
        {
            _folded[i] = grammar.Fold(text[i]);
        }
    }

    /// <summary>Where the next part of a pattern may begin after <paramref name="position"/>, or -1 when a space is missing.</summary>
    public int Joint(int position)
    {
        int next = position;
        while (next < Text.Length && _folded[next] == ' ')
        {
            next++;
        }

        return next == position && grammar.SpacesRequired ? -1 : next;
    }

    /// <summary>Whether it is asked for the first time of an alternative at a place; places are asked for in order.</summary>
    public bool IsFirst(int top, int position)
    {
        bool first = _reached[top] != position;
        _reached[top] = position;
        return first;
    }

    /// <summary>Whether one of each of some sets of texts that rules need is in the line.</summary>
    public bool HasAll(int[] needs)
    {
        foreach (int need in needs)
        {
            if (!Has(need))
            {
                return false;
            }
        }

        return true;
    }

    private bool Has(int need)
    {
        if (_has[need] < 0)
        {
            _has[need] = (sbyte)(Array.Exists(grammar.Needs[need], Holds) ? 1 : 0);
        }

        return _has[need] == 1;
    }

    private bool Holds(string text)
    {
        for (int from = 0; from <= Text.Length - text.Length; from++)
        {
            int found = Folded[from..].IndexOf(text, StringComparison.Ordinal);
            if (found < 0)
            {
                return false;
            }

            from += found;
            if (!grammar.WholeWords || (IsWordBoundary(from) && IsWordBoundary(from + text.Length)))
            {
                return true;
            }
        }

        return false;
    }

    public int SkipBack(int position)
    {
        while (position > 0 && _folded[position - 1] == ' ')
        {
            position--;
        }

        return position;
    }

    public bool IsWordBoundary(int position) =>
        position <= 0 || position >= Text.Length || !IsWordCharacter(_folded[position - 1]) || !IsWordCharacter(_folded[position]);

    public bool MayStart(int position) => grammar.Boundary == WordBoundary.None || IsWordBoundary(position);

    public bool MayEnd(int position) => grammar.Boundary != WordBoundary.Both || IsWordBoundary(position);

    public bool IsWordCharacter(char c) => char.IsLetterOrDigit(c) || (c == '\'' && !grammar.ApostropheSeparates);

    public bool TryRecall(int rule, int position, out Match[] matches)
    {
        int at = (rule * (_folded.Length + 1)) + position;
        if (_stamps[at] == _stamp)
        {
            matches = _memo[at];
            return true;
        }

        matches = [];
        return false;
    }

    public void Remember(int rule, int position, Match[] matches)
    {
        int at = (rule * (_folded.Length + 1)) + position;
        _stamps[at] = _stamp;
        _memo[at] = matches;
    }

    public List<Match> Rent() => _lists.TryPop(out List<Match>? list) ? list : new List<Match>(8);

    public void Return(List<Match> list)
    {
        list.Clear();
        _lists.Push(list);
    }
}
