using System.Formats.Tar;
using System.IO.Compression;

namespace Paraformer.Models.Tests.Support;

/// <summary>Archives as they come from elsewhere, well-meaning or not.</summary>
internal static class Archives
{
    public static byte[] TarGz(params (string Name, byte[] Content)[] entries) =>
        TarGz(entries.Select(entry => (TarEntry)new PaxTarEntry(TarEntryType.RegularFile, entry.Name) { DataStream = new MemoryStream(entry.Content) }));

    public static byte[] TarGz(IEnumerable<TarEntry> entries)
    {
        using MemoryStream bytes = new();
        using (GZipStream gzip = new(bytes, CompressionLevel.Fastest))
        using (TarWriter writer = new(gzip))
        {
            foreach (TarEntry entry in entries)
            {
                writer.WriteEntry(entry);
            }
        }

        return bytes.ToArray();
    }

    public static byte[] Zip(params (string Name, byte[] Content)[] entries)
    {
        using MemoryStream bytes = new();
        using (ZipArchive zip = new(bytes, ZipArchiveMode.Create))
        {
            foreach ((string name, byte[] content) in entries)
            {
                using Stream stream = zip.CreateEntry(name).Open();
                stream.Write(content);
            }
        }

        return bytes.ToArray();
    }
}
