using System.Globalization;
using System.Text;
using Paraformer.Engine;
using Paraformer.Service.HotWords;

namespace Paraformer.Cli.Recognition;

/// <summary>A file of hot words: one a line, each optionally followed by a tab and its weight. Empty lines do not matter.</summary>
internal static class HotWordFile
{
    private const int UsualWeight = 4;
    private const int MaxBytes = 1024 * 1024;

    /// <summary>Reads the words of a file.</summary>
    /// <exception cref="CliException">It cannot be read, or a line breaks the protocol's rules.</exception>
    public static async Task<IReadOnlyList<HotWord>> ReadAsync(string file, string model, CancellationToken cancellationToken)
    {
        string[] lines = (await ReadTextAsync(file, cancellationToken)).Split('\n');
        var words = new List<HotWord>();
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].Trim('\r', ' ', '\t');
            if (line.Length > 0)
            {
                words.Add(ReadLine(line, model, string.Create(CultureInfo.InvariantCulture, $"{file}, line {i + 1}")));
            }
        }

        return words.Count switch
        {
            0 => throw CliException.Usage("the file holds no hot words", file, "write one a line"),
            > HotWordRules.MaxWords => throw CliException.Usage(
                string.Create(CultureInfo.InvariantCulture, $"the file holds {words.Count} hot words"), file, $"at most {HotWordRules.MaxWords} are allowed"),
            _ => words,
        };
    }

    private static HotWord ReadLine(string line, string model, string where)
    {
        string[] parts = line.Split('\t', StringSplitOptions.TrimEntries);
        bool isPhrase = ModelNames.IsFirstGeneration(model);
        if ((isPhrase ? HotWordRules.FindPhraseFault(parts[0]) : HotWordRules.FindFault(parts[0])) is { } fault)
        {
            throw CliException.Usage("the hot word " + fault, where, "shorten or remove it");
        }

        int weight = UsualWeight;
        if (parts.Length > 2 || (parts.Length == 2 && !int.TryParse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out weight)))
        {
            throw CliException.Usage("after the hot word stands something that is no weight", where, "write the word, a tab and a whole number");
        }

        return (isPhrase ? HotWordRules.IsPhraseWeight(weight) : HotWordRules.IsWeight(weight))
            ? new HotWord(parts[0], weight)
            : throw CliException.Usage(
                string.Create(CultureInfo.InvariantCulture, $"the weight is {weight}"), where, isPhrase ? "it is 1 to 5, or -6 to -1" : "it is 1 to 5");
    }

    private static async Task<string> ReadTextAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            if (new FileInfo(file).Length > MaxBytes)
            {
                throw CliException.Usage("the file is larger than 1 MiB", file, "name a text file with one hot word a line");
            }

            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(await File.ReadAllBytesAsync(file, cancellationToken)).TrimStart('\uFEFF');
        }
        catch (ArgumentException problem)
        {
            throw CliException.Usage("the file is not UTF-8 text", file, "save it as UTF-8", problem);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw CliException.Usage("the hot words cannot be read: " + problem.Message, file, "name a text file with one hot word a line", problem);
        }
    }
}
