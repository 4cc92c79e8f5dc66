using Paraformer.Models.Catalog;

namespace Paraformer.Models;

/// <summary>What packs there are, where each comes from, and which of them serve which model and language.</summary>
public sealed class ModelCatalog
{
    /// <summary>The environment variable that names a catalogue file to use instead of the built-in one.</summary>
    public const string FileVariable = "PARAFORMER_CATALOG";

    private const int MaxBytes = 16 << 20;

    private readonly Dictionary<string, PackDefinition> _definitions;

    internal ModelCatalog(
        IReadOnlyList<PackDefinition> definitions, IReadOnlyList<string> starterPacks, IReadOnlyList<ModelRoute> models, string platform)
    {
        _definitions = definitions.ToDictionary(definition => definition.Descriptor.Id, StringComparer.Ordinal);
        Packs = [.. definitions.Select(definition => definition.Descriptor)];
        StarterPacks = starterPacks;
        Models = models;
        Platform = platform;
    }

    /// <summary>All packs, in the catalogue's order, with the files of this machine's platform.</summary>
    public IReadOnlyList<PackDescriptor> Packs { get; }

    /// <summary>Ids of the packs to install on first use.</summary>
    public IReadOnlyList<string> StarterPacks { get; }

    /// <summary>The service's models and the packs that serve them.</summary>
    public IReadOnlyList<ModelRoute> Models { get; }

    internal string Platform { get; }

    /// <summary>The built-in catalogue, or the one in the file that <c>PARAFORMER_CATALOG</c> names.</summary>
    /// <exception cref="ModelCatalogException">The file cannot be read or is not a catalogue.</exception>
    public static ModelCatalog Load() => Load(Environment.GetEnvironmentVariable(FileVariable));

    internal static ModelCatalog Load(string? file)
    {
        if (string.IsNullOrWhiteSpace(file))
        {
            using Stream resource = typeof(ModelCatalog).Assembly.GetManifestResourceStream("catalog.json")
                ?? throw new ModelCatalogException("The built-in catalogue is missing from the Paraformer.Models assembly. Reinstall it.");
            using MemoryStream copy = new();
            resource.CopyTo(copy);
            return Parse(copy.GetBuffer().AsSpan(0, (int)copy.Length));
        }

        byte[] text;
        try
        {
            text = new FileInfo(file).Length <= MaxBytes
                ? File.ReadAllBytes(file)
                : throw new IOException($"It is larger than {MaxBytes >> 20} MiB.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelCatalogException(
                $"The catalogue {file}, named by {FileVariable}, cannot be read: {exception.Message} Correct or unset {FileVariable}.", exception);
        }

        try
        {
            return Parse(text);
        }
        catch (ModelCatalogException exception)
        {
            throw new ModelCatalogException($"The catalogue {file}, named by {FileVariable}, cannot be used. {exception.Message}", exception);
        }
    }

    /// <summary>Reads a catalogue.</summary>
    /// <param name="utf8Json">The text of a catalog.json, in UTF-8, with or without a byte order mark.</param>
    /// <exception cref="ModelCatalogException">It is not a valid catalogue; the message says what is wrong and where.</exception>
    public static ModelCatalog Parse(ReadOnlySpan<byte> utf8Json) => Parse(utf8Json, Catalog.Platform.Current);

    internal static ModelCatalog Parse(ReadOnlySpan<byte> utf8Json, string platform) => CatalogReader.Read(utf8Json, platform);

    /// <summary>The pack with an id, or null when the catalogue has none.</summary>
    public PackDescriptor? FindPack(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return FindDefinition(id)?.Descriptor;
    }

    internal PackDefinition? FindDefinition(string id) => _definitions.GetValueOrDefault(id);
}
