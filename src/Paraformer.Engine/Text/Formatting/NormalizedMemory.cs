namespace Paraformer.Engine.Text;

/// <summary>The last sentences of a stream, and the words around their ends, and what was written for them, by where they are. Not thread-safe.</summary>
internal sealed class NormalizedMemory
{
    // More sentences and ends of sentences than this are not shown at once; a stream that says more begins anew.
    private const int MaxSentences = 64;

    private readonly Dictionary<int, (string[] Words, IReadOnlyList<NormalizedToken> Tokens)> _sentences = [];

    /// <summary>Normalises a sentence unless it is the one that stood there last time.</summary>
    public IReadOnlyList<NormalizedToken> Normalize(IInverseTextNormalizer normalizer, WordRange words, int first)
    {
        if (_sentences.TryGetValue(first, out (string[] Words, IReadOnlyList<NormalizedToken> Tokens) known) && Same(known.Words, words))
        {
            return known.Tokens;
        }

        if (_sentences.Count >= MaxSentences)
        {
            _sentences.Clear();
        }

        string[] copy = new string[words.Count];
        for (int i = 0; i < copy.Length; i++)
        {
            copy[i] = words[i];
        }

        IReadOnlyList<NormalizedToken> tokens = normalizer.Normalize(copy);
        _sentences[first] = (copy, tokens);
        return tokens;
    }

    private static bool Same(string[] known, WordRange words)
    {
        if (known.Length != words.Count)
        {
            return false;
        }

        for (int i = 0; i < known.Length; i++)
        {
            if (known[i] != words[i])
            {
                return false;
            }
        }

        return true;
    }
}
