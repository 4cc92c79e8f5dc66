namespace Paraformer.Models.Catalog;

/// <summary>A pack with what only the store needs: where to get it, and the files that the catalogue carries itself.</summary>
internal sealed record PackDefinition(
    PackDescriptor Descriptor,
    IReadOnlyDictionary<string, byte[]> InlineFiles,
    IReadOnlyList<PackSource> Sources)
{
    /// <summary>The files that a source has to deliver.</summary>
    public IEnumerable<PackFile> FetchedFiles => Descriptor.Files.Where(file => !InlineFiles.ContainsKey(file.Path));
}

/// <summary>A place that has a pack's files.</summary>
internal abstract record PackSource(string Prefix, IReadOnlyDictionary<string, string> Names)
{
    /// <summary>What a file of the pack is called inside the source.</summary>
    public string NameOf(PackFile file) => Prefix + Names.GetValueOrDefault(file.Path, file.Path);
}

/// <summary>An npm package; the names are entries of its tarball.</summary>
internal sealed record NpmSource(string Specification, string Prefix, IReadOnlyDictionary<string, string> Names)
    : PackSource(Prefix, Names);

/// <summary>A folder on a web server.</summary>
internal sealed record UrlSource(Uri BaseAddress, string Prefix, IReadOnlyDictionary<string, string> Names)
    : PackSource(Prefix, Names);

/// <summary>An archive on a web server; the names are its entries.</summary>
internal sealed record ArchiveSource(
    Uri Address, ArchiveFormat Format, PackFile Archive, string Prefix, IReadOnlyDictionary<string, string> Names)
    : PackSource(Prefix, Names);

internal enum ArchiveFormat
{
    Zip,
    TarGz,
}
