using Paraformer.Engine.Lm;

namespace Paraformer.Engine.CharCtc;

/// <summary>
/// Makes the tree of the words' class sequences. Nodes are numbered level by level, so that a node's children lie side by
/// side, in the order of their classes.
/// </summary>
internal static class PrefixTreeCompiler
{
    /// <summary>The sections of a tree.</summary>
    /// <param name="model">The words and their probabilities.</param>
    /// <param name="lexicon">Their classes; words without are left out.</param>
    public static List<(string Name, byte[] Data)> Compile(ArpaModel model, CharLexicon lexicon)
    {
        var root = new Node(0, 0);
        for (int word = 0; word < model.Words.Count; word++)
        {
            if (model.Words[word][0] != '<' && lexicon.Spell(model.Words[word]) is { } classes)
            {
                root.Insert(classes, word);
            }
        }

        root.Summarize(model);
        List<Node> nodes = [root];
        for (int i = 0; i < nodes.Count; i++)
        {
            nodes.AddRange(nodes[i].Children.Values);
        }

        var children = new int[nodes.Count + 1];
        var begins = new int[nodes.Count + 1];
        List<int> words = [];
        children[0] = 1;
        for (int i = 0; i < nodes.Count; i++)
        {
            children[i + 1] = children[i] + nodes[i].Children.Count;
            words.AddRange(nodes[i].Words.OrderByDescending(w => model.Unigrams[w].Probability));
            begins[i + 1] = words.Count;
        }

        return
        [
            ("class", SectionFile.Bytes<ushort>([.. nodes.Select(n => n.Class)])),
            ("child", SectionFile.Bytes<int>(children)),
            ("wordat", SectionFile.Bytes<int>(begins)),
            ("words", SectionFile.Bytes<int>([.. words])),
            ("depth", SectionFile.Bytes<byte>([.. nodes.Select(n => n.Depth)])),
            ("best", SectionFile.Bytes<int>([.. nodes.Select(n => n.Best)])),
        ];
    }

    private sealed class Node(ushort number, byte depth)
    {
        public ushort Class => number;

        public byte Depth => depth;

        public SortedList<ushort, Node> Children { get; } = new(0);

        public List<int> Words { get; } = new(0);

        public int Best { get; private set; } = -1;

        public void Insert(ReadOnlySpan<ushort> classes, int word)
        {
            Node node = this;
            foreach (ushort c in classes)
            {
                if (!node.Children.TryGetValue(c, out Node? child))
                {
                    child = new Node(c, (byte)Math.Min(node.Depth + 1, 255));
                    node.Children.Add(c, child);
                }

                node = child;
            }

            node.Words.Add(word);
        }

        // The likeliest word below, the node itself included: what a prefix is taken for until the word is complete.
        public void Summarize(ArpaModel model)
        {
            foreach (Node child in Children.Values)
            {
                child.Summarize(model);
            }

            foreach (int word in Words.Concat(Children.Values.Select(c => c.Best)))
            {
                Best = Best < 0 || model.Unigrams[word].Probability > model.Unigrams[Best].Probability ? word : Best;
            }
        }
    }
}
