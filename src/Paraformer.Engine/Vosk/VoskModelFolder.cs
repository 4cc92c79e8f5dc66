using Paraformer.Models;

namespace Paraformer.Engine.Vosk;

/// <summary>
/// A folder, as libvosk wants one, with the files of a model that lie in several places: links where the system allows them, else
/// copies. It is for the seconds of loading: libvosk keeps nothing of it. A folder that a killed process left behind is deleted
/// by a later one.
/// </summary>
internal sealed class VoskModelFolder : IDisposable
{
    private static readonly TimeSpan s_longestLoad = TimeSpan.FromHours(1);

    private VoskModelFolder(string path) => FullPath = path;

    /// <summary>The folder, absolute.</summary>
    public string FullPath { get; }

    /// <summary>Makes the folder in the user's cache or, where that cannot be written, among the temporary files.</summary>
    /// <exception cref="IOException">It can be made in neither place.</exception>
    /// <exception cref="ModelPackException">A file of the pack is missing.</exception>
    public static VoskModelFolder Assemble(VoskModelFiles files) => Assemble(files, UserCache.Folders("assembled"));

    /// <summary>Makes the folder inside the first of <paramref name="parents"/> that can be written.</summary>
    /// <exception cref="IOException">None can.</exception>
    /// <exception cref="ModelPackException">A file of the pack is missing.</exception>
    public static VoskModelFolder Assemble(VoskModelFiles files, IReadOnlyList<string> parents)
    {
        Exception? failure = null;
        foreach (string parent in parents)
        {
            try
            {
                Directory.CreateDirectory(parent);
                DeleteAbandoned(parent);
                return AssembleIn(parent, files);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                failure = e;
            }
        }

        throw new IOException($"the files of {files.Pack.Descriptor.Id} cannot be put together in {string.Join(" or ", parents)}: {failure?.Message}", failure);
    }

    /// <summary>Deletes the folder; what it links to stays.</summary>
    public void Dispose() => DeleteIfPossible(FullPath);

    private static VoskModelFolder AssembleIn(string parent, VoskModelFiles files)
    {
        var folder = new VoskModelFolder(Path.Combine(parent, $"{files.Pack.Descriptor.Id}-{Guid.NewGuid():N}"));
        try
        {
            foreach ((string name, string? file, ReadOnlyMemory<byte> content) in files.All())
            {
                string target = Path.Combine(folder.FullPath, name.Replace('/', Path.DirectorySeparatorChar));
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                if (file is null)
                {
                    File.WriteAllBytes(target, content.Span);
                }
                else
                {
                    LinkOrCopy(file, target);
                }
            }

            return folder;
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    private static void LinkOrCopy(string file, string target)
    {
        try
        {
            File.CreateSymbolicLink(target, file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            // Windows lets only some users make links, and some file systems have none.
            File.Copy(file, target, overwrite: true);
        }
    }

    private static void DeleteAbandoned(string parent)
    {
        foreach (DirectoryInfo folder in new DirectoryInfo(parent).EnumerateDirectories())
        {
            if (DateTime.UtcNow - folder.LastWriteTimeUtc > s_longestLoad)
            {
                DeleteIfPossible(folder.FullName);
            }
        }
    }

    private static void DeleteIfPossible(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another process deletes it at the same time, or a later one will.
            return;
        }
    }
}
