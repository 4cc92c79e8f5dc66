namespace Paraformer.Engine;

/// <summary>
/// Where files made from packs are kept: <c>$XDG_CACHE_HOME/paraformer</c>, by default <c>~/.cache/paraformer</c>. They may be
/// deleted at any time while no engine runs.
/// </summary>
internal static class UserCache
{
    /// <summary>The folders to try for one purpose, in order: in the user's cache, then among the temporary files. They need not exist.</summary>
    /// <param name="purpose">Its name, a single word.</param>
    public static IReadOnlyList<string> Folders(string purpose)
    {
        string? root = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        if (string.IsNullOrEmpty(root) || !Path.IsPathFullyQualified(root))
        {
            root = OperatingSystem.IsWindows()
                ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
                : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        }

        return [Path.Combine(root, "paraformer", purpose), Path.Combine(Path.GetTempPath(), $"paraformer-{purpose}-{Environment.UserName}")];
    }
}
