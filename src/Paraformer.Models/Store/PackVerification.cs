namespace Paraformer.Models;

/// <summary>What is wrong with a file of a pack.</summary>
public enum PackFileFault
{
    /// <summary>It is not there.</summary>
    Missing,

    /// <summary>It has another size than the catalogue says.</summary>
    WrongSize,

    /// <summary>It has the right size and another SHA-256.</summary>
    WrongHash,

    /// <summary>It cannot be read.</summary>
    Unreadable,
}

/// <summary>A file of a pack that is not as the catalogue says.</summary>
/// <param name="Path">Path inside the pack's folder, with '/'.</param>
/// <param name="Fault">What is wrong.</param>
/// <param name="Detail">The same for people, with what was expected.</param>
public sealed record PackFileProblem(string Path, PackFileFault Fault, string Detail);

/// <summary>The outcome of comparing every byte of a pack with the catalogue.</summary>
/// <param name="PackId">The pack.</param>
/// <param name="Folder">The folder that was checked, absolute; null when no folder has the pack.</param>
/// <param name="Problems">Files that are not as they should be.</param>
/// <param name="ExtraFiles">Files that the catalogue does not know, with '/'; they do no harm.</param>
public sealed record PackVerification(
    string PackId, string? Folder, IReadOnlyList<PackFileProblem> Problems, IReadOnlyList<string> ExtraFiles)
{
    /// <summary>Whether every file is as the catalogue says.</summary>
    public bool IsIntact => Folder is not null && Problems.Count == 0;
}
