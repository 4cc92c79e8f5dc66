using System.Globalization;

namespace Paraformer.Engine.Tests.Text.Punctuation;

/// <summary>Sentences as a careful person writes them, and the same as a recogniser says them.</summary>
internal static class CleanSentences
{
    private const string Marks = ",.?，。？、";

    public static IReadOnlyList<string> Lines(string language) =>
        File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Text", "Punctuation", $"sentences.{language}.txt"));

    /// <summary>The words of a text with the mark after each; of Chinese, its characters.</summary>
    public static (List<string> Words, List<string> Marks) Split(string text, string language)
    {
        List<string> words = [], marks = [];
        IEnumerable<string> pieces = language == "en"
            ? text.Split(' ').SelectMany(word => Marks.Contains(word[^1], StringComparison.Ordinal) ? [word[..^1], word[^1..]] : new[] { word })
            : text.Select(c => c.ToString(CultureInfo.InvariantCulture));
        foreach (string piece in pieces)
        {
            if (piece.Length == 1 && Marks.Contains(piece, StringComparison.Ordinal))
            {
                marks[^1] = piece;
            }
            else
            {
                words.Add(piece);
                marks.Add(string.Empty);
            }
        }

        return (words, marks);
    }

    /// <summary>All lines after one another in runs of a few, so that sentence ends have to be found.</summary>
    public static IEnumerable<(List<string> Words, List<string> Marks)> Paragraphs(string language) =>
        Lines(language).Chunk(3).Select(lines => Split(string.Join(language == "en" ? " " : string.Empty, lines), language));
}
