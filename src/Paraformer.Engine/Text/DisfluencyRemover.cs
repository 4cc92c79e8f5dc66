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
    private const int LongestRepeat = 6;

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
            int filler = kept > 0 ? 0 : _lexicon.Fillers.LengthAt(units, i);
            Array.Fill(dropped, true, i, filler);
            i += Math.Max(1, Math.Max(kept, filler));
        }
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
            bool broken = word.Length > 1 && word[^1] == '-' && units[next].StartsWith(word[..^1], StringComparison.Ordinal);
            bool restarted = !_lexicon.IsByCharacter && _lexicon.Stutters.LengthAt(units, i) == 1
                && units[next].Length > word.Length + 1 && units[next].StartsWith(word, StringComparison.Ordinal) && units[next][word.Length] == '\'';
            dropped[i] = broken || restarted || _lexicon.Restarts.LengthAt(units, i) > 0;
        }
    }

    private void DropRepeats(List<string> units, bool[] dropped)
    {
        int[] left = [.. Enumerable.Range(0, units.Count).Where(i => !dropped[i])];
        string[] said = [.. left.Select(i => units[i])];
        for (int i = 0; i < said.Length;)
        {
            int length = RepeatAt(said, i);
            for (int k = 0; k < length; k++)
            {
                dropped[left[i + k]] = true;
            }

            i += Math.Max(1, length);
        }
    }

    /// <summary>
    /// How many units at a place are said again right after. A phrase that is said again and nothing more is emphasis.
    /// </summary>
    private int RepeatAt(string[] said, int position)
    {
        int stutter = _lexicon.Stutters.LengthAt(said, position);
        if (stutter == 0 || _lexicon.KeptRepeats.LengthAt(said, position) > 0)
        {
            return 0;
        }

        for (int length = Math.Min(LongestRepeat, (said.Length - position) / 2); length >= 1; length--)
        {
            ReadOnlySpan<string> first = said.AsSpan(position, length);
            bool known = length == stutter || (length > stutter && (!_lexicon.IsByCharacter || length > 2));
            bool goesOn = length == 1 || position + (2 * length) < said.Length;
            if (known && goesOn && first.SequenceEqual(said.AsSpan(position + length, length)))
            {
                return length;
            }
        }

        return 0;
    }

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
