namespace Paraformer.Testing;

/// <summary>Word errors.</summary>
public static class Words
{
    public static string[] Of(string text) =>
        text.ToLowerInvariant().Replace("mr ", "mister ", StringComparison.Ordinal)
            .Split((char[])[' ', ',', '.', '?', '!'], StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Insertions, deletions and substitutions between two texts (Levenshtein distance over words).</summary>
    public static int Distance(string reference, string hypothesis)
    {
        string[] a = Of(reference), b = Of(hypothesis);
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int best = Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = row[j];
                row[j] = best;
            }
        }

        return row[^1];
    }
}
