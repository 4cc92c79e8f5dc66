namespace Paraformer.Models;

/// <summary>How a pack stands on this machine.</summary>
public enum PackState
{
    /// <summary>All its files are there with the right sizes.</summary>
    Installed,

    /// <summary>No folder on the search path has it.</summary>
    Missing,

    /// <summary>A folder is there, but files are missing or have wrong sizes, and no other folder has it whole.</summary>
    Damaged,
}

/// <summary>How a pack stands on this machine, judged by names and sizes of its files.</summary>
/// <param name="PackId">The pack.</param>
/// <param name="State">How it stands.</param>
/// <param name="Detail">One line for people: where it is, or what is wrong and what to do.</param>
/// <param name="Folder">The folder that is meant, absolute; null when it is missing.</param>
public sealed record PackStatus(string PackId, PackState State, string Detail, string? Folder);
