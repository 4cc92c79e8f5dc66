namespace Paraformer.Engine.Biasing;

/// <summary>A phrase as a row of tokens, and what each of them adds to a score: a natural logarithm, negative to avoid the phrase.</summary>
internal sealed record BiasPhrase(IReadOnlyList<int> Tokens, float ScorePerToken);

/// <summary>
/// Phrases as an Aho-Corasick automaton over tokens. A phrase scores as it is heard, and what it scored is taken back where it does not go on; a
/// complete one keeps its score. Source of the algorithm: icefall's context graph. Immutable.
/// </summary>
internal sealed class ContextGraph
{
    private readonly List<Dictionary<int, int>> _children = [[]];
    private readonly List<float> _node = [0];
    private readonly List<float> _token = [0];
    private readonly List<bool> _end = [false];
    private readonly List<int> _fail = [0];
    private readonly List<float> _output = [0];

    public ContextGraph(IEnumerable<BiasPhrase> phrases)
    {
        foreach (BiasPhrase phrase in phrases)
        {
            Insert(phrase);
        }

        Link();
    }

    /// <summary>The score of the next token in a state, and the state behind it. The first state is 0.</summary>
    public (float Score, int State) Step(int state, int token)
    {
        float score;
        if (_children[state].TryGetValue(token, out int node))
        {
            score = _token[node];
        }
        else
        {
            node = Follow(_fail[state], token);
            score = _node[node] - _node[state];
        }

        if (_output[node] == 0)
        {
            return (score, node);
        }

        int matched = node;
        while (!_end[matched])
        {
            matched = _fail[matched];
        }

        return (score + _node[matched] - _node[node], 0);
    }

    /// <summary>What a state's phrase has scored so far without having come to its end.</summary>
    public float Begun(int state) => _node[state];

    private void Insert(BiasPhrase phrase)
    {
        int at = 0;
        foreach (int token in phrase.Tokens)
        {
            if (!_children[at].TryGetValue(token, out int child))
            {
                child = _node.Count;
                _children[at].Add(token, child);
                _children.Add([]);
                _node.Add(_node[at] + phrase.ScorePerToken);
                _token.Add(phrase.ScorePerToken);
                _end.Add(false);
                _fail.Add(0);
                _output.Add(0);
            }
            else
            {
                _token[child] = Math.Max(_token[child], phrase.ScorePerToken);
                _node[child] = _node[at] + _token[child];
            }

            at = child;
        }

        _end[at] = at != 0;
    }

    private void Link()
    {
        var queue = new Queue<int>(_children[0].Values);
        while (queue.TryDequeue(out int at))
        {
            _output[at] = (_end[at] ? _node[at] : 0) + (_fail[at] == 0 ? 0 : _output[_fail[at]]);
            foreach ((int token, int child) in _children[at])
            {
                _fail[child] = Follow(_fail[at], token);
                queue.Enqueue(child);
            }
        }
    }

    private int Follow(int back, int token)
    {
        int child;
        while (!_children[back].TryGetValue(token, out child))
        {
            if (back == 0)
            {
                return 0;
            }

            back = _fail[back];
        }

        return child;
    }
}
