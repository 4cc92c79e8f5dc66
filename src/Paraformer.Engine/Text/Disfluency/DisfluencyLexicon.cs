namespace Paraformer.Engine.Text.Disfluency;

/// <summary>The words of a language that carry no meaning in the places where they are removed.</summary>
internal sealed class DisfluencyLexicon
{
    private DisfluencyLexicon(bool characters) => IsByCharacter = characters;

    /// <summary>Phrases are counted in characters, not in words.</summary>
    public bool IsByCharacter { get; }

    /// <summary>Always removed.</summary>
    public PhraseSet Fillers { get; } = new();

    /// <summary>Removed at the beginning and beside a filler; elsewhere they are part of a word.</summary>
    public PhraseSet DoubtfulFillers { get; } = new();

    /// <summary>Fillers that answer a question when nothing else is said.</summary>
    public PhraseSet Answers { get; } = new();

    /// <summary>Hold a filler by their letters only.</summary>
    public PhraseSet Protected { get; } = new();

    /// <summary>Removed between two removed pieces or between one and the edge of the text.</summary>
    public PhraseSet Guarded { get; } = new();

    /// <summary>What people say twice on the way to the next word.</summary>
    public PhraseSet Stutters { get; } = new();

    /// <summary>Phrases whose first unit is taken up by the second.</summary>
    public PhraseSet Restarts { get; } = new();

    /// <summary>Those of <see cref="Stutters"/> that may end one part of a sentence as its object and begin the next, unless they stand at the beginning or behind one of <see cref="Openings"/>.</summary>
    public PhraseSet Objects { get; } = new();

    /// <summary>What a part of a sentence begins with, in front of its subject.</summary>
    public PhraseSet Openings { get; } = new();

    /// <summary>Those of <see cref="Stutters"/> that may end a clause and go on behind it, where one of <see cref="Relatives"/> began the clause.</summary>
    public PhraseSet Verbs { get; } = new();

    /// <summary>What begins a clause at whose end a verb may stand.</summary>
    public PhraseSet Relatives { get; } = new();

    /// <summary>Those of <see cref="Stutters"/> that belong to a verb where they follow one of <see cref="ParticleFronts"/>.</summary>
    public PhraseSet Particles { get; } = new();

    /// <summary>Verbs with particles, and what may stand between the two.</summary>
    public PhraseSet ParticleFronts { get; } = new();

    /// <summary>Repetitions that are meant.</summary>
    public PhraseSet KeptRepeats { get; } = new();

    /// <exception cref="InvalidDataException">A line is not known.</exception>
    public static DisfluencyLexicon Read(string name, TextReader text)
    {
        DisfluencyLexicon? lexicon = null;
        int number = 0;
        while (text.ReadLine() is { } line)
        {
            number++;
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            string[] halves = line.Split(' ', 2);
            if (halves is ["units", var units])
            {
                lexicon = new DisfluencyLexicon(units == "characters");
                continue;
            }

            PhraseSet set = (lexicon, halves[0]) switch
            {
                ({ } l, "filler") => l.Fillers,
                ({ } l, "doubtful-filler") => l.DoubtfulFillers,
                ({ } l, "answer") => l.Answers,
                ({ } l, "protect") => l.Protected,
                ({ } l, "guarded") => l.Guarded,
                ({ } l, "stutter") => l.Stutters,
                ({ } l, "restart") => l.Restarts,
                ({ } l, "object") => l.Objects,
                ({ } l, "opening") => l.Openings,
                ({ } l, "verb") => l.Verbs,
                ({ } l, "relative") => l.Relatives,
                ({ } l, "particle") => l.Particles,
                ({ } l, "particle-front") => l.ParticleFronts,
                ({ } l, "keep-repeat") => l.KeptRepeats,
                _ => throw new InvalidDataException($"{name}.fillers line {number}: '{halves[0]}' is not known"),
            };
            foreach (string phrase in halves[^1].Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                set.Add(lexicon.IsByCharacter ? [.. phrase.Select(c => c.ToString())] : phrase.Split(' '));
            }
        }

        return lexicon ?? throw new InvalidDataException($"{name}.fillers does not name its units");
    }
}

/// <summary>Phrases by their first unit, the longer first.</summary>
internal sealed class PhraseSet
{
    private readonly Dictionary<string, List<string[]>> _byFirst = new(StringComparer.Ordinal);

    public void Add(string[] phrase)
    {
        if (!_byFirst.TryGetValue(phrase[0], out List<string[]>? phrases))
        {
            phrases = _byFirst[phrase[0]] = [];
        }

        phrases.Add(phrase);
        phrases.Sort((a, b) => b.Length.CompareTo(a.Length));
    }

    /// <summary>How many units the longest phrase takes at a place; zero when none is there.</summary>
    public int LengthAt(IReadOnlyList<string> units, int position)
    {
        if (_byFirst.TryGetValue(units[position], out List<string[]>? phrases))
        {
            foreach (string[] phrase in phrases)
            {
                if (IsAt(units, position, phrase))
                {
                    return phrase.Length;
                }
            }
        }

        return 0;
    }

    private static bool IsAt(IReadOnlyList<string> units, int position, string[] phrase)
    {
        if (position + phrase.Length > units.Count)
        {
            return false;
        }

        for (int i = 1; i < phrase.Length; i++)
        {
            if (units[position + i] != phrase[i])
            {
                return false;
            }
        }

        return true;
    }
}
