using System.Globalization;

namespace Paraformer.Engine.Vosk;

/// <summary>
/// Hot words as a change of a language model: their words cost less, or more where they are to be avoided. A phrase's later
/// words cost less only behind the earlier ones, so that they do not turn up elsewhere.
/// </summary>
internal sealed class VoskHotWords
{
    /// <summary>What a unit of weight takes off a word's cost, as a natural logarithm.</summary>
    public const float Strength = 1.5f;

    // No word is made likelier than that, 0.14, wherever it stands: what is likely anyway needs no help.
    private const float LeastCost = 2;

    // A phrase's next word may become nearly certain: 0.82.
    private const float LeastCostBehind = 0.2f;

    // A word as common as "the" gets nothing without its context, one with a cost of 10 everything.
    private const float CommonCost = 4;
    private const float RareCost = 10;
    private const float LeastShare = 0.3f;

    // What a phrase's first word gets before the phrase is known to go on; the next one gets the rest with its own.
    private const float ShareWithoutContext = 0.8f;

    private readonly List<(int[] Words, int Weight)> _phrases = [];

    /// <param name="words">The words; those of other languages are left out.</param>
    /// <param name="vocabulary">What the model knows.</param>
    public VoskHotWords(IEnumerable<HotWord> words, IReadOnlyDictionary<string, int> vocabulary)
    {
        var spelled = new SortedDictionary<string, int>(StringComparer.Ordinal);
        List<string> unknown = [];
        foreach (HotWord word in words.Where(w => w.Weight != 0 && w.Language is null or "en" && w.Text.All(c => c is < 'ɐ' or '’')))
        {
            string[] parts = Split(word.Text);
            if (parts.Length == 0 || parts.Any(p => p[0] is '<' or '!' or '[' or '#' || !vocabulary.ContainsKey(p)))
            {
                unknown.Add(word.Text);
                continue;
            }

            spelled[string.Join(' ', parts)] = word.Weight;
        }

        Unknown = unknown;
        Key = string.Join('\n', spelled.Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Key}:{s.Value}")));
        _phrases.AddRange(spelled.Select(s => (s.Key.Split(' ').Select(p => vocabulary[p]).ToArray(), s.Value)));
    }

    /// <summary>The same for lists that have the same effect; empty where they have none.</summary>
    public string Key { get; }

    /// <summary>Words of which the model does not know a part; they have no effect.</summary>
    public IReadOnlyList<string> Unknown { get; }

    /// <summary>The language model's file with the words' costs changed.</summary>
    public byte[] Apply(NgramGraph graph)
    {
        var everywhere = new Dictionary<int, float>();
        var behind = new Dictionary<(int Before, int Word), float>();
        foreach ((int[] words, int weight) in _phrases)
        {
            float bonus = weight * Strength;
            if (words.Length == 1)
            {
                Strengthen(everywhere, words[0], bonus > 0 ? bonus * Math.Max(LeastShare, Rarity(graph, words[0])) : bonus);
                continue;
            }

            float held = 0;
            if (bonus > 0)
            {
                held = (1 - ShareWithoutContext) * bonus * Rarity(graph, words[0]);
                Strengthen(everywhere, words[0], ShareWithoutContext * bonus * Rarity(graph, words[0]));
            }

            for (int i = 1; i < words.Length; i++)
            {
                if (graph.Context(words[i - 1]) >= 0)
                {
                    Strengthen(behind, (words[i - 1], words[i]), bonus + held);
                    held = 0;
                }
                else if (bonus > 0)
                {
                    Strengthen(everywhere, words[i], ShareWithoutContext * bonus * Rarity(graph, words[i]));
                }
            }
        }

        return Write(graph, everywhere, behind);
    }

    private static byte[] Write(NgramGraph graph, Dictionary<int, float> everywhere, Dictionary<(int Before, int Word), float> behind)
    {
        float[] costs = graph.Costs.ToArray();
        var ofWord = new float[graph.Vocabulary.Values.Max() + 1];
        foreach ((int word, float bonus) in everywhere)
        {
            ofWord[word] = bonus;
        }

        ReadOnlySpan<int> words = graph.ArcWords;
        for (int i = 0; i < costs.Length; i++)
        {
            if (ofWord[words[i]] != 0)
            {
                costs[i] = Changed(graph.Costs[i], ofWord[words[i]]);
            }
        }

        var added = new Dictionary<(int, int), float>();
        foreach (((int before, int word), float bonus) in behind)
        {
            int context = graph.Context(before);
            foreach (int longer in graph.EndingAs(context))
            {
                int arc = graph.Arc(longer, word);
                if (arc >= 0)
                {
                    costs[arc] = Stronger(ofWord[word], bonus) == bonus ? Changed(graph.Costs[arc], bonus, LeastCostBehind) : costs[arc];
                }
                else if (longer == context && bonus > 0 && graph.Arc(0, word) is >= 0 and int alone)
                {
                    added[(context, word)] = Changed(graph.Backoff(context) + graph.Costs[alone], Stronger(ofWord[word], bonus), LeastCostBehind);
                }
            }
        }

        return graph.Write(costs, added);
    }

    private static float Rarity(NgramGraph graph, int word) =>
        graph.Arc(0, word) is >= 0 and int arc ? Math.Clamp((graph.Costs[arc] - CommonCost) / (RareCost - CommonCost), 0, 1) : 0;

    private static float Changed(float cost, float bonus, float least = LeastCost) => bonus < 0 ? cost - bonus : Math.Max(cost - bonus, Math.Min(cost, least));

    // What is asked for twice counts as the stronger wish, and a wish to avoid before one to find.
    private static float Stronger(float a, float b) => Math.Min(a, b) < 0 ? Math.Min(a, b) : Math.Max(a, b);

    private static void Strengthen<TKey>(Dictionary<TKey, float> bonuses, TKey key, float bonus)
        where TKey : notnull => bonuses[key] = Stronger(bonuses.GetValueOrDefault(key), bonus);

    private static string[] Split(string text) =>
        [.. text.ToLowerInvariant().Replace('’', '\'').Split([' ', '-', '\t', ','], StringSplitOptions.RemoveEmptyEntries).Select(p => p.TrimEnd('.', '!', '?')).Where(p => p.Length > 0)];
}
