using System.Globalization;
using Paraformer.Cli.Terminal;
using Paraformer.Models;

namespace Paraformer.Cli.Packs;

/// <summary>Opens the store of packs and installs what is missing.</summary>
internal static class PackSetup
{
    /// <summary>The store that the environment describes.</summary>
    /// <exception cref="CliException">A variable or the catalogue cannot be used.</exception>
    public static ModelStore OpenStore()
    {
        try
        {
            return new ModelStore(ModelCatalog.Load(), ModelStoreOptions.FromEnvironment());
        }
        catch (Exception problem) when (problem is ModelCatalogException or InvalidOperationException)
        {
            throw new CliException(ExitCodes.Usage, problem.Message, problem);
        }
    }

    /// <summary>Installs the packs that are missing, and those that they require.</summary>
    /// <exception cref="CliException">One cannot be had; the message says why and what to do.</exception>
    public static async Task EnsureAsync(ModelStore store, IEnumerable<string> packs, CliConsole console, CancellationToken cancellationToken)
    {
        foreach (string id in WithRequired(store.Catalog, packs).Where(id => store.Find(id) is null))
        {
            PackDescriptor? pack = store.Catalog.FindPack(id);
            if (pack is not null)
            {
                string size = (pack.Files.Sum(file => file.Size) / 1e6).ToString("0.0", CultureInfo.InvariantCulture);
                console.Note($"installing {id} into {store.Options.InstallFolder}: {pack.Description} ({size} MB, {pack.Licence})");
            }

            using var progress = new PackProgressReporter(console);
            try
            {
                InstalledPack installed = await store.InstallAsync(id, progress, cancellationToken);
                string[] pinned = [.. installed.Descriptor.Files.Where(file => file.Sha256.Length == 0).Select(file => file.Path)];
                if (pinned.Length > 0)
                {
                    progress.Dispose();
                    console.Note($"{id}: no SHA-256 of {string.Join(", ", pinned)} is known; what came now is pinned in {installed.Folder}, and later downloads must be the same");
                }
            }
            catch (ModelPackException problem)
            {
                progress.Dispose();
                throw new CliException(ExitCodes.Failed, $"the pack {id} cannot be installed: {problem.Message}", problem);
            }
        }
    }

    // Required packs come before those that need them.
    private static List<string> WithRequired(ModelCatalog catalog, IEnumerable<string> packs)
    {
        var order = new List<string>();
        foreach (string id in packs)
        {
            Add(id);
        }

        return order;

        void Add(string id)
        {
            if (order.Contains(id))
            {
                return;
            }

            foreach (string required in catalog.FindPack(id)?.Requires ?? [])
            {
                Add(required);
            }

            order.Add(id);
        }
    }
}
