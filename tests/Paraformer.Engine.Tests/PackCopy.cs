using Paraformer.Models;

namespace Paraformer.Engine.Tests;

/// <summary>A copy of a pack's folder, to damage.</summary>
internal sealed class PackCopy : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public PackCopy(InstalledPack pack)
    {
        foreach (string file in Directory.EnumerateFiles(pack.Folder))
        {
            File.Copy(file, Path.Combine(_folder.FullName, Path.GetFileName(file)));
        }

        Pack = pack with { Folder = _folder.FullName };
    }

    public InstalledPack Pack { get; }

    /// <summary>Replaces a file; null removes it.</summary>
    public void Write(string file, string? content)
    {
        string path = Path.Combine(_folder.FullName, file);
        File.Delete(path);
        if (content is not null)
        {
            File.WriteAllText(path, content);
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
