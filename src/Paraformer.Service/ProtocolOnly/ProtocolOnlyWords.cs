using System.Collections;
using Paraformer.Engine;

namespace Paraformer.Service.ProtocolOnly;

/// <summary>The words of a pretended sentence, made when they are asked for: the load on the service is to be the service's own.</summary>
internal sealed class ProtocolOnlyWords(long beginMs, int wordMs, int count, bool isFinal) : IReadOnlyList<RecognizedWord>
{
    private static readonly string[] s_words = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];

    // The texts of the usual lengths, the n-th of n words; longer ones are put together each time.
    private static readonly string[] s_partials = [.. Enumerable.Range(0, 33).Select(Join)];
    private static readonly string[] s_finals = [.. s_partials.Select(text => text + ".")];

    public long BeginMs => beginMs;

    public int Count => count;

    public RecognizedWord this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)count, nameof(index));
            long begin = beginMs + ((long)index * wordMs);
            return new RecognizedWord(begin, begin + wordMs, s_words[index % s_words.Length], isFinal && index == count - 1 ? "." : "", 1, isFinal);
        }
    }

    public string ToText() => count < s_partials.Length ? (isFinal ? s_finals : s_partials)[count] : Join(count) + (isFinal ? "." : "");

    public IEnumerator<RecognizedWord> GetEnumerator()
    {
        for (int i = 0; i < count; i++)
        {
            yield return this[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static string Join(int count) => string.Join(' ', Enumerable.Range(0, count).Select(i => s_words[i % s_words.Length]));
}
