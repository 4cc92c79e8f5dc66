using System.Text;

namespace Paraformer.Cli.Output;

/// <summary>A table in plain text: columns as wide as their widest cell, the last one ragged.</summary>
internal static class TextTable
{
    /// <summary>Lays out a heading and rows of as many cells; lines carry no trailing spaces.</summary>
    public static string Format(IReadOnlyList<string> heading, IEnumerable<IReadOnlyList<string>> rows)
    {
        IReadOnlyList<string>[] lines = [heading, .. rows];
        int[] widths = [.. Enumerable.Range(0, heading.Count).Select(column => lines.Max(line => DisplayWidth.Of(line[column])))];
        return string.Join('\n', lines.Select(line => Line(line, widths)));
    }

    private static string Line(IReadOnlyList<string> cells, int[] widths)
    {
        var line = new StringBuilder();
        for (int i = 0; i < cells.Count; i++)
        {
            line.Append(cells[i]).Append(' ', widths[i] - DisplayWidth.Of(cells[i]) + 2);
        }

        return line.ToString().TrimEnd();
    }
}
