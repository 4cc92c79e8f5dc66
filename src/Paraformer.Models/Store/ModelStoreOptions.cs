using Paraformer.Models.Catalog;

namespace Paraformer.Models;

/// <summary>Where packs are looked for, and where and how they are installed.</summary>
public sealed record ModelStoreOptions
{
    /// <summary>The environment variable with further folders to search first, separated as in PATH.</summary>
    public const string SearchPathVariable = "PARAFORMER_MODELS";

    /// <summary>The environment variable with the folder to install into.</summary>
    public const string InstallFolderVariable = "PARAFORMER_MODELS_INSTALL";

    /// <summary>The environment variable with the address of a mirror.</summary>
    public const string MirrorVariable = "PARAFORMER_MODELS_MIRROR";

    /// <summary>
    /// Folders that hold packs, each in a folder named by its id; the first that has a pack whole wins.
    /// <see cref="InstallFolder"/> is searched last when it is not among them.
    /// </summary>
    public required IReadOnlyList<string> SearchPath { get; init; }

    /// <summary>The folder that packs are installed into; made when it does not exist.</summary>
    public required string InstallFolder { get; init; }

    /// <summary>
    /// A web folder tried before the catalogue's sources, holding <c>{packId}/{file}</c>; an absolute http or https address
    /// without user name, password and query. Default: none.
    /// </summary>
    public Uri? Mirror { get; init; }

    /// <summary>How long a download may go without receiving anything. Default 30 s.</summary>
    internal TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an npm process may run. Default 30 minutes.</summary>
    internal TimeSpan NpmTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>The wait before the first retry; it doubles with each. Default 1 s.</summary>
    internal TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The folders in which programs are found. Default: PATH.</summary>
    internal string ProgramPath { get; init; } = Environment.GetEnvironmentVariable("PATH") ?? "";

    /// <summary>
    /// The search path <c>PARAFORMER_MODELS</c>, <c>./models</c>, <c>../shared/models</c>, then the cache
    /// (<c>$XDG_CACHE_HOME/paraformer/models</c>, by default <c>~/.cache/paraformer/models</c>; on Windows
    /// <c>paraformer\models</c> in the local application data), which is also the install folder unless
    /// <c>PARAFORMER_MODELS_INSTALL</c> names another; and the mirror <c>PARAFORMER_MODELS_MIRROR</c>.
    /// </summary>
    /// <exception cref="InvalidOperationException">A variable has a value that cannot be used.</exception>
    public static ModelStoreOptions FromEnvironment() =>
        FromEnvironment(Environment.GetEnvironmentVariable, Environment.CurrentDirectory);

    internal static ModelStoreOptions FromEnvironment(Func<string, string?> variable, string workingFolder)
    {
        List<string> folders = [];
        foreach (string folder in (variable(SearchPathVariable) ?? "").Split(
            Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            folders.Add(Absolute(folder, SearchPathVariable));
        }

        folders.Add(Path.Combine(workingFolder, "models"));
        folders.Add(Path.GetFullPath(Path.Combine(workingFolder, "..", "shared", "models")));
        if (CacheFolder(variable) is { } cache)
        {
            folders.Add(cache);
        }

        string? install = variable(InstallFolderVariable);
        return new ModelStoreOptions
        {
            SearchPath = [.. folders.Distinct(StringComparer.Ordinal)],
            InstallFolder = string.IsNullOrWhiteSpace(install)
                ? CacheFolder(variable) ?? Path.Combine(workingFolder, "models")
                : Absolute(install.Trim(), InstallFolderVariable),
            Mirror = MirrorAddress(variable(MirrorVariable)),
        };

        string Absolute(string folder, string name)
        {
            try
            {
                return Path.GetFullPath(folder, workingFolder);
            }
            catch (ArgumentException exception)
            {
                throw new InvalidOperationException($"{name} holds '{folder}', which is not a folder: {exception.Message}", exception);
            }
        }
    }

    private static string? CacheFolder(Func<string, string?> variable)
    {
        string? root = variable("XDG_CACHE_HOME");
        if (string.IsNullOrEmpty(root) || !Path.IsPathFullyQualified(root))
        {
            string? home = variable("HOME");
            root = OperatingSystem.IsWindows() ? variable("LOCALAPPDATA")
                : string.IsNullOrEmpty(home) || !Path.IsPathFullyQualified(home) ? null
                : Path.Combine(home, ".cache");
        }

        return string.IsNullOrEmpty(root) ? null : Path.Combine(root, "paraformer", "models");
    }

    // The value is not repeated: a rejected address may be one with a password in it.
    private static Uri? MirrorAddress(string? text) =>
        string.IsNullOrWhiteSpace(text) ? null : SourceReader.WebFolder(text.Trim()) ?? throw new InvalidOperationException(
            $"{MirrorVariable} is not an absolute http or https address without user name, password and query. Correct or unset it.");
}
