using System.Globalization;

namespace Paraformer.Engine.Lm;

/// <summary>The n-grams of an ARPA file, up to order 3, with words as numbers: the order of the unigrams.</summary>
internal sealed class ArpaModel
{
    public List<string> Words { get; } = [];

    public List<Entry> Unigrams { get; } = [];

    public List<Entry> Bigrams { get; } = [];

    public List<Entry> Trigrams { get; } = [];

    /// <summary>An n-gram: its words, of which the unused ones are 0, and its log10 probability and back-off weight.</summary>
    internal readonly record struct Entry(int First, int Second, int Third, float Probability, float BackOff);
}

/// <summary>Reads ARPA files.</summary>
internal static class ArpaReader
{
    /// <summary>Reads a whole file.</summary>
    /// <exception cref="InvalidDataException">It is no ARPA file of order 3 or less, or not the whole of one; the message names the line.</exception>
    public static ArpaModel Read(TextReader reader)
    {
        var model = new ArpaModel();
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> lookup = ids.GetAlternateLookup<ReadOnlySpan<char>>();
        var announced = new int[4];
        int order = 0;
        int number = 0;
        bool ended = false;
        while (!ended && reader.ReadLine() is { } line)
        {
            number++;
            if (line.Length == 0)
            {
                continue;
            }

            if (line[0] == '\\')
            {
                ended = line == "\\end\\";
                order = line is "\\data\\" ? 0 : ended ? order : SectionOrder(line, number);
            }
            else if (order == 0)
            {
                Announce(line, announced, number);
            }
            else
            {
                ReadEntry(line, order, number, model, ids, lookup);
            }
        }

        Check(announced, 1, model.Unigrams.Count, ended);
        Check(announced, 2, model.Bigrams.Count, ended);
        Check(announced, 3, model.Trigrams.Count, ended);
        return model;
    }

    private static void Check(int[] announced, int order, int found, bool ended)
    {
        if (!ended || announced[order] != found)
        {
            throw new InvalidDataException($"the ARPA file announces {announced[order]} {order}-grams and holds {found}{(ended ? "" : ", and its end is missing")}");
        }
    }

    private static int SectionOrder(string line, int number) =>
        line.EndsWith("-grams:", StringComparison.Ordinal) && int.TryParse(line.AsSpan(1, line.Length - 8), CultureInfo.InvariantCulture, out int order) && order is 1 or 2 or 3
            ? line[1] - '0'
            : throw new InvalidDataException($"line {number} of the ARPA file: '{line}'");

    private static void Announce(string line, int[] announced, int number)
    {
        int equals = line.IndexOf('=', StringComparison.Ordinal);
        if (!line.StartsWith("ngram ", StringComparison.Ordinal)
            || equals < 0
            || !int.TryParse(line.AsSpan(6, equals - 6), CultureInfo.InvariantCulture, out int order)
            || order is < 1 or > 3
            || !int.TryParse(line.AsSpan(equals + 1), CultureInfo.InvariantCulture, out announced[order]))
        {
            throw new InvalidDataException($"line {number} of the ARPA file announces no n-grams of order 1 to 3: '{line}'");
        }
    }

    private static void ReadEntry(
        string line, int order, int number, ArpaModel model, Dictionary<string, int> ids, Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> lookup)
    {
        ReadOnlySpan<char> rest = line;
        ReadOnlySpan<char> probability = Next(ref rest);
        Span<int> words = stackalloc int[3];
        words.Clear();
        for (int i = 0; i < order; i++)
        {
            ReadOnlySpan<char> word = Next(ref rest);
            if (order == 1)
            {
                words[0] = model.Words.Count;
                model.Words.Add(word.ToString());
                ids[model.Words[^1]] = words[0];
            }
            else if (!lookup.TryGetValue(word, out words[i]))
            {
                throw new InvalidDataException($"line {number} of the ARPA file: '{word}' is not among the unigrams");
            }
        }

        float backOff = 0;
        if (!float.TryParse(probability, NumberStyles.Float, CultureInfo.InvariantCulture, out float value)
            || (rest.Length > 0 && !float.TryParse(Next(ref rest), NumberStyles.Float, CultureInfo.InvariantCulture, out backOff)))
        {
            throw new InvalidDataException($"line {number} of the ARPA file: '{line}'");
        }

        (order == 1 ? model.Unigrams : order == 2 ? model.Bigrams : model.Trigrams).Add(new ArpaModel.Entry(words[0], words[1], words[2], value, backOff));
    }

    private static ReadOnlySpan<char> Next(ref ReadOnlySpan<char> rest)
    {
        int end = rest.IndexOfAny('\t', ' ');
        ReadOnlySpan<char> field = end < 0 ? rest : rest[..end];
        rest = end < 0 ? [] : rest[(end + 1)..];
        return field;
    }
}
