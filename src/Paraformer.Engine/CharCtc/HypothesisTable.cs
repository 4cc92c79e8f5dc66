using System.Numerics;

namespace Paraformer.Engine.CharCtc;

/// <summary>The hypotheses of one frame, found by their keys.</summary>
internal sealed class HypothesisTable
{
    private Hypothesis[] _items = new Hypothesis[1024];
    private int[] _slots = new int[4096];
    private float[] _scores = new float[1024];

    public int Count { get; private set; }

    public ReadOnlySpan<Hypothesis> Items => _items.AsSpan(0, Count);

    public void Clear()
    {
        Count = 0;
        Array.Clear(_slots);
    }

    /// <summary>Adds a contribution that ends in a blank.</summary>
    public void AddBlank(in HypothesisKey key, in HypothesisPath path, float score, float outlook)
    {
        ref Hypothesis hypothesis = ref Find(key, path, score, outlook);
        hypothesis.Blank = LogMath.Add(hypothesis.Blank, score);
    }

    /// <summary>Adds a contribution that ends in the key's class.</summary>
    public void AddSound(in HypothesisKey key, in HypothesisPath path, float score, float outlook)
    {
        ref Hypothesis hypothesis = ref Find(key, path, score, outlook);
        hypothesis.Sound = LogMath.Add(hypothesis.Sound, score);
    }

    /// <summary>Keeps the best hypotheses, best first.</summary>
    public void Prune(float beam, int limit)
    {
        if (_scores.Length < Count)
        {
            _scores = new float[_items.Length];
        }

        for (int i = 0; i < Count; i++)
        {
            _scores[i] = -(_items[i].Total + _items[i].Outlook);
        }

        Array.Sort(_scores, _items, 0, Count);
        int kept = 0;
        while (kept < Math.Min(Count, limit) && _scores[kept] <= _scores[0] + beam)
        {
            kept++;
        }

        Count = kept;
    }

    /// <summary>Follows the history's records to their new places.</summary>
    public void Relocate(int[] places)
    {
        foreach (ref Hypothesis hypothesis in _items.AsSpan(0, Count))
        {
            if (hypothesis.Path.History >= 0)
            {
                hypothesis.Path = hypothesis.Path with { History = places[hypothesis.Path.History] };
            }
        }
    }

    private ref Hypothesis Find(in HypothesisKey key, in HypothesisPath path, float score, float outlook)
    {
        if (Count * 2 >= _slots.Length)
        {
            Grow();
        }

        int mask = _slots.Length - 1;
        int slot = Hash(key) & mask;
        while (_slots[slot] != 0)
        {
            ref Hypothesis found = ref _items[_slots[slot] - 1];
            if (found.Key == key)
            {
                if (score > found.Largest)
                {
                    found.Largest = score;
                    found.Path = path;
                }

                return ref found;
            }

            slot = (slot + 1) & mask;
        }

        if (Count == _items.Length)
        {
            Array.Resize(ref _items, 2 * _items.Length);
        }

        _items[Count] = new Hypothesis { Key = key, Path = path, Blank = float.NegativeInfinity, Sound = float.NegativeInfinity, Outlook = outlook, Largest = score };
        _slots[slot] = ++Count;
        return ref _items[Count - 1];
    }

    private void Grow()
    {
        _slots = new int[2 * _slots.Length];
        int mask = _slots.Length - 1;
        for (int i = 0; i < Count; i++)
        {
            int slot = Hash(_items[i].Key) & mask;
            while (_slots[slot] != 0)
            {
                slot = (slot + 1) & mask;
            }

            _slots[slot] = i + 1;
        }
    }

    private static int Hash(in HypothesisKey key)
    {
        ulong hash = ((ulong)(uint)key.Node << 32) | (uint)key.Context.Word;
        hash ^= BitOperations.RotateLeft(((ulong)(uint)key.Context.Bigram << 16) | key.Class, 23);
        hash *= 0x9E3779B97F4A7C15;
        return (int)(hash >> 33);
    }
}
