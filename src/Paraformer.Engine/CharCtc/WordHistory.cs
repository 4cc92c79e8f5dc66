using System.Runtime.InteropServices;

namespace Paraformer.Engine.CharCtc;

/// <summary>A complete word of a hypothesis.</summary>
/// <param name="Previous">The word before it; -1 for none.</param>
/// <param name="Word">Its number.</param>
/// <param name="FirstFrame">Where its first class was heard.</param>
/// <param name="LastFrame">Where its last class was heard.</param>
/// <param name="Posterior">Sum of its classes' log posteriors there.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct WordRecord(int Previous, int Word, int FirstFrame, int LastFrame, float Posterior);

/// <summary>The words of all hypotheses: each knows the one before, and beginnings are shared.</summary>
internal sealed class WordHistory
{
    private const int CollectAt = 1 << 14;
    private readonly List<WordRecord> _records = [];
    private int _collectAt = CollectAt;

    public WordRecord this[int index] => _records[index];

    /// <summary>Whether <see cref="Collect"/> is due.</summary>
    public bool IsFull => _records.Count >= _collectAt;

    public int Add(in WordRecord record)
    {
        _records.Add(record);
        return _records.Count - 1;
    }

    public void Clear()
    {
        _records.Clear();
        _collectAt = CollectAt;
    }

    /// <summary>Forgets what no hypothesis leads back to. A record's place changes to <c>result[place]</c>.</summary>
    public int[] Collect(IEnumerable<int> alive)
    {
        var places = new int[_records.Count];
        foreach (int start in alive)
        {
            for (int i = start; i >= 0 && places[i] == 0; i = _records[i].Previous)
            {
                places[i] = 1;
            }
        }

        int kept = 0;
        for (int i = 0; i < places.Length; i++)
        {
            if (places[i] == 0)
            {
                continue;
            }

            WordRecord record = _records[i];
            _records[kept] = record with { Previous = record.Previous < 0 ? -1 : places[record.Previous] };
            places[i] = kept++;
        }

        _records.RemoveRange(kept, _records.Count - kept);
        _collectAt = Math.Max(CollectAt, 2 * kept);
        return places;
    }
}
