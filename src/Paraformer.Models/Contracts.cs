namespace Paraformer.Models;

/// <summary>One file of a pack.</summary>
/// <param name="Path">Path inside the pack's folder, with '/'.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Sha256">Lower-case hex.</param>
public sealed record PackFile(string Path, long Size, string Sha256);

/// <summary>A pack as the catalogue describes it.</summary>
public sealed record PackDescriptor
{
    /// <summary>The pack's id, which is its folder's name.</summary>
    public required string Id { get; init; }

    /// <summary>What kind of model it holds: <c>vosk</c>, <c>native-library</c>, <c>vad-silero</c>, …</summary>
    public required string Kind { get; init; }

    /// <summary>One line for people.</summary>
    public required string Description { get; init; }

    /// <summary>Licence, as the source states it.</summary>
    public required string Licence { get; init; }

    /// <summary>Languages it recognises; empty for packs that are not recognisers.</summary>
    public IReadOnlyList<string> Languages { get; init; } = [];

    /// <summary>Ids of packs that it needs.</summary>
    public IReadOnlyList<string> Requires { get; init; } = [];

    /// <summary>Its files on this machine's platform.</summary>
    public IReadOnlyList<PackFile> Files { get; init; } = [];

    /// <summary>Whether the catalogue knows a source from which it can be pulled.</summary>
    public bool CanPull { get; init; }
}

/// <summary>A pack in a folder on this machine.</summary>
/// <param name="Descriptor">What the catalogue says of it.</param>
/// <param name="Folder">Its folder, absolute.</param>
public sealed record InstalledPack(PackDescriptor Descriptor, string Folder)
{
    /// <summary>A file's absolute path.</summary>
    /// <exception cref="ModelPackException">The file is missing, or lies outside the pack's folder.</exception>
    public string PathOf(string relativePath) => throw new NotImplementedException();
}

/// <summary>Something is wrong with a pack. The message says which pack, which file, and what to do.</summary>
public sealed class ModelPackException(string packId, string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>The pack.</summary>
    public string PackId { get; } = packId;
}
