namespace Paraformer.Engine.Text.InverseNormalization;

/// <summary>A prefix tree from folded text to what it carries.</summary>
internal sealed class Lexicon<T>
{
    private readonly Node _root = new();

    public IEnumerable<string> Keys => Walk(_root, "");

    public void Add(string key, T value)
    {
        Node node = _root;
        foreach (char c in key)
        {
            node = node.GetOrAdd(c);
        }

        node.Items = [value];
    }

    public void Append(string key, T value)
    {
        Node node = _root;
        foreach (char c in key)
        {
            node = node.GetOrAdd(c);
        }

        node.Items = [.. node.Items ?? [], value];
    }

    /// <summary>Moves one character down from a node; the root is null.</summary>
    public Node? Next(Node? node, char c) => (node ?? _root).Find(c);

    private static IEnumerable<string> Walk(Node node, string prefix)
    {
        if (node.Items is not null)
        {
            yield return prefix;
        }

        foreach ((char c, Node child) in node.Children)
        {
            foreach (string key in Walk(child, prefix + c))
            {
                yield return key;
            }
        }
    }

    internal sealed class Node
    {
        private Dictionary<char, Node>? _children;
        private char _onlyKey;
        private Node? _only;

        public T[]? Items { get; set; }

        public IEnumerable<(char Key, Node Node)> Children =>
            _children is not null ? _children.Select(pair => (pair.Key, pair.Value)) : _only is not null ? [(_onlyKey, _only)] : [];

        public Node? Find(char c)
        {
            if (_children is not null)
            {
                return _children.GetValueOrDefault(c);
            }

            return _only is not null && _onlyKey == c ? _only : null;
        }

        public Node GetOrAdd(char c)
        {
            if (Find(c) is { } found)
            {
                return found;
            }

            var child = new Node();
            if (_children is not null)
            {
                _children.Add(c, child);
            }
            else if (_only is null)
            {
                (_onlyKey, _only) = (c, child);
            }
            else
            {
                _children = new Dictionary<char, Node> { [_onlyKey] = _only, [c] = child };
            }

            return child;
        }
    }
}
