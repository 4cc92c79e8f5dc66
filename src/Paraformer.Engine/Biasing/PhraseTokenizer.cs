using System.Globalization;
using System.Text;
using Paraformer.Engine.Text;
using Paraformer.Engine.Tokens;

namespace Paraformer.Engine.Biasing;

/// <summary>Cuts phrases into the tokens of a vocabulary: the likeliest row of pieces where their scores are known, else the shortest. Immutable.</summary>
internal sealed class PhraseTokenizer
{
    // What a token of a phrase of weight 1 adds, as a natural logarithm: the usual weight of 4 gives what the public runtimes use.
    private const float Strength = 0.375f;
    private const int LongestPiece = 24;
    private const float UnknownPiece = -10;
    private readonly TokenTable _table;
    private readonly Dictionary<string, float> _scores;

    /// <param name="table">The vocabulary.</param>
    /// <param name="scores">Scores of its pieces; empty where the pack has none.</param>
    public PhraseTokenizer(TokenTable table, Dictionary<string, float> scores) => (_table, _scores) = (table, scores);

    /// <summary>Reads lines of a piece and its score, as <c>bpe.vocab</c> has them.</summary>
    /// <exception cref="FormatException">A line is something else.</exception>
    public static Dictionary<string, float> ParseScores(string text)
    {
        var scores = new Dictionary<string, float>(StringComparer.Ordinal);
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            int tab = line.LastIndexOfAny('\t', ' ');
            if (!line.IsEmpty)
            {
                scores[line[..Math.Max(0, tab)].ToString()] = tab >= 0 && float.TryParse(line[(tab + 1)..], NumberStyles.Float, CultureInfo.InvariantCulture, out float score)
                    ? score
                    : throw new FormatException($"'{line}' is not a piece and its score");
            }
        }

        return scores;
    }

    /// <summary>The tokens of a phrase; none where the vocabulary cannot write it.</summary>
    public IReadOnlyList<int> Tokenize(string phrase)
    {
        List<int> tokens = Cut(_table.IsUpperCase ? phrase.ToUpperInvariant() : phrase);
        return tokens.Count > 0 ? tokens : Cut(phrase.ToLowerInvariant());
    }

    /// <summary>The hot words that the vocabulary can write.</summary>
    /// <param name="words">The words.</param>
    /// <param name="languages">Words of other languages are left out.</param>
    public List<BiasPhrase> Phrases(IEnumerable<HotWord> words, IReadOnlyList<string> languages) =>
        [.. words.Where(w => w.Weight != 0 && (w.Language is null || languages.Contains(w.Language)))
            .Select(w => new BiasPhrase(Tokenize(w.Text), w.Weight * Strength))
            .Where(p => p.Tokens.Count > 0)];

    private List<int> Cut(string text)
    {
        List<int> tokens = [];
        foreach (string word in text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            foreach (string unit in Units(word))
            {
                List<int>? pieces = Segment(unit) ?? (unit[0] == '▁' ? Segment(unit[1..]) : null) ?? Bytes(unit);
                if (pieces is null)
                {
                    return [];
                }

                tokens.AddRange(pieces);
            }
        }

        return tokens;
    }

    // Characters of scripts without spaces stand alone; everything else begins with the mark of a word.
    private IEnumerable<string> Units(string word)
    {
        if (_table.IsByteLevel)
        {
            yield return "▁" + string.Concat(Encoding.UTF8.GetBytes(word).Select(ByteLevel.CharacterOf));
            yield break;
        }

        int from = 0;
        int at = 0;
        foreach (Rune rune in word.EnumerateRunes())
        {
            if (!rune.IsBmp || WordSpacing.IsUnspaced((char)rune.Value))
            {
                if (at > from)
                {
                    yield return "▁" + word[from..at];
                }

                yield return rune.ToString();
                from = at + rune.Utf16SequenceLength;
            }

            at += rune.Utf16SequenceLength;
        }

        if (at > from)
        {
            yield return "▁" + word[from..at];
        }
    }

    private List<int>? Segment(string unit)
    {
        var best = new (float Score, int From, int Token)[unit.Length + 1];
        Array.Fill(best, (float.NegativeInfinity, 0, -1));
        best[0].Score = 0;
        for (int begin = 0; begin < unit.Length; begin++)
        {
            for (int end = begin + 1; best[begin].Score > float.NegativeInfinity && end <= Math.Min(unit.Length, begin + LongestPiece); end++)
            {
                string piece = unit[begin..end];
                int token = _table.IdOf(piece);
                float score = best[begin].Score + (_scores.Count == 0 ? -1 : _scores.GetValueOrDefault(piece, UnknownPiece));
                if (token >= 0 && score > best[end].Score)
                {
                    best[end] = (score, begin, token);
                }
            }
        }

        if (best[^1].Token < 0)
        {
            return null;
        }

        List<int> tokens = [];
        for (int at = unit.Length; at > 0; at = best[at].From)
        {
            tokens.Insert(0, best[at].Token);
        }

        return tokens;
    }

    private List<int>? Bytes(string unit)
    {
        List<int> tokens = [.. Encoding.UTF8.GetBytes(unit.TrimStart('▁')).Select(b => _table.IdOf($"<0x{b:X2}>"))];
        return tokens.Contains(-1) ? null : tokens;
    }
}
