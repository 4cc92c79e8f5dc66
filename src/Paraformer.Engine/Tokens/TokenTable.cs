using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Paraformer.Engine.Tokens;

/// <summary>
/// A model's vocabulary: word pieces, where <c>▁</c> begins a word, single bytes (<c>&lt;0x41&gt;</c>), or characters that each stand for
/// a byte (byte-level BPE). Immutable.
/// </summary>
internal sealed class TokenTable
{
    private const char WordBegin = '\u2581';

    // Of the 162 that are not ASCII a vocabulary of bytes has nearly all; one of letters has a few at most.
    private const int LeastByteCharacters = 32;
    private static readonly FrozenSet<string> s_silent = FrozenSet.Create(
        StringComparer.Ordinal, "<blk>", "<blank>", "<eps>", "<pad>", "<s>", "</s>", "<unk>", "<sos/eos>", "<sos>", "<eos>", "[unk]", "<UNK>");

    private readonly byte[][] _bytes;
    private readonly FrozenDictionary<string, int> _ids;

    private TokenTable(string[] symbols)
    {
        Symbols = symbols;
        _ids = symbols.Index().DistinctBy(item => item.Item, StringComparer.Ordinal).ToFrozenDictionary(item => item.Item, item => item.Index, StringComparer.Ordinal);
        IsByteLevel = symbols.Where(s => !IsSilent(s) && !IsByte(s, out _)).All(s => s.All(c => c == WordBegin || ByteLevel.TryMap(c, out _)))
            && symbols.Where(s => !IsSilent(s)).SelectMany(s => s).Where(c => c > '\u007F' && c != WordBegin).Distinct().Count() >= LeastByteCharacters;
        IsUpperCase = !symbols.Any(s => !IsSilent(s) && !IsByte(s, out _) && s.Any(char.IsLower)) && symbols.Any(s => s.Any(char.IsUpper));
        _bytes = [.. symbols.Select(BytesOf)];
    }

    /// <summary>The tokens, by number.</summary>
    public IReadOnlyList<string> Symbols { get; }

    /// <summary>Number of tokens.</summary>
    public int Count => Symbols.Count;

    /// <summary>Whether characters of the symbols stand for bytes.</summary>
    public bool IsByteLevel { get; }

    /// <summary>Whether it knows capital letters only.</summary>
    public bool IsUpperCase { get; }

    /// <summary>Reads lines of a symbol and its number; a line of a number alone means the space.</summary>
    /// <exception cref="FormatException">The numbers are not those from 0 on, each once.</exception>
    public static TokenTable ParseLines(string text)
    {
        Dictionary<int, string> symbols = [];
        int line = 0;
        foreach (ReadOnlySpan<char> whole in text.AsSpan().EnumerateLines())
        {
            line++;
            ReadOnlySpan<char> entry = whole.TrimEnd();
            if (entry.IsEmpty)
            {
                continue;
            }

            int space = entry.LastIndexOfAny(' ', '\t');
            string symbol = space < 0 ? " " : entry[..space].ToString();
            if (!int.TryParse(entry[(space + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            {
                throw new FormatException($"line {line} is not a symbol and its number");
            }

            // Symbols of the training graph behind the vocabulary are harmless.
            if (!symbol.StartsWith('#') || symbol.Length == 1)
            {
                symbols[number] = symbols.ContainsKey(number) ? throw new FormatException($"line {line} repeats the number {number}") : symbol;
            }
        }

        return new TokenTable([.. Enumerable.Range(0, symbols.Count).Select(i =>
            symbols.TryGetValue(i, out string? symbol) ? symbol : throw new FormatException($"no symbol has the number {i}"))]);
    }

    /// <summary>Reads a list of symbols.</summary>
    /// <exception cref="FormatException">It is not a list of strings.</exception>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public static TokenTable ParseJson(string text)
    {
        using JsonDocument document = JsonDocument.Parse(text);
        return document.RootElement.ValueKind == JsonValueKind.Array && document.RootElement.EnumerateArray().All(e => e.ValueKind == JsonValueKind.String)
            ? new TokenTable([.. document.RootElement.EnumerateArray().Select(e => e.GetString()!)])
            : throw new FormatException("it is not a list of strings");
    }

    /// <summary>A symbol's number, or -1.</summary>
    public int IdOf(string symbol) => _ids.GetValueOrDefault(symbol, -1);

    /// <summary>What a token adds to the text, in UTF-8: a space where it begins a word; nothing for marks of the model.</summary>
    public ReadOnlySpan<byte> Bytes(int token) => _bytes[token];

    private static bool IsSilent(string symbol) => s_silent.Contains(symbol) || symbol.StartsWith("<|", StringComparison.Ordinal);

    private static bool IsByte(string symbol, out byte value)
    {
        value = 0;
        return symbol.Length == 6 && symbol.StartsWith("<0x", StringComparison.Ordinal) && symbol[5] == '>'
            && byte.TryParse(symbol.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }

    private byte[] BytesOf(string symbol)
    {
        if (IsSilent(symbol))
        {
            return [];
        }

        if (IsByte(symbol, out byte value))
        {
            return [value];
        }

        return IsByteLevel
            ? [.. symbol.Select(c => c != WordBegin && ByteLevel.TryMap(c, out byte mapped) ? mapped : (byte)' ')]
            : Encoding.UTF8.GetBytes(symbol.Replace(WordBegin, ' '));
    }
}
