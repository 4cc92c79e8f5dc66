using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;

namespace Paraformer.Engine.ParaformerModels;

/// <summary>A Paraformer's vocabulary: characters, lower-case English words, and pieces of them that end in <c>@@</c> where the word goes on. Immutable.</summary>
internal sealed class PieceVocabulary
{
    private const string GoesOn = "@@";
    private const int LongestPiece = 32;
    private static readonly FrozenSet<string> s_marks = FrozenSet.Create(StringComparer.Ordinal, "<blank>", "<s>", "</s>", "<unk>", "<OOV>");
    private readonly FrozenDictionary<string, int> _ids;

    private PieceVocabulary(string[] symbols)
    {
        Symbols = symbols;
        _ids = symbols.Index().DistinctBy(item => item.Item, StringComparer.Ordinal).ToFrozenDictionary(item => item.Item, item => item.Index, StringComparer.Ordinal);
        Begin = IdOf("<s>");
        End = IdOf("</s>");
        if (Begin < 0 || End < 0 || IdOf("<blank>") != 0)
        {
            throw new FormatException("it does not begin with <blank> or lacks <s> or </s>, so it is not a Paraformer's vocabulary");
        }
    }

    /// <summary>The tokens, by number.</summary>
    public IReadOnlyList<string> Symbols { get; }

    /// <summary>Number of tokens.</summary>
    public int Count => Symbols.Count;

    /// <summary>Number of <c>&lt;s&gt;</c>.</summary>
    public int Begin { get; }

    /// <summary>Number of <c>&lt;/s&gt;</c>.</summary>
    public int End { get; }

    /// <summary>Reads <c>tokens.txt</c>: lines of a token and its number.</summary>
    /// <exception cref="FormatException">The numbers are not those from 0 on, each once.</exception>
    public static PieceVocabulary ParseLines(string text)
    {
        List<string> symbols = [];
        int line = 0;
        foreach (string entry in text.Split('\n').Select(l => l.TrimEnd('\r', ' ', '\t')))
        {
            line++;
            if (entry.Length == 0)
            {
                continue;
            }

            int space = entry.LastIndexOfAny([' ', '\t']);
            if (space <= 0 || !int.TryParse(entry.AsSpan(space + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number != symbols.Count)
            {
                throw new FormatException($"line {line} is not a token and the number {symbols.Count}");
            }

            symbols.Add(entry[..space]);
        }

        return new PieceVocabulary([.. symbols]);
    }

    /// <summary>Reads <c>tokens.json</c>: a list of tokens.</summary>
    /// <exception cref="FormatException">It is not a list of strings.</exception>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public static PieceVocabulary ParseJson(string text)
    {
        using JsonDocument document = JsonDocument.Parse(text);
        return document.RootElement.ValueKind == JsonValueKind.Array && document.RootElement.EnumerateArray().All(e => e.ValueKind == JsonValueKind.String)
            ? new PieceVocabulary([.. document.RootElement.EnumerateArray().Select(e => e.GetString()!)])
            : throw new FormatException("it is not a list of strings");
    }

    /// <summary>A token's number, or -1.</summary>
    public int IdOf(string symbol) => _ids.GetValueOrDefault(symbol, -1);

    /// <summary>Whether a token is a mark of the model and no text.</summary>
    public bool IsSilent(int token) => s_marks.Contains(Symbols[token]);

    /// <summary>What a token adds to the text, and whether the word goes on after it.</summary>
    public string TextOf(int token, out bool goesOn)
    {
        string symbol = Symbols[token];
        goesOn = symbol.Length > GoesOn.Length && symbol.EndsWith(GoesOn, StringComparison.Ordinal);
        return goesOn ? symbol[..^GoesOn.Length] : symbol;
    }

    /// <summary>A phrase as tokens: one a character, English words by their pieces; empty where something of it is unknown.</summary>
    /// <param name="phrase">The phrase; words are separated by spaces.</param>
    /// <param name="pieces">Pieces of English words, separated by spaces; null where the pack has no such list.</param>
    public int[] Tokenize(string phrase, IReadOnlyDictionary<string, string>? pieces)
    {
        List<int> tokens = [];
        string text = phrase.ToLowerInvariant();
        for (int at = 0; at < text.Length;)
        {
            if (char.IsWhiteSpace(text[at]))
            {
                at++;
                continue;
            }

            int end = at + (char.IsHighSurrogate(text[at]) && at + 1 < text.Length ? 2 : 1);
            if (char.IsAscii(text[at]))
            {
                while (end < text.Length && char.IsAscii(text[end]) && !char.IsWhiteSpace(text[end]))
                {
                    end++;
                }
            }

            string word = text[at..end];
            if (!AddWord(word, pieces, tokens))
            {
                return [];
            }

            at = end;
        }

        return [.. tokens];
    }

    private bool AddWord(string word, IReadOnlyDictionary<string, string>? pieces, List<int> tokens)
    {
        if (IdOf(word) is >= 0 and int whole)
        {
            tokens.Add(whole);
            return true;
        }

        if (pieces is not null && pieces.TryGetValue(word, out string? parts))
        {
            int[] ids = [.. parts.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(IdOf)];
            tokens.AddRange(ids);
            return ids.Length > 0 && !ids.Contains(-1);
        }

        return char.IsAscii(word[0]) && Split(word, tokens);
    }

    // The longest pieces first; steps back where the rest has no pieces.
    private bool Split(string word, List<int> tokens)
    {
        var dead = new bool[word.Length + 1];
        return SplitFrom(0);

        bool SplitFrom(int at)
        {
            for (int length = Math.Min(LongestPiece, word.Length - at); length > 0 && !dead[at]; length--)
            {
                bool last = at + length == word.Length;
                int id = IdOf(last ? word[at..] : string.Concat(word.AsSpan(at, length), GoesOn));
                if (id >= 0)
                {
                    tokens.Add(id);
                    if (last || SplitFrom(at + length))
                    {
                        return true;
                    }

                    tokens.RemoveAt(tokens.Count - 1);
                }
            }

            dead[at] = true;
            return false;
        }
    }
}
