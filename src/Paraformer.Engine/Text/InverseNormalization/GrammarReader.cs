namespace Paraformer.Engine.Text.InverseNormalization;

/// <summary>Compiles the text of a grammar; the language of these files is described in docs/text/itn-conventions.md.</summary>
internal sealed class GrammarReader
{
    private readonly Dictionary<string, string> _settings = [];
    private readonly Dictionary<string, string> _options = [];
    private readonly Dictionary<char, char> _folds = [];
    private readonly Dictionary<string, Lexicon<Value?>> _tables = [];
    private readonly Dictionary<string, Definition> _definitions = [];
    private readonly Dictionary<string, Rule> _rules = [];

    private GrammarReader()
    {
    }

    /// <param name="name">Name of the grammar, for messages.</param>
    /// <param name="open">Gives the text of a grammar by its name.</param>
    /// <exception cref="InvalidDataException">The grammar cannot be compiled; the message names the file and the line.</exception>
    public static Grammar Read(string name, Func<string, string> open)
    {
        var reader = new GrammarReader();
        List<GrammarLine> lines = GrammarLine.ReadAll(name, open);
        foreach (GrammarLine line in lines.Where(line => line.Keyword == "option"))
        {
            string[] halves = line.Rest.Split('=', 2, StringSplitOptions.TrimEntries);
            reader._options[halves[0]] = halves.Length == 2 ? halves[1] : throw line.Error("an option is 'name = value'");
        }

        reader.Define(lines);
        return reader.Compile();
    }

    private void Define(List<GrammarLine> lines)
    {
        Action<GrammarLine>? body = null;
        foreach (GrammarLine line in lines)
        {
            if (line.Indented)
            {
                (body ?? throw line.Error("this line belongs to nothing"))(line);
                continue;
            }

            body = null;
            string[] words = line.Rest.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            switch (line.Keyword)
            {
                case "option":
                    break;
                case "set" when words.Length == 2:
                    _settings[words[0]] = words[1];
                    break;
                case "fold":
                    foreach (string pair in words)
                    {
                        _folds[pair[0]] = pair.Length == 2 ? pair[1] : throw line.Error($"'{pair}' is not two characters");
                    }

                    break;
                case "drop" when words.Length == 1:
                    _definitions.Remove(words[0]);
                    break;
                case "table" when words.Length == 1:
                    Lexicon<Value?> table = GetTable(words[0]);
                    body = entry => AddEntries(table, entry);
                    break;
                case "rule" or "top" or "keep" when words.Length is 1 or 2:
                    if (!double.TryParse(words.ElementAtOrDefault(1) ?? "0", System.Globalization.CultureInfo.InvariantCulture, out double weight))
                    {
                        throw line.Error($"'{words[1]}' is not a weight");
                    }

                    var definition = new Definition(line.Keyword, weight, []);
                    _definitions.Remove(words[0]);
                    _definitions[words[0]] = definition;
                    body = definition.Lines.Add;
                    break;
                default:
                    throw line.Error($"'{line.Keyword} {line.Rest}' is not a definition");
            }
        }
    }

    private Lexicon<Value?> GetTable(string name)
    {
        if (!_tables.TryGetValue(name, out Lexicon<Value?>? table))
        {
            table = _tables[name] = new Lexicon<Value?>();
        }

        return table;
    }

    private static void AddEntries(Lexicon<Value?> table, GrammarLine line)
    {
        foreach (string entry in line.Rest.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            string[] halves = entry.Split('=', 2, StringSplitOptions.TrimEntries);
            Value? value = halves.Length == 2 ? new Value(halves[1]) : null;
            foreach (string surface in halves[0].Split('|', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                table.Add(surface, value);
            }
        }
    }

    private Grammar Compile()
    {
        foreach ((string name, _) in _definitions.Where(pair => pair.Value.Kind == "rule"))
        {
            _rules[name] = new Rule(name, _rules.Count);
        }

        var tops = new List<TopAlternative>();
        foreach ((string name, Definition definition) in _definitions)
        {
            var alternatives = new List<Alternative>();
            foreach (GrammarLine line in definition.Lines)
            {
                if (line.Enabled(_options) is { } enabled)
                {
                    alternatives.Add(CompileAlternative(enabled));
                }
            }

            if (definition.Kind == "rule")
            {
                _rules[name].Alternatives = alternatives;
            }
            else
            {
                tops.AddRange(alternatives.Select(a => new TopAlternative(a, definition.Weight, definition.Kind == "keep")));
            }
        }

        return new Grammar(_settings, _folds, _rules.Count, tops);
    }

    private Alternative CompileAlternative(GrammarLine line)
    {
        try
        {
            string text = line.Rest;
            string? condition = Cut(ref text, " when ");
            string? template = Cut(ref text, "=>");
            var pattern = new PatternReader(text.Trim(), Symbol);
            Sequence sequence = pattern.Read(joinsValues: template is null);
            return new Alternative(
                sequence,
                condition is null ? [] : new ExpressionReader(condition.Trim(), pattern.SlotOf).ReadConditions(),
                template is null ? null : Template.Parse(template.Trim(), pattern.SlotOf));
        }
        catch (FormatException error)
        {
            throw line.Error(error.Message);
        }
    }

    private static string? Cut(ref string text, string mark)
    {
        int at = text.LastIndexOf(mark, StringComparison.Ordinal);
        if (at < 0)
        {
            return null;
        }

        string rest = text[(at + mark.Length)..];
        text = text[..at];
        return rest;
    }

    private Element Symbol(string name) => name switch
    {
        "word" => new WordElement(single: false),
        "letter" => new WordElement(single: true),
        "edge" => new EdgeElement(),
        "hyphen" => new HyphenElement(),
        "latin" => new LatinElement(),
        "start" => new LiteralElement("", null),
        _ when _rules.TryGetValue(name, out Rule? rule) => new RuleElement(rule),
        _ when _tables.TryGetValue(name, out Lexicon<Value?>? table) => new TableElement(table),
        _ => throw new FormatException($"'{name}' is neither a table nor a rule"),
    };

    private sealed record Definition(string Kind, double Weight, List<GrammarLine> Lines);
}
