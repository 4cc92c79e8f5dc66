namespace Paraformer.Models;

/// <summary>One file of a pack.</summary>
/// <param name="Path">Path inside the pack's folder, with '/'.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Sha256">
/// Lower-case hex. Empty where the catalogue does not know it: what the first download brings is pinned in the pack's folder, and later ones must be the same.
/// </param>
public sealed record PackFile(string Path, long Size, string Sha256);
