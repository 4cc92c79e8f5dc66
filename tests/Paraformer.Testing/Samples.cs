namespace Paraformer.Testing;

/// <summary>The speech under samples/audio, with what is said in it.</summary>
public static class Samples
{
    private static readonly Lazy<string> s_folder = new(FindFolder);

    public static IReadOnlyDictionary<string, string> Transcripts { get; } = File.ReadLines(PathOf("transcripts.tsv"))
        .Select(line => line.Split('\t'))
        .ToDictionary(fields => fields[0], fields => fields[1]);

    /// <summary>Five sentences with pauses between them.</summary>
    public static string Austen => PathOf("austen.wav");

    public static string PathOf(string file) => Path.Combine(s_folder.Value, file);

    private static string FindFolder()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string candidate = Path.Combine(folder.FullName, "samples", "audio");
            if (Directory.Exists(candidate))
            {
                return candidate;
            }
        }

        throw new DirectoryNotFoundException("samples/audio is not above " + AppContext.BaseDirectory);
    }
}
