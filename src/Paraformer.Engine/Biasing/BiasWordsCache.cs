namespace Paraformer.Engine.Biasing;

/// <summary>The lists of biased words that streams had last: a stream with one of them need not spell a thousand words again. Thread-safe.</summary>
/// <param name="make">Makes the words of a list; null where none can be spelled.</param>
internal sealed class BiasWordsCache(Func<IReadOnlyList<HotWord>, BiasWords?> make)
{
    private const int Lists = 8;
    private readonly Lock _gate = new();
    private readonly List<(IReadOnlyList<HotWord> List, BiasWords? Words)> _recent = [];

    /// <summary>A stream's own view of the words of a list; null where none has an effect.</summary>
    public BiasWords? For(IReadOnlyList<HotWord> list)
    {
        if (list.Count == 0)
        {
            return null;
        }

        lock (_gate)
        {
            int at = _recent.FindIndex(r => r.List.SequenceEqual(list));
            if (at >= 0)
            {
                (IReadOnlyList<HotWord> List, BiasWords? Words) found = _recent[at];
                _recent.RemoveAt(at);
                _recent.Add(found);
                return found.Words?.Share();
            }
        }

        // The caller's list may change later.
        HotWord[] own = [.. list];
        BiasWords? words = make(own);
        lock (_gate)
        {
            _recent.Add((own, words));
            if (_recent.Count > Lists)
            {
                _recent.RemoveAt(0);
            }
        }

        return words?.Share();
    }
}
