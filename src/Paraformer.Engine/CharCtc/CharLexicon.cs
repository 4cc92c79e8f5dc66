using System.Globalization;

namespace Paraformer.Engine.CharCtc;

/// <summary>
/// Which output class of the network stands for which character. Common characters have classes of their own; rare ones
/// share the class of a homophone.
/// </summary>
internal sealed class CharLexicon
{
    // Classes are kept in 16 bits.
    private const int MaxTokens = ushort.MaxValue;
    private readonly Dictionary<string, ushort> _classes = new(StringComparer.Ordinal);

    private CharLexicon(string[] tokens) => Tokens = tokens;

    /// <summary>The spelling of each class: a character, or a piece of an English word; 0 is the blank, 1 the unknown.</summary>
    public IReadOnlyList<string> Tokens { get; }

    /// <summary>Reads the tokens, one a line.</summary>
    /// <exception cref="InvalidDataException">A line is empty, or there are more than classes can be told apart.</exception>
    public static string[] ReadTokens(string text)
    {
        string[] tokens = [.. text.TrimEnd('\n').Split('\n').Select(line => line.TrimEnd('\r'))];
        int empty = Array.IndexOf(tokens, "");
        return empty < 0 && tokens.Length <= MaxTokens
            ? tokens
            : throw new InvalidDataException(empty >= 0 ? $"line {empty + 1} is empty" : $"it has {tokens.Length} tokens; at most {MaxTokens} are read");
    }

    /// <summary>Reads the lexicon: a spelling, white space, and <c>cN</c> with N − 1 the class and an optional <c>c</c> behind it.</summary>
    /// <param name="tokens">The spelling of each class.</param>
    /// <param name="lexiconLines">The lines.</param>
    /// <exception cref="InvalidDataException">A line is of another form, or names a class that does not exist.</exception>
    public static CharLexicon Read(string[] tokens, IEnumerable<string> lexiconLines)
    {
        var lexicon = new CharLexicon(tokens);
        int number = 0;
        foreach (string line in lexiconLines)
        {
            number++;
            string[] fields = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length == 0 || fields[0].StartsWith("GBG_", StringComparison.Ordinal) || fields[^1] == "sil")
            {
                continue;
            }

            ReadOnlySpan<char> digits = fields[^1].AsSpan().Trim('c');
            if (fields.Length != 2
                || !int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int n)
                || n < 1
                || n > lexicon.Tokens.Count)
            {
                throw new InvalidDataException($"line {number} of the lexicon: '{line}'");
            }

            lexicon._classes[fields[0]] = (ushort)(n - 1);
        }

        for (ushort i = 2; i < lexicon.Tokens.Count; i++)
        {
            if (!char.IsAscii(lexicon.Tokens[i][0]))
            {
                lexicon._classes.TryAdd(lexicon.Tokens[i], i);
            }
        }

        return lexicon;
    }

    /// <summary>The classes of a word, or null where a character has none.</summary>
    public ushort[]? Spell(string word)
    {
        var classes = new List<ushort>(word.Length);
        foreach (System.Text.Rune rune in word.EnumerateRunes())
        {
            if (!_classes.TryGetValue(rune.ToString(), out ushort number))
            {
                return null;
            }

            classes.Add(number);
        }

        return [.. classes];
    }

    /// <summary>Whether a class is a piece of an English word.</summary>
    public bool IsLatin(int number) => number >= 2 && char.IsAscii(Tokens[number][0]);
}
