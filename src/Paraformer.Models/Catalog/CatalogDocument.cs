using System.Text.Json;
using System.Text.Json.Serialization;

namespace Paraformer.Models.Catalog;

/// <summary>catalog.json as it is written; <see cref="CatalogReader"/> checks it.</summary>
internal sealed class CatalogDocument
{
    public int? Schema { get; set; }
    public List<string?>? Starter { get; set; }
    public List<ModelEntry?>? Models { get; set; }
    public List<PackEntry?>? Packs { get; set; }
}

internal sealed class ModelEntry
{
    public string? Model { get; set; }
    public List<int>? SampleRates { get; set; }
    public List<LanguageEntry?>? Languages { get; set; }
}

internal sealed class LanguageEntry
{
    public string? Language { get; set; }
    public List<string?>? Packs { get; set; }
}

internal sealed class PackEntry
{
    public string? Id { get; set; }
    public string? Kind { get; set; }
    public string? Description { get; set; }
    public string? Licence { get; set; }
    public string? Origin { get; set; }
    public List<string?>? Languages { get; set; }
    public List<string?>? Requires { get; set; }
    public List<FileEntry?>? Files { get; set; }
    public List<SourceEntry?>? Sources { get; set; }
}

internal sealed class FileEntry
{
    public string? Path { get; set; }
    public long? Size { get; set; }
    public string? Sha256 { get; set; }

    /// <summary>Whether the SHA-256 is unknown and that of the first download is to hold.</summary>
    public bool? Pin { get; set; }

    /// <summary>The platform that needs the file, such as <c>linux-x64</c> or <c>osx</c>; none means every platform.</summary>
    public string? Rid { get; set; }

    /// <summary>The file's content, for files that the catalogue carries itself.</summary>
    public string? Text { get; set; }
}

internal sealed class SourceEntry
{
    /// <summary>An npm package as <c>name@version</c>.</summary>
    public string? Npm { get; set; }

    /// <summary>A folder on a web server that holds the files.</summary>
    public string? Url { get; set; }

    /// <summary>An archive on a web server, with its <see cref="Format"/>, <see cref="Size"/> and <see cref="Sha256"/>.</summary>
    public string? Archive { get; set; }

    public string? Format { get; set; }
    public long? Size { get; set; }
    public string? Sha256 { get; set; }

    /// <summary>Put before every name inside the source.</summary>
    public string? Prefix { get; set; }

    /// <summary>The pack's path to the name inside the source, for files whose names differ.</summary>
    public Dictionary<string, string?>? Files { get; set; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true,
    AllowDuplicateProperties = false,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(CatalogDocument))]
internal sealed partial class CatalogJson : JsonSerializerContext;
