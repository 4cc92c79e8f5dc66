namespace Paraformer.Engine.Text.InverseNormalization;

/// <summary>A line of a grammar file with its place. <paramref name="Keyword"/> is empty on indented lines.</summary>
internal sealed record GrammarLine(string File, int Number, string Keyword, string Rest)
{
    public bool Indented => Keyword.Length == 0;

    /// <summary>The lines of a grammar without comments, those of the grammars that it includes in their place.</summary>
    public static List<GrammarLine> ReadAll(string name, Func<string, string> open)
    {
        var lines = new List<GrammarLine>();
        Read(name, depth: 0);
        return lines;

        void Read(string file, int depth)
        {
            int number = 0;
            foreach (string raw in open(file).Split('\n'))
            {
                number++;
                string text = raw.TrimEnd();
                if (text.Length == 0 || text.TrimStart().StartsWith('#'))
                {
                    continue;
                }

                string[] halves = char.IsWhiteSpace(text[0]) ? ["", text.Trim()] : text.Split(' ', 2);
                var line = new GrammarLine(file, number, halves[0], halves.Length == 2 ? halves[1].Trim() : "");
                if (line.Keyword != "include")
                {
                    lines.Add(line);
                }
                else if (depth < 4)
                {
                    Read(line.Rest, depth + 1);
                }
                else
                {
                    throw line.Error("grammars include each other");
                }
            }
        }
    }

    /// <summary>The line with $options filled in and without its [option] marks, or null when a mark turns it off.</summary>
    public GrammarLine? Enabled(IReadOnlyDictionary<string, string> options)
    {
        string text = Rest;
        while (text.StartsWith('['))
        {
            int close = text.IndexOf(']', StringComparison.Ordinal);
            string[] mark = close < 0 ? throw Error("']' is missing") : text[1..close].Split('=', 2);
            bool negative = mark[0].StartsWith('!');
            string name = mark[0].TrimStart('!');
            if (!options.TryGetValue(name, out string? value))
            {
                throw Error($"there is no option '{name}'");
            }

            if (value == (mark.Length == 2 ? mark[1] : "yes") == negative)
            {
                return null;
            }

            text = text[(close + 1)..].TrimStart();
        }

        for (int at = text.IndexOf('$', StringComparison.Ordinal); at >= 0; at = text.IndexOf('$', at + 1))
        {
            int end = at + 1;
            while (end < text.Length && (char.IsAsciiLetter(text[end]) || text[end] == '-'))
            {
                end++;
            }

            if (options.TryGetValue(text[(at + 1)..end], out string? value))
            {
                text = text[..at] + value + text[end..];
            }
        }

        return this with { Rest = text };
    }

    public InvalidDataException Error(string message) => new($"{File}.grammar line {Number}: {message}");
}
