namespace Paraformer.Engine.Tests.Text;

/// <summary>Pairs of a spoken and a written line, and how lines are cut into words and put together again.</summary>
internal static class TextCases
{
    public static IEnumerable<(string Spoken, string Written)> Read(string resource)
    {
        using Stream stream = typeof(TextCases).Assembly.GetManifestResourceStream(resource)
            ?? throw new FileNotFoundException($"no embedded test set {resource}");
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0 && line[0] != '#')
            {
                string[] fields = line.Split('\t');
                yield return (fields[0], fields[1]);
            }
        }
    }

    public static bool IsJoined(string language) => language is "zh" or "ja" or "yue";

    /// <summary>Words of a line: between spaces, and single characters where a language has no spaces.</summary>
    public static string[] Words(string language, string line)
    {
        if (!IsJoined(language))
        {
            return line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        }

        var words = new List<string>();
        bool open = false;
        foreach (char c in line)
        {
            if (char.IsAscii(c) && c != ' ' && open)
            {
                words[^1] += c;
            }
            else if (c != ' ')
            {
                words.Add(c.ToString());
            }

            open = char.IsAscii(c) && c != ' ';
        }

        return [.. words];
    }

    public static string WithoutSpaces(string text) => text.Replace(" ", "", StringComparison.Ordinal);
}
