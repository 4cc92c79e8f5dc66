using Paraformer.Engine.CharCtc;
using Paraformer.Engine.Lm;

namespace Paraformer.Engine.Biasing;

/// <summary>A biased word as a recogniser of character classes knows it.</summary>
/// <param name="Text">As it is to be written.</param>
/// <param name="Weight">1 to 5, or negative.</param>
/// <param name="Spellings">The rows of classes that sound like it.</param>
/// <param name="Parts">The words of the language model that it consists of; empty where it knows none.</param>
internal sealed record BiasEntry(string Text, int Weight, IReadOnlyList<ushort[]> Spellings, int[] Parts)
{
    private const int MaxSpellings = 24;
    private const int MaxLength = 40;

    /// <summary>The words that can be spelled; the others are left out.</summary>
    public static List<BiasEntry> Make(IEnumerable<HotWord> words, CharLexicon lexicon, PrefixTree tree, NgramModel language)
    {
        var latin = new Dictionary<string, ushort>(StringComparer.Ordinal);
        for (ushort i = 2; i < lexicon.Tokens.Count; i++)
        {
            if (lexicon.IsLatin(i))
            {
                latin[lexicon.Tokens[i]] = i;
            }
        }

        List<BiasEntry> entries = [];
        foreach (HotWord word in words.Where(w => w.Weight != 0 && w.Language is null or "zh" or "en"))
        {
            string text = word.Text.Trim();
            string sounds = string.Concat(text.Where(c => !char.IsWhiteSpace(c))).ToLowerInvariant();
            List<ushort[]> spellings = [];
            if (sounds.Length is > 0 and <= MaxLength)
            {
                Spell(sounds, 0, [], lexicon, latin, spellings);
            }

            if (spellings.Count > 0)
            {
                entries.Add(new BiasEntry(text, word.Weight, spellings, Segment(sounds, lexicon, tree, language)));
            }
        }

        return entries;
    }

    // English words come in pieces of any length: the ways with long pieces are tried first.
    private static void Spell(
        string text, int at, List<ushort> begun, CharLexicon lexicon, Dictionary<string, ushort> latin, List<ushort[]> spellings)
    {
        if (at == text.Length)
        {
            spellings.Add([.. begun]);
            return;
        }

        if (!char.IsAscii(text[at]))
        {
            int length = char.IsHighSurrogate(text[at]) && at + 1 < text.Length ? 2 : 1;
            if (lexicon.Spell(text.Substring(at, length)) is [ushort number])
            {
                begun.Add(number);
                Spell(text, at + length, begun, lexicon, latin, spellings);
                begun.RemoveAt(begun.Count - 1);
            }

            return;
        }

        for (int length = Math.Min(12, text.Length - at); length > 0 && spellings.Count < MaxSpellings; length--)
        {
            if (latin.TryGetValue(text.Substring(at, length), out ushort number))
            {
                begun.Add(number);
                Spell(text, at + length, begun, lexicon, latin, spellings);
                begun.RemoveAt(begun.Count - 1);
            }
        }
    }

    // The likeliest row of words that gives the text.
    private static int[] Segment(string text, CharLexicon lexicon, PrefixTree tree, NgramModel language)
    {
        var best = new (float Score, int From, int Word)[text.Length + 1];
        Array.Fill(best, (float.NegativeInfinity, 0, -1));
        best[0] = (0, 0, -1);
        for (int begin = 0; begin < text.Length; begin++)
        {
            int node = 0;
            for (int end = begin; end < text.Length && best[begin].Score > float.NegativeInfinity; end++)
            {
                node = lexicon.Spell(text.Substring(end, 1)) is [ushort number] ? tree.Child(node, number) : 0;
                if (node == 0)
                {
                    break;
                }

                foreach (int word in tree.Words(node))
                {
                    float score = best[begin].Score + language.Unigram(word);
                    if (score > best[end + 1].Score && text.AsSpan(begin, end + 1 - begin).SequenceEqual(language.Text(word)))
                    {
                        best[end + 1] = (score, begin, word);
                    }
                }
            }
        }

        List<int> parts = [];
        for (int at = text.Length; at > 0 && best[at].Word >= 0; at = best[at].From)
        {
            parts.Insert(0, best[at].Word);
        }

        return best[^1].Word >= 0 ? [.. parts] : [];
    }
}
