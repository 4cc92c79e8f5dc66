namespace Paraformer.Engine.Text.InverseNormalization;

/// <summary>Sets of texts of which a line has to hold one before a rule is worth trying.</summary>
internal static class Need
{
    private const int Most = 12;

    public static string[]? Limit(IEnumerable<string> texts)
    {
        string[] some = [.. texts.Distinct().Order(StringComparer.Ordinal).Take(Most + 1)];
        return some.Length is 0 or > Most ? null : some;
    }

    /// <summary>What a choice needs: the needs of all its sequences together, where every one has some.</summary>
    public static string[]? OfAny(IEnumerable<Sequence> sequences)
    {
        var all = new List<string>();
        foreach (Sequence sequence in sequences)
        {
            if (sequence.Needs() is not { } needs)
            {
                return null;
            }

            all.AddRange(needs);
        }

        return Limit(all);
    }
}
