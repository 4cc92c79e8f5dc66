using System.Globalization;
using System.Text;
using Paraformer.Engine.Lm;

namespace Paraformer.Engine.CharCtc;

/// <summary>
/// Finds the classes that sound alike, tones aside, from a word list with pinyin. The small network mistakes them for each
/// other; the language model knows better.
/// </summary>
internal static class HomophoneCompiler
{
    // What speakers of many regions do not tell apart.
    private static readonly (string From, string To)[] s_fuzzyInitials = [("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l")];
    private static readonly (string From, string To)[] s_fuzzyFinals = [("ang", "an"), ("eng", "en"), ("ing", "in")];

    /// <summary>The sections of the relation.</summary>
    /// <param name="lexicon">The classes.</param>
    /// <param name="wordList">Lines of a word, its pinyin and for characters with several readings the reading's log10 probability.</param>
    public static List<(string Name, byte[] Data)> Compile(CharLexicon lexicon, TextReader wordList)
    {
        Dictionary<ushort, Dictionary<string, float>> readings = Read(lexicon, wordList);
        List<(string Name, byte[] Data)> sections = Relation("same", lexicon.Tokens.Count, readings, syllable => syllable);
        sections.AddRange(Relation("near", lexicon.Tokens.Count, readings, Fuzzy));
        return sections;
    }

    // Per class: the probability of each reading of the character that stands for it.
    private static Dictionary<ushort, Dictionary<string, float>> Read(CharLexicon lexicon, TextReader wordList)
    {
        var tokens = new Dictionary<string, ushort>(StringComparer.Ordinal);
        for (ushort i = 2; i < lexicon.Tokens.Count; i++)
        {
            tokens[lexicon.Tokens[i]] = i;
        }

        var readings = new Dictionary<ushort, Dictionary<string, float>>();
        while (wordList.ReadLine() is { } line)
        {
            string[] fields = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length < 2 || !tokens.TryGetValue(fields[0], out ushort number))
            {
                continue;
            }

            float log = 0;
            if (fields.Length > 2 && !float.TryParse(fields[2], NumberStyles.Float, CultureInfo.InvariantCulture, out log))
            {
                throw new InvalidDataException($"the word list's line '{line}'");
            }

            if (!readings.TryGetValue(number, out Dictionary<string, float>? own))
            {
                readings[number] = own = new Dictionary<string, float>(StringComparer.Ordinal);
            }

            own[fields[1]] = MathF.Pow(10, Math.Min(log, 0));
        }

        return readings;
    }

    private static List<(string Name, byte[] Data)> Relation(
        string name, int classes, Dictionary<ushort, Dictionary<string, float>> readings, Func<string, string> sound)
    {
        var bySound = new Dictionary<string, List<(ushort Class, float Share)>>(StringComparer.Ordinal);
        foreach ((ushort number, Dictionary<string, float> own) in readings)
        {
            foreach ((string syllable, float share) in own)
            {
                string key = sound(syllable);
                if (!bySound.TryGetValue(key, out List<(ushort, float)>? group))
                {
                    bySound[key] = group = [];
                }

                group.Add((number, share));
            }
        }

        var begins = new int[classes + 1];
        List<ushort> others = [];
        List<float> weights = [];
        for (ushort c = 0; c < classes; c++)
        {
            var related = new SortedDictionary<ushort, float>();
            foreach ((string syllable, float share) in readings.GetValueOrDefault(c, []))
            {
                foreach ((ushort other, float otherShare) in bySound[sound(syllable)])
                {
                    related[other] = Math.Max(related.GetValueOrDefault(other), share * otherShare);
                }
            }

            foreach ((ushort other, float weight) in related.Where(r => r.Key != c && r.Value > 0.05f))
            {
                others.Add(other);
                weights.Add(weight);
            }

            begins[c + 1] = others.Count;
        }

        return
        [
            (name + "at", SectionFile.Bytes<int>(begins)),
            (name + "cls", SectionFile.Bytes<ushort>([.. others])),
            (name + "wgt", SectionFile.Bytes<float>([.. weights])),
        ];
    }

    private static string Fuzzy(string syllable)
    {
        var result = new StringBuilder(syllable);
        foreach ((string from, string to) in s_fuzzyInitials)
        {
            if (result.ToString().StartsWith(from, StringComparison.Ordinal))
            {
                result.Remove(0, from.Length).Insert(0, to);
            }
        }

        foreach ((string from, string to) in s_fuzzyFinals)
        {
            if (result.ToString().EndsWith(from, StringComparison.Ordinal))
            {
                result.Remove(result.Length - from.Length, from.Length).Append(to);
            }
        }

        return result.ToString();
    }
}
