using System.Buffers.Binary;
using System.Collections;
using System.Runtime.InteropServices;
using Paraformer.Engine.Text.InverseNormalization.OpenFst;

namespace Paraformer.Engine.Vosk;

/// <summary>
/// A language model as OpenFst's type "ngram" stores it: contexts as a tree from the newest word back, level by level, and behind
/// each the words seen there with their costs (negative natural logarithms). Context 0 is the empty one. Immutable.
/// </summary>
internal sealed class NgramGraph
{
    private const int CountBytes = 24;

    // Ten times the largest public vocabulary.
    private const int MaxWords = 1 << 24;

    // OpenFst counts room for one cost more than there are.
    private const int RestBytes = 4;
    private readonly ReadOnlyMemory<byte> _file;
    private readonly int _data;
    private readonly int[] _firstChild;
    private readonly int[] _firstArc;
    private readonly int[] _contextWords;
    private readonly int[] _arcWords;
    private readonly float[] _backoff;
    private readonly float[] _finals;
    private readonly float[] _costs;

    private NgramGraph(ReadOnlyMemory<byte> file)
    {
        _file = file;
        var reader = new FstReader(file.Span);
        FstHeader header = reader.Header();
        if (header.Type != "ngram" || !header.HasInputSymbols)
        {
            throw new FormatException($"type '{header.Type}'; 'ngram' with a symbol table is needed");
        }

        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        reader.ReadSymbols((symbol, number) => vocabulary[symbol] = number is >= 0 and < MaxWords ? (int)number : throw new FormatException($"word {number}"));
        reader.SkipSymbols(header.HasOutputSymbols);
        Vocabulary = vocabulary;
        _data = reader.Position;
        int states = checked((int)reader.Int64());
        int arcs = checked((int)reader.Int64());
        int finals = checked((int)reader.Int64());
        if (states < 1 || arcs < 0 || finals < 0 || states != header.States)
        {
            throw new FormatException($"{states} contexts and {arcs} arcs make no language model");
        }

        _firstChild = Ones(reader.Take(Words((2L * states) + 1) * 8), (2L * states) + 1, states);
        RequireTree(_firstChild);
        _firstArc = Ones(reader.Take(Words((long)arcs + states + 1) * 8), (long)arcs + states + 1, states);
        reader.Take(Words(states) * 8);
        _contextWords = Numbers<int>(ref reader, states + 1);
        _arcWords = Numbers<int>(ref reader, arcs);
        _backoff = Numbers<float>(ref reader, states + 1);
        _finals = Numbers<float>(ref reader, finals);
        _costs = Numbers<float>(ref reader, arcs);
        int last = vocabulary.Values.DefaultIfEmpty(-1).Max();
        if (_arcWords.Any(word => word < 0 || word > last))
        {
            throw new FormatException("an arc has a word that is not in the symbol table");
        }

        if (_firstArc[states] != arcs || _firstChild[states] != states || reader.Left != RestBytes)
        {
            throw new FormatException("contexts and arcs do not fit together");
        }
    }

    /// <summary>The number of every word.</summary>
    public IReadOnlyDictionary<string, int> Vocabulary { get; }

    /// <summary>The number of arcs of all contexts.</summary>
    public int ArcCount => _costs.Length;

    /// <summary>The word of every arc.</summary>
    public ReadOnlySpan<int> ArcWords => _arcWords;

    /// <summary>The cost of every arc.</summary>
    public ReadOnlySpan<float> Costs => _costs;

    /// <exception cref="InvalidDataException">The bytes are no such file; the message names the file and what is wrong.</exception>
    public static NgramGraph Read(string name, ReadOnlyMemory<byte> file)
    {
        try
        {
            return new NgramGraph(file);
        }
        catch (Exception error) when (error is ArgumentOutOfRangeException or OverflowException or FormatException)
        {
            throw new InvalidDataException(
                error is FormatException ? $"{name}: {error.Message}" : $"{name}: the file ends early or holds a size that it has no room for; fetch it again", error);
        }
    }

    /// <summary>The arc of a word in a context; -1 where it was not seen there.</summary>
    public int Arc(int context, int word)
    {
        int at = _arcWords.AsSpan(_firstArc[context].._firstArc[context + 1]).BinarySearch(word);
        return at < 0 ? -1 : _firstArc[context] + at;
    }

    /// <summary>The context of one word; -1 where there is none.</summary>
    public int Context(int word)
    {
        int at = _contextWords.AsSpan(_firstChild[0].._firstChild[1]).BinarySearch(word);
        return at < 0 ? -1 : _firstChild[0] + at;
    }

    /// <summary>The contexts that end as one does, itself first.</summary>
    public IEnumerable<int> EndingAs(int context)
    {
        var waiting = new Stack<int>([context]);
        while (waiting.TryPop(out int at))
        {
            yield return at;
            for (int child = _firstChild[at]; child < _firstChild[at + 1]; child++)
            {
                waiting.Push(child);
            }
        }
    }

    /// <summary>What it costs to forget a context's oldest word.</summary>
    public float Backoff(int context) => _backoff[context];

    /// <summary>Writes the file with other costs and with more arcs.</summary>
    /// <param name="costs">One for each arc.</param>
    /// <param name="added">Words that a context has no arc for yet, with their costs.</param>
    public byte[] Write(ReadOnlySpan<float> costs, IReadOnlyDictionary<(int Context, int Word), float> added)
    {
        int states = _firstArc.Length - 1;
        int arcs = _costs.Length + added.Count;
        var words = new List<int>(arcs);
        var newCosts = new List<float>(arcs);
        var bits = new BitArray(Words((long)arcs + states + 1) * 64);
        ILookup<int, (int Word, float Cost)> byContext = added.OrderBy(a => a.Key.Word).ToLookup(a => a.Key.Context, a => (a.Key.Word, a.Value));
        int bit = 0;
        for (int context = 0; context < states; context++)
        {
            bit++;
            int before = words.Count;
            int arc = _firstArc[context];
            foreach ((int word, float cost) in byContext[context])
            {
                for (; arc < _firstArc[context + 1] && _arcWords[arc] < word; arc++)
                {
                    words.Add(_arcWords[arc]);
                    newCosts.Add(costs[arc]);
                }

                words.Add(word);
                newCosts.Add(cost);
            }

            words.AddRange(_arcWords.AsSpan(arc.._firstArc[context + 1]));
            newCosts.AddRange(costs[arc.._firstArc[context + 1]]);
            for (int i = before; i < words.Count; i++)
            {
                bits[bit++] = true;
            }
        }

        return Join(words, newCosts, bits);
    }

    private byte[] Join(List<int> words, List<float> costs, BitArray bits)
    {
        int states = _firstArc.Length - 1;
        ReadOnlySpan<byte> file = _file.Span;
        int contextBytes = Words((2L * states) + 1) * 8;
        int afterArcBits = _data + CountBytes + contextBytes + (Words((long)_costs.Length + states + 1) * 8);
        var arcBits = new byte[bits.Length / 8];
        bits.CopyTo(arcBits, 0);
        var counts = new byte[CountBytes];
        BinaryPrimitives.WriteInt64LittleEndian(counts, states);
        BinaryPrimitives.WriteInt64LittleEndian(counts.AsSpan(8), words.Count);
        BinaryPrimitives.WriteInt64LittleEndian(counts.AsSpan(16), _finals.Length);
        using var result = new MemoryStream(file.Length + (costs.Count * 9));
        result.Write(file[.._data]);
        result.Write(counts);
        result.Write(file.Slice(_data + CountBytes, contextBytes));
        result.Write(arcBits);
        result.Write(file.Slice(afterArcBits, Words(states) * 8));
        result.Write(MemoryMarshal.AsBytes(_contextWords.AsSpan()));
        result.Write(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(words)));
        result.Write(MemoryMarshal.AsBytes(_backoff.AsSpan()));
        result.Write(MemoryMarshal.AsBytes(_finals.AsSpan()));
        result.Write(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(costs)));
        result.Write(new byte[RestBytes]);
        return result.ToArray();
    }

    private static int Words(long bits) => checked((int)((bits + 63) / 64));

    // For every zero bit, how many ones come before it.
    private static int[] Ones(ReadOnlySpan<byte> bytes, long bits, int states)
    {
        var counts = new int[states + 1];
        int ones = 0;
        int zeros = 0;
        for (int i = 0; i < bits; i++)
        {
            if ((bytes[i >> 3] >> (i & 7) & 1) != 0)
            {
                ones++;
            }
            else if (zeros <= states)
            {
                counts[zeros++] = ones;
            }
        }

        return zeros == states + 1 ? counts : throw new FormatException("contexts and arcs do not fit together");
    }

    // Level by level: children come behind their parent.
    private static void RequireTree(int[] firstChild)
    {
        for (int context = 0; context < firstChild.Length - 1; context++)
        {
            if (firstChild[context + 1] > firstChild[context] && firstChild[context] <= context)
            {
                throw new FormatException($"context {context} is before itself");
            }
        }
    }

    private static T[] Numbers<T>(ref FstReader reader, int count)
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(reader.Take(checked(count * 4))).ToArray();
}
