using System.Reflection;
using Paraformer.Engine.Text.Disfluency;

namespace Paraformer.Engine.Text;

/// <summary>
/// Finds fillers, repetitions and false starts, and leaves alone what may have been meant. It only names the words that stay;
/// they keep their own times. Immutable, usable from any thread.
/// </summary>
internal sealed class DisfluencyRemover
{
    private const string Prefix = "Paraformer.Engine.Text.Disfluency.";
    // Who says more than that again means it.
    private const int LongestRepeat = 4;

    private static readonly Dictionary<string, Lazy<DisfluencyRemover>> s_removers = typeof(DisfluencyRemover).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
        .ToDictionary(
            name => Path.GetFileNameWithoutExtension(name[Prefix.Length..]),
            name => new Lazy<DisfluencyRemover>(() => Load(name)),
            StringComparer.OrdinalIgnoreCase);

    private readonly DisfluencyLexicon _lexicon;

    private DisfluencyRemover(DisfluencyLexicon lexicon) => _lexicon = lexicon;

    /// <summary>The remover of a language code; null when there is none.</summary>
    public static DisfluencyRemover? For(string language)
    {
        ArgumentNullException.ThrowIfNull(language);
        return s_removers.TryGetValue(language, out Lazy<DisfluencyRemover>? remover) ? remover.Value : null;
    }

    /// <summary>Indices of the words that stay, in order.</summary>
    public IReadOnlyList<int> Survivors(IReadOnlyList<string> words)
    {
        ArgumentNullException.ThrowIfNull(words);
        var units = new List<string>();
        var wordOf = new List<int>();
        for (int i = 0; i < words.Count; i++)
        {
            AddUnits(words[i], i, units, wordOf);
        }

        var dropped = new bool[units.Count];
        DropFillers(units, dropped);
        DropFalseStarts(units, dropped);
        DropRepeats(units, dropped);
        bool[] unguarded = [.. dropped];
        DropGuarded(units, dropped);
        if (Array.TrueForAll(dropped, static one => one))
        {
            dropped = unguarded;
        }

        var stays = new bool[words.Count];
        for (int i = 0; i < units.Count; i++)
        {
            stays[wordOf[i]] |= !dropped[i];
        }

        int[] survivors = [.. Enumerable.Range(0, words.Count).Where(i => stays[i])];
        return survivors.Length == 0 && units.Count > 0 && _lexicon.Answers.LengthAt(units, 0) > 0 ? [0] : survivors;
    }

    private void AddUnits(string word, int index, List<string> units, List<int> wordOf)
    {
        string folded = word.ToLowerInvariant();
        if (!_lexicon.IsByCharacter || folded.Length < 2 || folded.All(char.IsAscii))
        {
            units.Add(folded);
            wordOf.Add(index);
            return;
        }

        foreach (char c in folded)
        {
            units.Add(c.ToString());
            wordOf.Add(index);
        }
    }

    private void DropFillers(List<string> units, bool[] dropped)
    {
        for (int i = 0; i < units.Count;)
        {
            int kept = _lexicon.Protected.LengthAt(units, i);
            int filler = kept > 0 ? 0 : Math.Max(_lexicon.Fillers.LengthAt(units, i), DoubtfulFillerAt(units, dropped, i));
            Array.Fill(dropped, true, i, filler);
            i += Math.Max(1, Math.Max(kept, filler));
        }
    }

    // At the beginning or beside another filler; elsewhere it is part of a word.
    private int DoubtfulFillerAt(List<string> units, bool[] dropped, int position)
    {
        int length = _lexicon.DoubtfulFillers.LengthAt(units, position);
        int end = position + length;
        return length > 0 && (position == 0 || dropped[position - 1] || (end < units.Count && _lexicon.Fillers.LengthAt(units, end) > 0)) ? length : 0;
    }

    /// <summary>Words broken off ("wan- want") and pronouns taken up again with their verb ("it it's").</summary>
    private void DropFalseStarts(List<string> units, bool[] dropped)
    {
        for (int i = 0; i + 1 < units.Count; i++)
        {
            int next = Next(dropped, i + 1);
            if (dropped[i] || next == units.Count)
            {
                continue;
            }

            string word = units[i];
            if (word.Length > 1 && word[^1] == '-' && BrokenPhraseBefore(units, i) is > 0 and int phrase)
            {
                Array.Fill(dropped, true, i - phrase, phrase + 1);
                continue;
            }

            bool broken = word.Length > 1 && word[^1] == '-' && units[next].StartsWith(word[..^1], StringComparison.Ordinal);
            bool restarted = !_lexicon.IsByCharacter && _lexicon.Stutters.LengthAt(units, i) == 1 && !MayBeObject(units, dropped, i)
                && units[next].Length > word.Length + 1 && units[next].StartsWith(word, StringComparison.Ordinal) && units[next][word.Length] == '\'';
            dropped[i] = broken || restarted || _lexicon.Restarts.LengthAt(units, i) > 0;
        }
    }

    // "i th- i think": how many words before the broken one are said again behind it, with the whole word.
    private static int BrokenPhraseBefore(List<string> units, int position)
    {
        const int Longest = 3;
        for (int length = Math.Min(Longest, position); length > 0; length--)
        {
            int whole = position + 1 + length;
            if (whole < units.Count && units[whole].StartsWith(units[position][..^1], StringComparison.Ordinal)
                && units.Slice(position - length, length).SequenceEqual(units.Slice(position + 1, length)))
            {
                return length;
            }
        }

        return 0;
    }

    private void DropRepeats(List<string> units, bool[] dropped)
    {
        int[] left = [.. Enumerable.Range(0, units.Count).Where(i => !dropped[i])];
        string[] said = [.. left.Select(i => units[i])];
        bool[] meant = Meant(said, left);
        for (int i = 0; i < said.Length;)
        {
            int length = RepeatAt(said, i, meant, isAfterDropped: i > 0 && left[i - 1] + 1 < left[i]);
            for (int k = 0; k < length; k++)
            {
                dropped[left[i + k]] = true;
            }

            i += Math.Max(1, length);
        }
    }

    // Places inside what is said twice on purpose. A filler between the two proves that it was not.
    private bool[] Meant(string[] said, int[] left)
    {
        var meant = new bool[said.Length + 1];
        for (int i = 0; i < said.Length; i++)
        {
            int length = _lexicon.KeptRepeats.LengthAt(said, i);
            for (int k = 1; k < length; k++)
            {
                meant[i + k] |= left[i + k] == left[i + k - 1] + 1;
            }
        }

        return meant;
    }

    /// <summary>
    /// How many units at a place are said again right after. A phrase that is said again and nothing more is emphasis.
    /// </summary>
    private int RepeatAt(string[] said, int position, bool[] meant, bool isAfterDropped)
    {
        int stutter = _lexicon.Stutters.LengthAt(said, position);
        if (stutter == 0)
        {
            return 0;
        }

        for (int length = Math.Min(LongestRepeat, (said.Length - position) / 2); length >= 1; length--)
        {
            ReadOnlySpan<string> first = said.AsSpan(position, length);
            bool known = length == stutter || (length > stutter && (!_lexicon.IsByCharacter || length > 2));
            bool goesOn = length == 1 || position + (2 * length) < said.Length;
            if (known && goesOn && !meant[position + length] && first.SequenceEqual(said.AsSpan(position + length, length)))
            {
                return IsMeant(said, position, length, stutter, isAfterDropped) ? 0 : length;
            }
        }

        return 0;
    }

    // A word that ends one part of a sentence and begins the next is said twice with reason.
    private bool IsMeant(string[] said, int position, int length, int stutter, bool isAfterDropped)
    {
        if (length == 1 && (Is(position - 1) || Is(position + 2)))
        {
            // Three times is no accident of grammar.
            return false;
        }

        if (length == stutter && !isAfterDropped && MayBeObject(said, null, position))
        {
            return true;
        }

        if ((length > 1 && !_lexicon.IsByCharacter) || _lexicon.Verbs.LengthAt(said, position) > 0)
        {
            const int Reach = 6;
            for (int i = Math.Max(0, position - Reach); i < position; i++)
            {
                if (_lexicon.Relatives.LengthAt(said, i) > 0)
                {
                    return true;
                }
            }
        }

        if (position > 0 && _lexicon.Particles.LengthAt(said, position) > 0 && _lexicon.ParticleFronts.LengthAt(said, position - 1) > 0)
        {
            return true;
        }

        return length == 1 && (_lexicon.IsByCharacter
            ? position > 1 && said[position - 1] == said[position - 2]
            : said[position].Length == 1 && (IsLetter(said, position - 1) || IsLetter(said, position + 2)));

        bool Is(int other) => other >= 0 && other < said.Length && said[other] == said[position];
    }

    // "I told you you were right": behind a verb or a preposition the first may be what was told, the second who was right.
    private bool MayBeObject(IReadOnlyList<string> units, bool[]? dropped, int position)
    {
        if (_lexicon.Objects.LengthAt(units, position) == 0 || position == 0 || dropped?[position - 1] == true)
        {
            return false;
        }

        const int LongestOpening = 4;
        for (int length = 1; length <= Math.Min(LongestOpening, position); length++)
        {
            if (_lexicon.Openings.LengthAt(units, position - length) == length)
            {
                return false;
            }
        }

        return true;
    }

    // One that is spelled: "a a r o n".
    private static bool IsLetter(string[] said, int position) => position >= 0 && position < said.Length && said[position] is [>= 'b' and <= 'z' and not 'i'];

    private void DropGuarded(List<string> units, bool[] dropped)
    {
        for (int i = 0; i < units.Count; i++)
        {
            int length = dropped[i] ? 0 : _lexicon.Guarded.LengthAt(units, i);
            int end = i + length;
            if (length == 0 || dropped.AsSpan(i, length).Contains(true))
            {
                continue;
            }

            bool before = i > 0 && dropped[i - 1];
            bool after = end < units.Count && dropped[end];
            if ((before && after) || (before && end == units.Count) || (after && i == 0))
            {
                Array.Fill(dropped, true, i, length);
            }
        }
    }

    private static int Next(bool[] dropped, int from)
    {
        while (from < dropped.Length && dropped[from])
        {
            from++;
        }

        return from;
    }

    private static DisfluencyRemover Load(string resource)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)!;
        using var reader = new StreamReader(stream);
        return new DisfluencyRemover(DisfluencyLexicon.Read(Path.GetFileNameWithoutExtension(resource[Prefix.Length..]), reader));
    }
}
