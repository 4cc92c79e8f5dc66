using System.Collections;

namespace Paraformer.Engine.Text;

/// <summary>A part of a list of words, without a copy.</summary>
internal sealed class WordRange(IReadOnlyList<string> words, int first, int count) : IReadOnlyList<string>
{
    public int Count => count;

    public string this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)count, nameof(index));
            return words[first + index];
        }
    }

    public IEnumerator<string> GetEnumerator()
    {
        for (int i = 0; i < count; i++)
        {
            yield return words[first + i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
