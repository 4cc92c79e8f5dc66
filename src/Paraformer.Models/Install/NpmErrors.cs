using System.Text.RegularExpressions;

namespace Paraformer.Models.Install;

/// <summary>Turns npm's error output into one line.</summary>
internal static partial class NpmErrors
{
    private const int MaxLength = 300;

    public static string OneLine(IEnumerable<string> lines)
    {
        string text = string.Join("; ", lines
            .Select(line => Label().Replace(line, "").Trim())
            .Where(line => line.Length > 0 && !line.StartsWith("A complete log", StringComparison.Ordinal)));

        // A registry's address may carry a user name, a password or a token.
        text = Credentials().Replace(text, "$1");
        text = Query().Replace(text, "$1");
        return text.Length == 0 ? "no reason given" : text.Length <= MaxLength ? text : string.Concat(text.AsSpan(0, MaxLength), "…");
    }

    [GeneratedRegex(@"\Anpm (?:error|ERR!|warn|WARN)\s*(?:code |[0-9]{3}(?=\s|\z))?")]
    private static partial Regex Label();

    [GeneratedRegex(@"(https?://)[^/\s]*@")]
    private static partial Regex Credentials();

    [GeneratedRegex(@"(https?://[^\s?]*)\?\S*")]
    private static partial Regex Query();
}
