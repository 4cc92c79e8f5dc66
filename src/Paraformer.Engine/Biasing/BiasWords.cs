using System.Runtime.InteropServices;
using Paraformer.Engine.CharCtc;
using Paraformer.Engine.Lm;

namespace Paraformer.Engine.Biasing;

/// <summary>
/// One stream's biased words: those to find as a tree of their own beside the vocabulary's, in which a sound counts as any of
/// its homophones and a word scores as the language model's words that it consists of, plus a bonus; those to avoid as
/// penalties on rows of words. Nodes are numbered from -1 down, words from 0. The words are shared by the streams with the same list, what
/// was heard is a stream's own. Not thread-safe.
/// </summary>
internal sealed class BiasWords
{
    // log10 probability of a part that the language model does not know.
    private const float UnknownPart = -6;
    private readonly NgramModel _language;
    private readonly Homophones _homophones;
    private readonly float[] _mixed;
    private readonly List<Node> _nodes = [new Node(0, 0)];
    private readonly List<BiasEntry> _wanted = [];
    private readonly List<float> _bonuses = [];
    private readonly List<float> _alone = [];
    private readonly Dictionary<int, List<(int[] Parts, float Penalty)>> _unwanted = [];
    private readonly Dictionary<ushort, int> _roots = [];
    private readonly ushort[] _firstClasses;
    private readonly int[] _begins;
    private int _begun;

    /// <param name="entries">The words.</param>
    /// <param name="strength">The bonus, as a natural logarithm, for a class of a word of weight 1.</param>
    /// <param name="language">Scores their parts.</param>
    /// <param name="homophones">Mixes their sounds.</param>
    /// <param name="classes">The network's classes.</param>
    public BiasWords(IEnumerable<BiasEntry> entries, float strength, NgramModel language, Homophones homophones, int classes)
    {
        _language = language;
        _homophones = homophones;
        _mixed = new float[classes];
        FirstWord = language.VocabularySize + classes;
        foreach (BiasEntry entry in entries)
        {
            int length = entry.Spellings.Min(s => s.Length);
            if (entry.Weight > 0)
            {
                Insert(entry, length * strength * entry.Weight);
            }
            else if (entry.Parts.Length > 0)
            {
                if (!_unwanted.TryGetValue(entry.Parts[^1], out List<(int[], float)>? list))
                {
                    _unwanted[entry.Parts[^1]] = list = [];
                }

                list.Add((entry.Parts, length * strength * entry.Weight));
            }
        }

        Promise = _bonuses.DefaultIfEmpty().Max();
        _firstClasses = [.. _nodes[0].Children.Select(Class)];
        _begins = new int[_firstClasses.Length];
    }

    private BiasWords(BiasWords shared)
    {
        _language = shared._language;
        _homophones = shared._homophones;
        _mixed = new float[shared._mixed.Length];
        _nodes = shared._nodes;
        _wanted = shared._wanted;
        _bonuses = shared._bonuses;
        _alone = shared._alone;
        _unwanted = shared._unwanted;
        _firstClasses = shared._firstClasses;
        _begins = new int[_firstClasses.Length];
        FirstWord = shared.FirstWord;
        Promise = shared.Promise;
    }

    /// <summary>The number of the first of these words among all words.</summary>
    public int FirstWord { get; }

    /// <summary>No word's bonus is larger.</summary>
    public float Promise { get; }

    /// <summary>The same words for another stream.</summary>
    public BiasWords Share() => new(this);

    /// <summary>Hears the next frame.</summary>
    /// <param name="posteriors">Log posteriors of the classes.</param>
    /// <param name="floor">Classes below this score are not tried.</param>
    public void Hear(ReadOnlySpan<float> posteriors, float floor)
    {
        _homophones.Mix(posteriors, _mixed);

        // Every hypothesis asks for the beginnings, of which there may be a thousand.
        _begun = 0;
        for (int i = 0; i < _firstClasses.Length; i++)
        {
            if (_mixed[_firstClasses[i]] >= floor)
            {
                _begins[_begun++] = _nodes[0].Children[i];
            }
        }
    }

    /// <summary>A class's log posterior, its homophones' included.</summary>
    public float Posterior(int number) => _mixed[number];

    /// <summary>The nodes behind a node; behind the root, those whose class was heard now.</summary>
    public ReadOnlySpan<int> Children(int node) => node == 0 ? _begins.AsSpan(0, _begun) : CollectionsMarshal.AsSpan(_nodes[-node].Children);

    public ushort Class(int node) => _nodes[-node].Class;

    public IReadOnlyList<int> Words(int node) => _nodes[-node].Words;

    /// <summary>How a word is written.</summary>
    public string Text(int word) => _wanted[word].Text;

    /// <summary>The number of a word's classes.</summary>
    public int Length(int word) => _wanted[word].Spellings[0].Length;

    /// <summary>The best word that goes through a node, and the classes heard of it.</summary>
    public (int Word, int Depth) Best(int node) => node == 0 ? (-1, 0) : (FirstWord + _nodes[-node].Best, _nodes[-node].Depth);

    /// <summary>A word's score in context.</summary>
    public float Score(int word, NgramState context, float weight, float perWord, out NgramState next)
    {
        int[] parts = _wanted[word].Parts;
        float score = parts.Length == 0 ? UnknownPart * _wanted[word].Spellings[0].Length : 0;
        next = NgramState.Start;
        NgramState state = context;
        foreach (int part in parts)
        {
            score += _language.Score(state, part, out next);
            state = next;
        }

        return (weight * score) + (perWord * Math.Max(1, parts.Length)) + _bonuses[word];
    }

    /// <summary>What the best word through a node may still score, its bonus counted as far as its sounds were heard.</summary>
    public float Outlook(int node, float weight, float perWord)
    {
        Node at = _nodes[-node];
        BiasEntry entry = _wanted[at.Best];
        float heard = Math.Min(1f, (float)at.Depth / entry.Spellings[0].Length);
        return (weight * _alone[at.Best]) + (perWord * Math.Max(1, entry.Parts.Length)) + (heard * _bonuses[at.Best]);
    }

    /// <summary>What a word is penalised with behind its history.</summary>
    public float Penalty(int word, int record, WordHistory history)
    {
        if (!_unwanted.TryGetValue(word, out List<(int[] Parts, float Penalty)>? list))
        {
            return 0;
        }

        float total = 0;
        foreach ((int[] parts, float penalty) in list)
        {
            int at = record;
            int part = parts.Length - 2;
            while (part >= 0 && at >= 0 && history[at].Word == parts[part])
            {
                at = history[at].Previous;
                part--;
            }

            total += part < 0 ? penalty : 0;
        }

        return total;
    }

    private void Insert(BiasEntry entry, float bonus)
    {
        int word = _wanted.Count;
        _wanted.Add(entry);
        _bonuses.Add(bonus);
        NgramState state = NgramState.Start;
        float alone = entry.Parts.Length == 0 ? UnknownPart * entry.Spellings[0].Length : 0;
        foreach (int part in entry.Parts)
        {
            alone += _language.Score(state, part, out state);
        }

        _alone.Add(alone);
        foreach (ushort[] spelling in entry.Spellings)
        {
            int node = 0;
            foreach (ushort number in spelling)
            {
                node = Child(node, number);
                Node at = _nodes[-node];
                at.Best = at.Best < 0 || _alone[word] + _bonuses[word] > _alone[at.Best] + _bonuses[at.Best] ? word : at.Best;
            }

            _nodes[-node].Words.Add(word);
        }
    }

    private int Child(int node, ushort number)
    {
        if (node == 0 && _roots.TryGetValue(number, out int root))
        {
            return root;
        }

        foreach (int child in node == 0 ? [] : _nodes[-node].Children)
        {
            if (_nodes[-child].Class == number)
            {
                return child;
            }
        }

        _nodes.Add(new Node(number, _nodes[-node].Depth + 1));
        _nodes[-node].Children.Add(-(_nodes.Count - 1));
        if (node == 0)
        {
            _roots.Add(number, -(_nodes.Count - 1));
        }

        return -(_nodes.Count - 1);
    }

    private sealed class Node(ushort number, int depth)
    {
        public ushort Class => number;

        public int Depth => depth;

        public int Best { get; set; } = -1;

        public List<int> Children { get; } = [];

        public List<int> Words { get; } = [];
    }
}
