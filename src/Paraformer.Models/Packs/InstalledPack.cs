namespace Paraformer.Models;

/// <summary>A pack in a folder on this machine.</summary>
/// <param name="Descriptor">What the catalogue says of it.</param>
/// <param name="Folder">Its folder, absolute.</param>
public sealed record InstalledPack(PackDescriptor Descriptor, string Folder)
{
    /// <summary>A file's absolute path.</summary>
    /// <param name="relativePath">Path inside the pack's folder, with '/'; it need not be in the catalogue.</param>
    /// <exception cref="ModelPackException">The file is missing, or lies outside the pack's folder.</exception>
    public string PathOf(string relativePath)
    {
        ArgumentNullException.ThrowIfNull(relativePath);
        if (PackPath.Problem(relativePath) is { } problem)
        {
            throw new ModelPackException(Descriptor.Id,
                $"'{relativePath}' is not a file of pack '{Descriptor.Id}': {problem}. Name a file inside the pack's folder, with '/' between folders.");
        }

        string path = PackPath.Combine(Folder, relativePath);
        if (File.Exists(path))
        {
            return path;
        }

        string remedy = Descriptor.CanPull
            ? $"Run 'paraformer models verify {Descriptor.Id}' to see what is wrong and 'paraformer models pull {Descriptor.Id}' to fetch it again."
            : $"Run 'paraformer models verify {Descriptor.Id}' to see what is wrong, then copy the pack's folder again.";
        throw new ModelPackException(Descriptor.Id, $"Pack '{Descriptor.Id}' in {Folder} has no file '{relativePath}'. {remedy}");
    }
}
