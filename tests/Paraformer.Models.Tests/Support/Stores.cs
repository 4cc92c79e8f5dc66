namespace Paraformer.Models.Tests.Support;

/// <summary>Stores that retry at once.</summary>
internal static class Stores
{
    public static ModelStore Installing(ModelCatalog catalog, string folder, Func<ModelStoreOptions, ModelStoreOptions>? change = null)
    {
        ModelStoreOptions options = new()
        {
            SearchPath = [],
            InstallFolder = folder,
            RetryDelay = TimeSpan.FromMilliseconds(1),
            ProgramPath = "",
        };
        return new ModelStore(catalog, change?.Invoke(options) ?? options);
    }
}
