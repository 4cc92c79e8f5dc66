using Microsoft.Extensions.Logging;
using Paraformer.Models.Catalog;
using Paraformer.Models.Store;

namespace Paraformer.Models.Install;

/// <summary>Installs packs: requirements first, one installer at a time per pack, and each pack whole or not at all.</summary>
internal sealed partial class PackInstaller(
    ModelCatalog catalog, ModelStoreOptions options, Func<string, InstalledPack?> find, ILogger logger)
{
    // Names that start with a dot are not pack ids.
    private readonly string _work = Path.Combine(options.InstallFolder, ".work");

    public async Task<InstalledPack> InstallAsync(string packId, IProgress<PackProgress>? progress, CancellationToken cancellationToken)
    {
        PackDefinition pack = PackMessages.Require(packId, catalog);
        foreach (string required in pack.Descriptor.Requires)
        {
            await InstallAsync(required, progress, cancellationToken).ConfigureAwait(false);
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (find(packId) is { } present)
        {
            return present;
        }

        IReadOnlyList<PackSource> sources = options.Mirror is { } mirror
            ? [MirrorSource(mirror, packId), .. pack.Sources]
            : pack.Sources;
        if (sources.Count == 0 && !pack.Descriptor.CanPull)
        {
            throw new ModelPackException(packId,
                $"Pack '{packId}' is not installed and cannot be pulled: the catalogue knows no source for it. {PackMessages.Remedy(pack.Descriptor)}");
        }

        try
        {
            return await InstallLockedAsync(pack, sources, new StepReporter(progress, packId), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelPackException(packId,
                $"Pack '{packId}' cannot be written to {options.InstallFolder}: {exception.Message} "
                + $"Make room or allow writing there, or set {ModelStoreOptions.InstallFolderVariable} to another folder.", exception);
        }
    }

    private static UrlSource MirrorSource(Uri mirror, string packId) =>
        new(SourceReader.WebFolder(mirror.AbsoluteUri)!, packId + "/", new Dictionary<string, string>());

    private async Task<InstalledPack> InstallLockedAsync(
        PackDefinition pack, IReadOnlyList<PackSource> sources, StepReporter reporter, CancellationToken cancellationToken)
    {
        string id = pack.Descriptor.Id;
        string work = Path.Combine(_work, id);
        Directory.CreateDirectory(work);
        FileStream held = await InstallLock.AcquireAsync(Path.Combine(work, "lock"), Waiting, cancellationToken).ConfigureAwait(false);
        await using (held.ConfigureAwait(false))
        {
            if (find(id) is { } present)
            {
                return present;
            }

            // A killed process leaves its staging folder behind; with the lock held, nobody else is using it.
            string staging = Path.Combine(work, "staging");
            try
            {
                string folder = Path.Combine(options.InstallFolder, id);
                await StageAsync(pack with { Descriptor = WithPins(pack.Descriptor, folder) }, sources, work, staging, reporter, cancellationToken).ConfigureAwait(false);
                await PinAsync(pack.Descriptor, staging, reporter, cancellationToken).ConfigureAwait(false);
                Land(staging, folder, Path.Combine(work, "replaced"));
                Installed(id, folder);
                return find(id) ?? new InstalledPack(pack.Descriptor, folder);
            }
            finally
            {
                WorkFolder.DeleteIfPossible(staging);
            }
        }

        void Waiting()
        {
            WaitingForLock(id);
            reporter.Begin("waiting for another installation of this pack", null);
        }
    }

    private async Task StageAsync(
        PackDefinition pack, IReadOnlyList<PackSource> sources, string work, string staging, StepReporter reporter, CancellationToken cancellationToken)
    {
        PackFile[] fetched = [.. pack.FetchedFiles];
        string downloads = Path.Combine(work, "downloads");
        List<string> failures = [];
        using SourceFetcher fetcher = new(options, downloads);
        foreach (PackSource? source in fetched.Length == 0 ? [null] : (IEnumerable<PackSource?>)sources)
        {
            WorkFolder.Delete(staging);
            Directory.CreateDirectory(staging);
            Directory.CreateDirectory(downloads);
            try
            {
                if (source is not null)
                {
                    await fetcher.FetchAsync(source, fetched, staging, reporter, cancellationToken).ConfigureAwait(false);
                }

                await WriteInlineFilesAsync(pack, staging, cancellationToken).ConfigureAwait(false);
                await VerifyAsync(pack, staging, reporter, cancellationToken).ConfigureAwait(false);
                WorkFolder.Delete(downloads);
                return;
            }
            catch (SourceFailedException exception)
            {
                string failure = $"{(source is null ? "catalogue" : SourceFetcher.NameOf(source))}: {exception.Message}";
                failures.Add(failure);
                SourceFailed(pack.Descriptor.Id, failure);
            }
        }

        throw new ModelPackException(pack.Descriptor.Id,
            $"Pack '{pack.Descriptor.Id}' could not be pulled. Tried:\n{string.Join('\n', failures.Select(failure => $"  {failure}"))}\n"
            + $"Run 'paraformer models pull {pack.Descriptor.Id}' again when the network is back. Offline: {PackMessages.CopyByHand(pack.Descriptor.Id)}");
    }

    private static async Task WriteInlineFilesAsync(PackDefinition pack, string staging, CancellationToken cancellationToken)
    {
        foreach ((string path, byte[] text) in pack.InlineFiles)
        {
            string target = PackPath.Combine(staging, path);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            await File.WriteAllBytesAsync(target, text, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task VerifyAsync(PackDefinition pack, string staging, StepReporter reporter, CancellationToken cancellationToken)
    {
        reporter.Begin("verifying", pack.Descriptor.Files.Sum(file => file.Size));
        List<PackFileProblem> problems = await PackFolder.CheckHashesAsync(staging, pack.Descriptor.Files, cancellationToken).ConfigureAwait(false);
        if (problems.Count > 0)
        {
            throw new SourceFailedException(problems.Count == 1 ? problems[0].Detail : $"{problems[0].Detail}, and {problems.Count - 1} more files are wrong");
        }
    }

    // What an earlier download brought holds for this one too.
    private static PackDescriptor WithPins(PackDescriptor pack, string folder) =>
        Directory.Exists(folder) ? pack with { Files = [.. PackPins.Apply(folder, pack.Files)] } : pack;

    private async Task PinAsync(PackDescriptor pack, string staging, StepReporter reporter, CancellationToken cancellationToken)
    {
        foreach (PackFile file in await PackPins.WriteAsync(staging, pack.Files, cancellationToken).ConfigureAwait(false))
        {
            Pinned(pack.Id, file.Path, file.Sha256);
            reporter.Begin($"pinned {file.Path} to SHA-256 {file.Sha256}, as downloaded: the catalogue knows none", file.Size, file.Size);
        }
    }

    private static void Land(string staging, string folder, string replaced)
    {
        WorkFolder.Delete(replaced);
        bool replaces = Directory.Exists(folder);
        if (replaces)
        {
            Directory.Move(folder, replaced);
        }

        try
        {
            Directory.Move(staging, folder);
        }
        catch when (replaces && !Directory.Exists(folder))
        {
            Directory.Move(replaced, folder);
            throw;
        }

        WorkFolder.Delete(replaced);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Installed pack {PackId} in {Folder}")]
    private partial void Installed(string packId, string folder);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Pack {PackId}: {Path} is pinned to SHA-256 {Sha256}, as downloaded: the catalogue knows none")]
    private partial void Pinned(string packId, string path, string sha256);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Pack {PackId}: {Failure}")]
    private partial void SourceFailed(string packId, string failure);

    [LoggerMessage(Level = LogLevel.Information, Message = "Pack {PackId} is being installed elsewhere; waiting")]
    private partial void WaitingForLock(string packId);
}
