namespace Paraformer.Models.Store;

/// <summary>
/// The hashes of files that the catalogue knows no hash of, as the first download brought them: lines as <c>sha256sum</c> writes them, in the pack's folder.
/// </summary>
internal static class PackPins
{
    public const string FileName = "pinned.sha256";

    private const int HashLength = 64;
    private const long MaxBytes = 1 << 20;

    /// <summary>Gives files without a hash the one that was pinned; a file that is not pinned stays without.</summary>
    public static IEnumerable<PackFile> Apply(string folder, IEnumerable<PackFile> files)
    {
        PackFile[] all = [.. files];
        if (Array.TrueForAll(all, file => file.Sha256.Length > 0))
        {
            return all;
        }

        Dictionary<string, string> pins = Read(folder);
        return all.Select(file => file.Sha256.Length == 0 && pins.TryGetValue(file.Path, out string? hash) ? file with { Sha256 = hash } : file);
    }

    /// <summary>Pins the files of a folder that the catalogue knows no hash of.</summary>
    /// <returns>The files with their hashes.</returns>
    public static async Task<IReadOnlyList<PackFile>> WriteAsync(string folder, IEnumerable<PackFile> files, CancellationToken cancellationToken)
    {
        List<PackFile> pinned = [];
        foreach (PackFile file in files.Where(file => file.Sha256.Length == 0))
        {
            pinned.Add(file with { Sha256 = await PackFolder.HashAsync(PackPath.Combine(folder, file.Path), cancellationToken).ConfigureAwait(false) });
        }

        if (pinned.Count > 0)
        {
            await File.WriteAllLinesAsync(Path.Combine(folder, FileName), pinned.Select(file => $"{file.Sha256}  {file.Path}"), cancellationToken).ConfigureAwait(false);
        }

        return pinned;
    }

    private static Dictionary<string, string> Read(string folder)
    {
        Dictionary<string, string> pins = new(StringComparer.Ordinal);
        string path = Path.Combine(folder, FileName);
        try
        {
            if (File.Exists(path) && new FileInfo(path).Length <= MaxBytes)
            {
                foreach (string line in File.ReadLines(path).Where(line => line.Length > HashLength + 2))
                {
                    pins[line[(HashLength + 2)..]] = line[..HashLength];
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Without its pins a pack is checked by its sizes.
        }

        return pins;
    }
}
