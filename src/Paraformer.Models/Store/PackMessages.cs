using Paraformer.Models.Catalog;

namespace Paraformer.Models.Store;

/// <summary>What to tell people about packs that cannot be used.</summary>
internal static class PackMessages
{
    public static PackDefinition Require(string packId, ModelCatalog catalog)
    {
        PackDefinition pack = catalog.FindDefinition(packId)
            ?? throw new ModelPackException(packId, Unknown(packId, catalog));
        return pack.Descriptor.Files.Count > 0 ? pack : throw new ModelPackException(packId,
            $"Pack '{packId}' is not available for {catalog.Platform}: the catalogue has no files of it for this platform.");
    }

    public static string Unknown(string packId, ModelCatalog catalog) =>
        $"The catalogue has no pack '{packId}'. It has: {string.Join(", ", catalog.Packs.Select(pack => pack.Id))}.";

    public static string Remedy(PackDescriptor pack) => pack.CanPull
        ? $"Run 'paraformer models pull {pack.Id}'."
        : $"{CopyByHand(pack.Id)}{Origin(pack)}";

    public static string CopyByHand(string packId) =>
        $"Copy the folder '{packId}' from a machine that has it into a folder on {ModelStoreOptions.SearchPathVariable}.";

    private static string Origin(PackDescriptor pack) => pack.Origin.Length == 0 ? "" : $" Its origin: {pack.Origin}.";
}
