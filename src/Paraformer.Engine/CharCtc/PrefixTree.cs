using Paraformer.Engine.Lm;

namespace Paraformer.Engine.CharCtc;

/// <summary>The words as a tree over classes, memory-mapped. Node 0 is the root. Immutable and shared.</summary>
internal sealed class PrefixTree
{
    private readonly MappedArray<ushort> _classes;
    private readonly MappedArray<int> _children;
    private readonly MappedArray<int> _wordBegins;
    private readonly MappedArray<int> _words;
    private readonly MappedArray<int> _best;
    private readonly MappedArray<byte> _depths;
    private readonly int[] _rootChildren;

    public PrefixTree(SectionFile file, int classes)
    {
        _classes = file.Section<ushort>("class");
        _children = file.Section<int>("child");
        _wordBegins = file.Section<int>("wordat");
        _words = file.Section<int>("words");
        _best = file.Section<int>("best");
        _depths = file.Section<byte>("depth");
        _rootChildren = new int[classes];
        for (int child = _children[0]; child < _children[1]; child++)
        {
            int number = _classes[child];
            _rootChildren[number < classes ? number : throw new InvalidDataException($"a word begins with the class {number} of {classes}")] = child;
        }
    }

    /// <summary>The child along a class; 0 where there is none.</summary>
    public int Child(int node, int number)
    {
        if (node == 0)
        {
            return _rootChildren[number];
        }

        int begin = _children[node];
        int at = _classes.Slice(begin, _children[node + 1] - begin).BinarySearch((ushort)number);
        return at < 0 ? 0 : begin + at;
    }

    /// <summary>Whether words go on from here.</summary>
    public bool HasChildren(int node) => _children[node] < _children[node + 1];

    /// <summary>Classes from the root to a node.</summary>
    public int Depth(int node) => _depths[node];

    /// <summary>The words that end here, the likeliest first.</summary>
    public ReadOnlySpan<int> Words(int node) => _words.Slice(_wordBegins[node], _wordBegins[node + 1] - _wordBegins[node]);

    /// <summary>The likeliest word at or below a node.</summary>
    public int Best(int node) => _best[node];
}
