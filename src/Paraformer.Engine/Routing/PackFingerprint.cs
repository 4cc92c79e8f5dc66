using System.Globalization;
using System.Text;
using Paraformer.Engine.Recognizers;
using Paraformer.Models;

namespace Paraformer.Engine.Routing;

/// <summary>Tells whether a pack's files were replaced: their folder, names, sizes and times, those of the packs that it requires included.</summary>
internal static class PackFingerprint
{
    /// <summary>Takes the fingerprint of a pack as it lies on disk now.</summary>
    /// <exception cref="ModelPackException">It, or one that it requires, is not installed.</exception>
    public static string Of(string packId, PackFinder find)
    {
        var text = new StringBuilder();
        Add(find(packId), find, text);
        return text.ToString();
    }

    private static void Add(InstalledPack pack, PackFinder find, StringBuilder text)
    {
        text.Append(CultureInfo.InvariantCulture, $"{pack.Descriptor.Id} {pack.Folder}\n");
        foreach (FileInfo file in new DirectoryInfo(pack.Folder).EnumerateFiles("*", SearchOption.AllDirectories).OrderBy(f => f.FullName, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"{file.FullName} {file.Length} {file.LastWriteTimeUtc.Ticks}\n");
        }

        foreach (string required in pack.Descriptor.Requires)
        {
            Add(find(required), find, text);
        }
    }
}
