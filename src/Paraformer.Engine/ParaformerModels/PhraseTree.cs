namespace Paraformer.Engine.ParaformerModels;

/// <summary>
/// Phrases to find or to avoid as a tree of tokens. On the way through a phrase every token earns a bonus, which is taken back where the
/// phrase does not come to its end; a phrase to avoid costs at its end. Immutable.
/// </summary>
internal sealed class PhraseTree
{
    // As a natural logarithm per token and unit of weight.
    private const float Strength = 0.8f;
    private readonly Dictionary<(int Node, int Token), int> _children = [];
    private readonly List<Node> _nodes = [default];
    private readonly List<int> _first = [];

    private PhraseTree()
    {
    }

    /// <summary>The tokens that phrases begin with.</summary>
    public IReadOnlyList<int> FirstTokens => _first;

    /// <summary>Makes the tree of the phrases that can be written with the vocabulary; null where there is none.</summary>
    public static PhraseTree? Make(IEnumerable<HotWord> words, IReadOnlyList<string> languages, PieceVocabulary vocabulary, IReadOnlyDictionary<string, string>? pieces)
    {
        var tree = new PhraseTree();
        foreach (HotWord word in words.Where(w => w.Weight != 0 && (w.Language is null || languages.Count == 0 || languages.Contains(w.Language))))
        {
            tree.Add(vocabulary.Tokenize(word.Text, pieces), word.Weight);
        }

        return tree._nodes.Count > 1 ? tree : null;
    }

    /// <summary>The node behind a token, or 0 where no phrase goes on with it.</summary>
    public int Child(int node, int token) => _children.GetValueOrDefault((node, token));

    /// <summary>The tokens that phrases go on with behind a node.</summary>
    public IReadOnlyList<int> Next(int node) => node == 0 ? _first : _nodes[node].Next ?? [];

    /// <summary>What has been earned on the way to a node, whole phrases and begun ones.</summary>
    public float Earned(int node) => _nodes[node].Earned;

    /// <summary>What of it stays without another token.</summary>
    public float Kept(int node) => _nodes[node].Kept;

    /// <summary>What ending here costs.</summary>
    public float Cost(int node) => _nodes[node].Cost;

    private void Add(int[] tokens, int weight)
    {
        int node = 0;
        for (int i = 0; i < tokens.Length; i++)
        {
            if (!_children.TryGetValue((node, tokens[i]), out int child))
            {
                child = _nodes.Count;
                _children[(node, tokens[i])] = child;
                _nodes.Add(new Node { Parent = node, Next = [] });
                (node == 0 ? _first : _nodes[node].Next!).Add(tokens[i]);
            }

            node = child;
            Node at = _nodes[node];
            bool ends = i + 1 == tokens.Length;
            _nodes[node] = at with
            {
                Earned = Math.Max(at.Earned, (i + 1) * Strength * weight),
                Ends = at.Ends || (ends && weight > 0),
                Cost = at.Cost + (ends && weight < 0 ? tokens.Length * Strength * weight : 0),
            };
        }

        // Parents come before their children.
        for (int i = 1; i < _nodes.Count; i++)
        {
            Node at = _nodes[i];
            _nodes[i] = at with { Kept = at.Ends ? at.Earned : _nodes[at.Parent].Kept };
        }
    }

    private readonly record struct Node(int Parent, float Earned, float Kept, float Cost, bool Ends, List<int>? Next);
}
