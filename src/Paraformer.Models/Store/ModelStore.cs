using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Paraformer.Models.Catalog;
using Paraformer.Models.Install;
using Paraformer.Models.Store;

namespace Paraformer.Models;

/// <summary>
/// The packs on this machine: finds them on the search path, checks them, and installs them. Safe to use from several
/// threads, and beside other processes that use the same folders.
/// </summary>
public sealed class ModelStore
{
    private readonly PackInstaller _installer;

    /// <summary>A store of a catalogue's packs.</summary>
    /// <param name="catalog">The packs.</param>
    /// <param name="options">Where to look for them and where to install.</param>
    /// <param name="logger">Gets what is installed and which sources failed; nothing when null.</param>
    /// <exception cref="ArgumentException">The mirror is not an address that can be used.</exception>
    public ModelStore(ModelCatalog catalog, ModelStoreOptions options, ILogger<ModelStore>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        if (options.Mirror is { } mirror && (!mirror.IsAbsoluteUri || SourceReader.WebFolder(mirror.AbsoluteUri) is null))
        {
            throw new ArgumentException("The mirror is not an absolute http or https address without user name, password and query.", nameof(options));
        }

        Catalog = catalog;
        Options = options;
        string install = Path.GetFullPath(options.InstallFolder);
        SearchPath = [.. options.SearchPath.Select(Path.GetFullPath).Append(install).Distinct(StringComparer.Ordinal)];
        _installer = new PackInstaller(catalog, options with { InstallFolder = install }, Find, logger ?? NullLogger<ModelStore>.Instance);
    }

    /// <summary>The packs.</summary>
    public ModelCatalog Catalog { get; }

    /// <summary>The options that the store was made with.</summary>
    public ModelStoreOptions Options { get; }

    /// <summary>The folders searched, absolute, in order; the install folder is among them.</summary>
    public IReadOnlyList<string> SearchPath { get; }

    /// <summary>
    /// The pack in the first folder on the search path that holds all its files with the right sizes, or null when there is
    /// none. Contents are not read: <see cref="VerifyAsync"/> does that.
    /// </summary>
    public InstalledPack? Find(string packId)
    {
        ArgumentNullException.ThrowIfNull(packId);
        return Catalog.FindPack(packId) is { Files.Count: > 0 } pack
            && Candidates(packId).FirstOrDefault(folder => !PackFolder.CheckSizes(folder, pack.Files).Any()) is { } found
            ? new InstalledPack(pack, found)
            : null;
    }

    /// <summary>How a pack stands on this machine, with a line for people. An id that is not in the catalogue is missing.</summary>
    public PackStatus Describe(string packId)
    {
        ArgumentNullException.ThrowIfNull(packId);
        if (Catalog.FindPack(packId) is not { } pack)
        {
            return new PackStatus(packId, PackState.Missing, PackMessages.Unknown(packId, Catalog), null);
        }

        if (pack.Files.Count == 0)
        {
            return new PackStatus(packId, PackState.Missing, $"not available for {Catalog.Platform}", null);
        }

        if (Find(packId) is { } installed)
        {
            return new PackStatus(packId, PackState.Installed, $"in {installed.Folder}", installed.Folder);
        }

        if (Candidates(packId).FirstOrDefault() is { } folder)
        {
            List<PackFileProblem> problems = [.. PackFolder.CheckSizes(folder, pack.Files)];
            string what = problems.Count switch
            {
                0 => "files changed while they were looked at",
                1 => problems[0].Detail,
                _ => $"{problems[0].Detail}, and {problems.Count - 1} more",
            };
            return new PackStatus(packId, PackState.Damaged, $"damaged in {folder}: {what}. {PackMessages.Remedy(pack)}", folder);
        }

        return new PackStatus(packId, PackState.Missing, PackMessages.Remedy(pack), null);
    }

    /// <summary>
    /// Reads every file of a pack and compares it with the catalogue. Where no folder has the pack with the right sizes, the
    /// first folder that has its name is checked.
    /// </summary>
    /// <exception cref="ModelPackException">The catalogue has no such pack, or none for this platform.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task<PackVerification> VerifyAsync(string packId, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(packId);
        PackDescriptor pack = PackMessages.Require(packId, Catalog).Descriptor;
        string? folder = Find(packId)?.Folder ?? Candidates(packId).FirstOrDefault();
        return folder is null
            ? new PackVerification(packId, null,
                [.. pack.Files.Select(file => new PackFileProblem(file.Path, PackFileFault.Missing, $"{file.Path} is missing"))], [])
            : new PackVerification(packId, folder,
                await PackFolder.CheckHashesAsync(folder, pack.Files, cancellationToken).ConfigureAwait(false),
                PackFolder.ExtraFiles(folder, pack.Files));
    }

    /// <summary>
    /// Installs a pack and, first, the packs that it requires, into the install folder. Packs that are found already are left
    /// as they are. A pack appears whole and verified, or not at all; a damaged folder of it in the install folder is replaced.
    /// Waits while another store or process installs the same pack.
    /// </summary>
    /// <param name="packId">The pack.</param>
    /// <param name="progress">Told of each step; null for none.</param>
    /// <param name="cancellationToken">Stops the installation; what was downloaded is kept for the next attempt.</param>
    /// <returns>The pack where it is found.</returns>
    /// <exception cref="ModelPackException">The pack is not known or cannot be had; the message lists the sources that were tried.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public Task<InstalledPack> InstallAsync(
        string packId, IProgress<PackProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(packId);
        return _installer.InstallAsync(packId, progress, cancellationToken);
    }

    private IEnumerable<string> Candidates(string packId) =>
        SearchPath.Select(folder => Path.Combine(folder, packId)).Where(Directory.Exists);
}
