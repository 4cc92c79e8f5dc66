using System.Security.Cryptography;

namespace Paraformer.Models.Store;

/// <summary>Compares a folder with what the catalogue says of a pack.</summary>
internal static class PackFolder
{
    /// <summary>Files that are missing or have wrong sizes; nothing is opened.</summary>
    public static IEnumerable<PackFileProblem> CheckSizes(string folder, IEnumerable<PackFile> files) =>
        files.Select(file => CheckSize(folder, file)).OfType<PackFileProblem>();

    /// <summary>Reads every file and compares its SHA-256.</summary>
    public static async Task<List<PackFileProblem>> CheckHashesAsync(
        string folder, IEnumerable<PackFile> files, CancellationToken cancellationToken)
    {
        List<PackFileProblem> problems = [];
        foreach (PackFile file in PackPins.Apply(folder, files))
        {
            PackFileProblem? problem = CheckSize(folder, file)
                ?? await CheckHashAsync(folder, file, cancellationToken).ConfigureAwait(false);
            if (problem is not null)
            {
                problems.Add(problem);
            }
        }

        return problems;
    }

    /// <summary>Files in the folder that the catalogue does not know.</summary>
    public static List<string> ExtraFiles(string folder, IEnumerable<PackFile> files)
    {
        StringComparer comparer = OperatingSystem.IsLinux() ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase;
        HashSet<string> known = files.Select(file => file.Path).ToHashSet(comparer);
        EnumerationOptions options = new()
        {
            RecurseSubdirectories = true,
            MaxRecursionDepth = 16,
            IgnoreInaccessible = true,
            AttributesToSkip = FileAttributes.None,
        };
        return [.. Directory.EnumerateFiles(folder, "*", options)
            .Select(path => Path.GetRelativePath(folder, path).Replace(Path.DirectorySeparatorChar, '/'))
            .Where(path => !known.Contains(path) && path != PackPins.FileName)
            .Order(StringComparer.Ordinal)];
    }

    /// <summary>A file's SHA-256, lower-case hex.</summary>
    public static async Task<string> HashAsync(string path, CancellationToken cancellationToken)
    {
        FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.Asynchronous | FileOptions.SequentialScan);
        await using (stream.ConfigureAwait(false))
        {
            return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken).ConfigureAwait(false));
        }
    }

    private static PackFileProblem? CheckSize(string folder, PackFile file)
    {
        // A link's own length is not its target's.
        FileInfo info = new(PackPath.Combine(folder, file.Path));
        try
        {
            if (info is { Exists: true, LinkTarget: not null })
            {
                info = info.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? info;
            }

            return !info.Exists ? new PackFileProblem(file.Path, PackFileFault.Missing, $"{file.Path} is missing")
                : info.Length != file.Size ? new PackFileProblem(file.Path, PackFileFault.WrongSize,
                    $"{file.Path} has {info.Length} bytes instead of {file.Size}")
                : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new PackFileProblem(file.Path, PackFileFault.Unreadable, $"{file.Path} cannot be read: {exception.Message}");
        }
    }

    private static async Task<PackFileProblem?> CheckHashAsync(string folder, PackFile file, CancellationToken cancellationToken)
    {
        try
        {
            string hash = await HashAsync(PackPath.Combine(folder, file.Path), cancellationToken).ConfigureAwait(false);
            return file.Sha256.Length == 0 || hash == file.Sha256 ? null : new PackFileProblem(file.Path, PackFileFault.WrongHash,
                $"{file.Path} has SHA-256 {hash} instead of {file.Sha256}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new PackFileProblem(file.Path, PackFileFault.Unreadable, $"{file.Path} cannot be read: {exception.Message}");
        }
    }
}
