using System.Buffers;

namespace Paraformer.Models;

/// <summary>Paths inside a pack's folder: relative, with '/', the same on every platform.</summary>
internal static class PackPath
{
    // What Windows refuses in a file name; refused everywhere, so that a catalogue works on every platform.
    private static readonly SearchValues<char> Forbidden = SearchValues.Create("\\:*?\"<>|");

    /// <summary>Why a path cannot be used, or null when it can.</summary>
    public static string? Problem(string path)
    {
        if (path.Length == 0)
        {
            return "the path is empty";
        }

        if (path.Length > 400)
        {
            return "the path is longer than 400 characters";
        }

        if (path.AsSpan().ContainsAny(Forbidden) || path.Any(char.IsControl))
        {
            return "the path holds a character that not every system allows in file names";
        }

        foreach (string segment in path.Split('/'))
        {
            if (segment.Length == 0)
            {
                return "the path is absolute or has an empty folder name";
            }

            if (segment[^1] is '.' or ' ')
            {
                return "a name in the path is '.' or '..', or ends in a dot or a space";
            }
        }

        return null;
    }

    /// <summary>The absolute path of a path that has no <see cref="Problem"/>.</summary>
    public static string Combine(string folder, string path) =>
        Path.Combine(folder, path.Replace('/', Path.DirectorySeparatorChar));
}
