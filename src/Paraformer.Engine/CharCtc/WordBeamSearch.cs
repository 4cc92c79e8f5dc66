using Paraformer.Engine.Biasing;
using Paraformer.Engine.Lm;

namespace Paraformer.Engine.CharCtc;

/// <summary>
/// CTC prefix beam search over words: a hypothesis is a row of words of the prefix tree and perhaps the beginning of
/// another; hypotheses whose last words the language model cannot tell apart are joined, their probabilities added up.
/// A class that begins no word may stand as a word of its own, at a price. Not thread-safe.
/// </summary>
internal sealed class WordBeamSearch
{
    private const float NaturalPerDecimal = 2.302585f;
    private readonly PrefixTree _tree;
    private readonly NgramModel _language;
    private readonly SearchOptions _options;
    private readonly BiasWords? _bias;
    private readonly float _weight;
    private readonly WordHistory _history = new();
    private readonly List<(int Class, float Score)> _classes = [];
    private HypothesisTable _current = new();
    private HypothesisTable _next = new();
    private float _threshold;
    private int _frame;

    public WordBeamSearch(PrefixTree tree, NgramModel language, SearchOptions options, BiasWords? bias = null)
    {
        _bias = bias;
        _tree = tree;
        _language = language;
        _options = options;
        _weight = options.LanguageWeight * NaturalPerDecimal;
        Reset();
    }

    /// <summary>Forgets everything heard.</summary>
    public void Reset()
    {
        _history.Clear();
        _current.Clear();
        _current.AddBlank(new HypothesisKey(0, NgramState.Start, 0), new HypothesisPath(-1, 0, 0, 0), 0, 0);
        _frame = 0;
    }

    /// <summary>Hears the next frame.</summary>
    /// <param name="posteriors">Log posteriors of the classes; class 0 is the blank.</param>
    public void Step(ReadOnlySpan<float> posteriors)
    {
        Choose(posteriors);
        _bias?.Hear(posteriors, _options.ClassFloor);
        float blank = posteriors[0] + _options.BlankBonus;
        _next.Clear();
        _threshold = float.NegativeInfinity;
        foreach (ref readonly Hypothesis hypothesis in _current.Items)
        {
            float total = hypothesis.Total;
            Raise(total + blank + hypothesis.Outlook);
            _next.AddBlank(hypothesis.Key, hypothesis.Path, total + blank, hypothesis.Outlook);
            if (hypothesis.Key.Class != 0 && hypothesis.Sound > float.NegativeInfinity)
            {
                float again = hypothesis.Key.Node < 0 ? _bias!.Posterior(hypothesis.Key.Class) : posteriors[hypothesis.Key.Class];
                _next.AddSound(hypothesis.Key, hypothesis.Path, hypothesis.Sound + again, hypothesis.Outlook);
            }

            if (_bias is not null && hypothesis.Key.Node <= 0)
            {
                ExtendBias(hypothesis, total);
            }

            if (hypothesis.Key.Node < 0)
            {
                continue;
            }

            foreach ((int number, float posterior) in _classes)
            {
                float score = (number == hypothesis.Key.Class ? hypothesis.Blank : total) + posterior + _options.ClassBonus;
                if (score < _threshold)
                {
                    // Classes come with falling scores.
                    break;
                }

                Extend(hypothesis, number, score, posterior);
            }
        }

        _next.Prune(_options.Beam, _options.MaxHypotheses);
        (_current, _next) = (_next, _current);
        _frame++;
        if (_history.IsFull)
        {
            Collect();
        }
    }

    /// <summary>The words of the best hypothesis.</summary>
    /// <param name="complete">Whether words in progress do not count.</param>
    /// <param name="words">Receives the words.</param>
    /// <returns>The class path of a word in progress, as the likeliest word that begins so and the number of classes heard; (-1, 0) for none.</returns>
    public (WordRecord Word, int Classes) Best(bool complete, List<WordRecord> words)
    {
        words.Clear();
        foreach (ref readonly Hypothesis hypothesis in _current.Items)
        {
            if (complete && hypothesis.Key.Node != 0)
            {
                continue;
            }

            for (int i = hypothesis.Path.History; i >= 0; i = _history[i].Previous)
            {
                words.Add(_history[i]);
            }

            words.Reverse();
            HypothesisPath path = hypothesis.Path;
            int node = hypothesis.Key.Node;
            (int word, int depth) = node < 0 ? _bias!.Best(node) : (_tree.Best(node), _tree.Depth(node));
            return node == 0 ? (default, 0) : (new WordRecord(-1, word, path.FirstFrame, path.LastFrame, path.Posterior), depth);
        }

        return (default, 0);
    }

    // The classes worth trying, best first.
    private void Choose(ReadOnlySpan<float> posteriors)
    {
        _classes.Clear();
        for (int c = 2; c < posteriors.Length; c++)
        {
            if (posteriors[c] > _options.ClassFloor)
            {
                _classes.Add((c, posteriors[c]));
            }
        }

        _classes.Sort((a, b) => b.Score.CompareTo(a.Score));
        if (_classes.Count > _options.MaxClasses)
        {
            _classes.RemoveRange(_options.MaxClasses, _classes.Count - _options.MaxClasses);
        }
    }

    private void Extend(in Hypothesis from, int number, float score, float posterior)
    {
        int node = _tree.Child(from.Key.Node, number);
        HypothesisPath path = from.Path;
        bool begins = from.Key.Node == 0;
        path = Advance(path, begins, posterior);
        if (node == 0)
        {
            if (begins)
            {
                AddUnknown(from, path, number, score);
            }

            return;
        }

        if (_tree.HasChildren(node))
        {
            float outlook = (_weight * _language.Unigram(_tree.Best(node))) + _options.WordBonus;
            if (score + outlook >= _threshold)
            {
                Raise(score + outlook);
                _next.AddSound(new HypothesisKey(node, from.Key.Context, (ushort)number), path, score, outlook);
            }
        }

        ReadOnlySpan<int> words = _tree.Words(node);
        if (begins && words.IsEmpty)
        {
            AddUnknown(from, path, number, score);
        }

        foreach (int word in words)
        {
            float total = score + (_weight * _language.Score(from.Key.Context, word, out NgramState context)) + _options.WordBonus;
            total += _bias?.Penalty(word, from.Path.History, _history) ?? 0;
            if (total >= _threshold)
            {
                AddWord(word, context, number, path, total);
            }
        }
    }

    // The biased words' own small tree; its sounds are those of all homophones together.
    private void ExtendBias(in Hypothesis from, float total)
    {
        bool begins = from.Key.Node == 0;
        foreach (int node in _bias!.Children(from.Key.Node))
        {
            int number = _bias.Class(node);
            float posterior = _bias.Posterior(number);
            float score = (number == from.Key.Class ? from.Blank : total) + posterior + _options.ClassBonus;
            if (posterior < _options.ClassFloor || score + _bias.Promise < _threshold)
            {
                continue;
            }

            HypothesisPath path = Advance(from.Path, begins, posterior);
            foreach (int word in _bias.Words(node))
            {
                float whole = score + _bias.Score(word, from.Key.Context, _weight, _options.WordBonus, out NgramState context);
                if (whole >= _threshold)
                {
                    AddWord(_bias.FirstWord + word, context, number, path, whole);
                }
            }

            if (_bias.Children(node).Length > 0)
            {
                float outlook = _bias.Outlook(node, _weight, _options.WordBonus);
                Raise(score + outlook);
                if (score + outlook >= _threshold)
                {
                    _next.AddSound(new HypothesisKey(node, from.Key.Context, (ushort)number), path, score, outlook);
                }
            }
        }
    }

    private HypothesisPath Advance(in HypothesisPath path, bool begins, float posterior) => path with
    {
        FirstFrame = begins ? _frame : path.FirstFrame,
        LastFrame = _frame,
        Posterior = posterior + (begins ? 0 : path.Posterior),
    };

    private void AddUnknown(in Hypothesis from, in HypothesisPath path, int number, float score)
    {
        bool goesOn = path.History >= 0 && _history[path.History].Word >= _language.VocabularySize;
        float total = score + (_weight * (goesOn ? _options.UnknownNext : _options.Unknown)) + _options.WordBonus;
        if (total >= _threshold)
        {
            AddWord(_language.VocabularySize + number, NgramState.Start, number, path, total);
        }
    }

    private void AddWord(int word, NgramState context, int number, in HypothesisPath path, float total)
    {
        Raise(total);
        int record = _history.Add(new WordRecord(path.History, word, path.FirstFrame, path.LastFrame, path.Posterior));
        _next.AddSound(new HypothesisKey(0, context, (ushort)number), path with { History = record }, total, 0);
    }

    private void Raise(float score) => _threshold = Math.Max(_threshold, score - _options.Beam);

    private void Collect()
    {
        int[] places = _history.Collect([.. _current.Items.ToArray().Select(h => h.Path.History)]);
        _current.Relocate(places);
    }
}
