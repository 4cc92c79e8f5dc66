using System.Text.RegularExpressions;
using static Paraformer.Models.Catalog.CatalogReader;

namespace Paraformer.Models.Catalog;

/// <summary>Reads the catalogue's sources.</summary>
internal static partial class SourceReader
{
    public static List<PackSource> ReadAll(List<SourceEntry?>? entries, string place, HashSet<string> paths)
    {
        List<PackSource> sources = [];
        for (int i = 0; i < (entries?.Count ?? 0); i++)
        {
            string at = $"{place}[{i}]";
            sources.Add(Read(entries![i] ?? throw Error(at, "is null"), at, paths));
        }

        return sources;
    }

    /// <summary>An absolute http or https address without user name and password, or null.</summary>
    public static Uri? WebAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? uri)
        && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
        && uri.UserInfo.Length == 0
            ? uri
            : null;

    /// <summary>A web address that file names can be put after, ending in '/', or null.</summary>
    public static Uri? WebFolder(string text) =>
        WebAddress(text.TrimEnd('/') + "/") is { Query: "", Fragment: "" } uri && !text.AsSpan().ContainsAny('?', '#') ? uri : null;

    private static PackSource Read(SourceEntry entry, string place, HashSet<string> paths)
    {
        string prefix = entry.Prefix ?? "";
        Dictionary<string, string> names = new(StringComparer.Ordinal);
        foreach ((string path, string? name) in entry.Files ?? [])
        {
            if (!paths.Contains(path))
            {
                throw Error($"{place}.files", $"maps '{path}', which is not a file of the pack");
            }

            names.Add(path, Required(name, $"{place}.files['{path}']"));
        }

        if (entry.Archive is null && (entry.Format ?? entry.Sha256 ?? (object?)entry.Size) is not null)
        {
            throw Error(place, "has 'format', 'size' or 'sha256', which only an 'archive' has");
        }

        return entry switch
        {
            { Npm: { } npm, Url: null, Archive: null } => Npm().IsMatch(npm)
                ? new NpmSource(npm, prefix, names)
                : throw Error($"{place}.npm", $"is '{npm}'; a package with its exact version is expected, such as 'name@1.2.3' or '@scope/name@1.2.3'"),
            { Npm: null, Url: { } url, Archive: null } => new UrlSource(
                WebFolder(url) ?? throw Error($"{place}.url", "is not an absolute http or https address without user name, password and query"), prefix, names),
            { Npm: null, Url: null, Archive: { } archive } => ReadArchive(entry, archive, place, prefix, names),
            _ => throw Error(place, "has not exactly one of 'npm', 'url' and 'archive'"),
        };
    }

    private static ArchiveSource ReadArchive(SourceEntry entry, string archive, string place, string prefix, Dictionary<string, string> names)
    {
        ArchiveFormat format = entry.Format switch
        {
            "zip" => ArchiveFormat.Zip,
            "tar.gz" => ArchiveFormat.TarGz,
            _ => throw Error($"{place}.format", $"is '{entry.Format}'; 'zip' or 'tar.gz' is expected"),
        };
        Uri address = WebAddress(archive)
            ?? throw Error($"{place}.archive", "is not an absolute http or https address without user name and password");
        string fileName = Uri.UnescapeDataString(address.Segments[^1]);
        return PackPath.Problem(fileName) is { } problem
            ? throw Error($"{place}.archive", $"does not end in a file name: {problem}")
            : new ArchiveSource(address, format,
                new PackFile(fileName, PackReader.Size(entry.Size, $"{place}.size"), PackReader.Sha256(entry.Sha256, $"{place}.sha256")),
                prefix, names);
    }

    // The pattern also keeps the text harmless as a command-line argument.
    [GeneratedRegex(@"\A(?:@[a-z0-9][a-z0-9._-]*/)?[a-z0-9][a-z0-9._-]*@[0-9][0-9A-Za-z.-]*\z")]
    private static partial Regex Npm();
}
