using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using static Paraformer.Models.Catalog.CatalogReader;

namespace Paraformer.Models.Catalog;

/// <summary>Reads the catalogue's packs and their files.</summary>
internal static partial class PackReader
{
    private const long MaxFileBytes = 64L << 30;

    public static List<PackDefinition> ReadAll(List<PackEntry?>? entries, string platform)
    {
        List<PackDefinition> packs = [];
        HashSet<string> ids = [];
        for (int i = 0; i < (entries?.Count ?? 0); i++)
        {
            string place = $"packs[{i}]";
            PackEntry entry = entries![i] ?? throw Error(place, "is null");
            string id = Required(entry.Id, $"{place}.id");
            if (!Id().IsMatch(id))
            {
                throw Error($"{place}.id", $"is '{id}'; lower-case letters, digits and inner '-', '_', '.' are expected, at most 64");
            }

            if (!ids.Add(id))
            {
                throw Error($"{place}.id", $"repeats '{id}'");
            }

            packs.Add(Read(entry, id, $"{place} ('{id}')", platform));
        }

        for (int i = 0; i < packs.Count; i++)
        {
            PackIds(entries![i]!.Requires, $"packs[{i}] ('{packs[i].Descriptor.Id}').requires", ids);
        }

        RejectCycles(packs);
        return packs;
    }

    public static string Sha256(string? value, string place)
    {
        string text = Required(value, place);
        return text.Length == 64 && text.All(char.IsAsciiHexDigitLower)
            ? text
            : throw Error(place, $"is '{text}'; 64 lower-case hexadecimal digits are expected");
    }

    public static long Size(long? value, string place) =>
        value is >= 0 and <= MaxFileBytes
            ? value.Value
            : throw Error(place, value is null ? "is missing" : $"is {value}; bytes from 0 to {MaxFileBytes} are expected");

    private static PackDefinition Read(PackEntry entry, string id, string place, string platform)
    {
        Dictionary<string, byte[]> inline = new(StringComparer.Ordinal);
        HashSet<string> allPaths = new(StringComparer.Ordinal);
        List<PackFile> files = ReadFiles(entry.Files, $"{place}.files", platform, inline, allPaths);
        List<PackSource> sources = SourceReader.ReadAll(entry.Sources, $"{place}.sources", allPaths);
        PackDescriptor descriptor = new()
        {
            Id = id,
            Kind = Required(entry.Kind, $"{place}.kind"),
            Description = Required(entry.Description, $"{place}.description"),
            Licence = Required(entry.Licence, $"{place}.licence"),
            Origin = entry.Origin ?? "",
            Languages = Texts(entry.Languages, $"{place}.languages"),
            Requires = Texts(entry.Requires, $"{place}.requires"),
            Files = files,
            CanPull = files.Count > 0 && (sources.Count > 0 || inline.Count == files.Count),
        };
        return new PackDefinition(descriptor, inline, sources);
    }

    private static List<PackFile> ReadFiles(
        List<FileEntry?>? entries, string place, string platform, Dictionary<string, byte[]> inline, HashSet<string> allPaths)
    {
        if (entries is null or [])
        {
            throw Error(place, "is missing or empty; a pack has at least one file");
        }

        List<PackFile> files = [];

        // Two names that differ only in case are one file on Windows and macOS.
        HashSet<string> paths = new(StringComparer.OrdinalIgnoreCase);
        for (int i = 0; i < entries.Count; i++)
        {
            string at = $"{place}[{i}]";
            FileEntry entry = entries[i] ?? throw Error(at, "is null");
            string path = Required(entry.Path, $"{at}.path");
            if (PackPath.Problem(path) is { } problem)
            {
                throw Error($"{at}.path", $"is '{path}': {problem}");
            }

            if (entry.Rid is not null && !Rid().IsMatch(entry.Rid))
            {
                throw Error($"{at}.rid", $"is '{entry.Rid}'; a platform such as 'linux-x64' or 'osx' is expected");
            }

            PackFile file = ReadFile(entry, path, at, out byte[]? text);
            allPaths.Add(path);
            if (!Platform.Fits(entry.Rid, platform))
            {
                continue;
            }

            if (!paths.Add(path))
            {
                throw Error($"{at}.path", $"repeats '{path}' for the platform {platform}");
            }

            files.Add(file);
            if (text is not null)
            {
                inline.Add(path, text);
            }
        }

        if (files.Find(file => paths.Any(other => IsInside(other, file.Path))) is { } both)
        {
            throw Error(place, $"has '{both.Path}' as a file and as a folder");
        }

        return files;
    }

    private static bool IsInside(string path, string folder) => path.StartsWith(folder + "/", StringComparison.OrdinalIgnoreCase);

    private static PackFile ReadFile(FileEntry entry, string path, string place, out byte[]? text)
    {
        if (entry.Text is null)
        {
            text = null;
            bool pinned = entry.Pin == true;
            return pinned && entry.Sha256 is not null
                ? throw Error(place, "has 'sha256' and also 'pin', which is for files whose hash is not known")
                : new PackFile(path, Size(entry.Size, $"{place}.size"), pinned ? "" : Sha256(entry.Sha256, $"{place}.sha256"));
        }

        if (entry.Size is not null || entry.Sha256 is not null || entry.Pin is not null)
        {
            throw Error(place, "has 'text' and also 'size', 'sha256' or 'pin'; the first two follow from the text");
        }

        text = Encoding.UTF8.GetBytes(entry.Text);
        return new PackFile(path, text.Length, Convert.ToHexStringLower(SHA256.HashData(text)));
    }

    private static void RejectCycles(List<PackDefinition> packs)
    {
        Dictionary<string, PackDescriptor> byId = packs.ToDictionary(pack => pack.Descriptor.Id, pack => pack.Descriptor);
        HashSet<string> done = [];
        foreach (PackDefinition pack in packs)
        {
            Visit(pack.Descriptor, []);
        }

        void Visit(PackDescriptor pack, List<string> chain)
        {
            if (chain.Contains(pack.Id))
            {
                throw Error($"the pack '{pack.Id}'", $"requires itself: {string.Join(" → ", chain)} → {pack.Id}");
            }

            if (chain.Count > 32)
            {
                throw Error($"the pack '{chain[0]}'", "has a chain of more than 32 required packs");
            }

            if (done.Contains(pack.Id))
            {
                return;
            }

            foreach (string required in pack.Requires)
            {
                Visit(byId[required], [.. chain, pack.Id]);
            }

            done.Add(pack.Id);
        }
    }

    [GeneratedRegex(@"\A[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?\z")]
    private static partial Regex Id();

    [GeneratedRegex(@"\A[a-z]{2,16}(?:-[a-z0-9]{2,16})?\z")]
    private static partial Regex Rid();
}
