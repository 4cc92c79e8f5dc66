using System.Runtime.InteropServices;
using System.Text;

namespace Paraformer.Engine.Lm;

/// <summary>
/// Turns n-grams into the sorted arrays that <see cref="NgramModel"/> reads: each context's successors lie side by side,
/// in the order of their words.
/// </summary>
internal static class NgramCompiler
{
    /// <summary>The sections of a model.</summary>
    public static List<(string Name, byte[] Data)> Compile(ArpaModel model)
    {
        int vocabulary = model.Words.Count;
        (ulong[] bigramKeys, ArpaModel.Entry[] bigrams) = Sorted(model.Bigrams, b => Key(b.First, b.Second));
        var bigramBegins = new int[vocabulary + 1];
        foreach (ArpaModel.Entry bigram in bigrams)
        {
            bigramBegins[bigram.First + 1]++;
        }

        Accumulate(bigramBegins);
        var trigramContexts = new Dictionary<ArpaModel.Entry, int>(model.Trigrams.Count);
        List<ArpaModel.Entry> kept = [];
        foreach (ArpaModel.Entry trigram in model.Trigrams)
        {
            int context = Array.BinarySearch(bigramKeys, Key(trigram.First, trigram.Second));
            if (context >= 0)
            {
                kept.Add(trigram);
                trigramContexts[trigram] = context;
            }
        }

        (ulong[] trigramKeys, ArpaModel.Entry[] trigrams) = Sorted(kept, t => Key(trigramContexts[t], t.Third));
        var trigramBegins = new int[bigrams.Length + 1];
        foreach (ulong key in trigramKeys)
        {
            trigramBegins[(int)(key >> 32) + 1]++;
        }

        Accumulate(trigramBegins);
        (byte[] text, int[] textBegins) = Text(model.Words);
        return
        [
            ("text", text),
            ("textat", SectionFile.Bytes<int>(textBegins)),
            ("uniprob", SectionFile.Bytes<float>([.. model.Unigrams.Select(e => e.Probability)])),
            ("unibow", SectionFile.Bytes<float>([.. model.Unigrams.Select(e => e.BackOff)])),
            ("biat", SectionFile.Bytes<int>(bigramBegins)),
            ("biword", SectionFile.Bytes<int>([.. bigrams.Select(e => e.Second)])),
            ("biprob", SectionFile.Bytes<ushort>([.. bigrams.Select(e => LogScale.EncodeProbability(e.Probability))])),
            ("bibow", SectionFile.Bytes<ushort>([.. bigrams.Select(e => LogScale.EncodeBackOff(e.BackOff))])),
            ("triat", SectionFile.Bytes<int>(trigramBegins)),
            ("triword", SectionFile.Bytes<int>([.. trigrams.Select(e => e.Third)])),
            ("triprob", SectionFile.Bytes<ushort>([.. trigrams.Select(e => LogScale.EncodeProbability(e.Probability))])),
        ];
    }

    private static (ulong[] Keys, ArpaModel.Entry[] Entries) Sorted(List<ArpaModel.Entry> entries, Func<ArpaModel.Entry, ulong> key)
    {
        ArpaModel.Entry[] sorted = [.. entries];
        var keys = new ulong[sorted.Length];
        for (int i = 0; i < keys.Length; i++)
        {
            keys[i] = key(CollectionsMarshal.AsSpan(entries)[i]);
        }

        Array.Sort(keys, sorted);
        return (keys, sorted);
    }

    private static ulong Key(int high, int low) => ((ulong)(uint)high << 32) | (uint)low;

    private static void Accumulate(int[] begins)
    {
        for (int i = 1; i < begins.Length; i++)
        {
            begins[i] += begins[i - 1];
        }
    }

    private static (byte[] Text, int[] Begins) Text(List<string> words)
    {
        var begins = new int[words.Count + 1];
        using var text = new MemoryStream();
        for (int i = 0; i < words.Count; i++)
        {
            text.Write(Encoding.UTF8.GetBytes(words[i]));
            begins[i + 1] = (int)text.Length;
        }

        return (text.ToArray(), begins);
    }
}
