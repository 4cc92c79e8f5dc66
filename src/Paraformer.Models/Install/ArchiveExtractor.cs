using System.Buffers;
using System.Formats.Tar;
using System.IO.Compression;
using Paraformer.Models.Catalog;

namespace Paraformer.Models.Install;

/// <summary>
/// Takes a pack's files out of an archive. Only entries that the catalogue lists are written, under the catalogue's paths and
/// with the catalogue's sizes, so that no entry can name a place or fill the disk.
/// </summary>
internal static class ArchiveExtractor
{
    private const int MaxEntries = 200_000;

    public static async Task ExtractAsync(
        string archive, ArchiveFormat format, PackSource source, IReadOnlyList<PackFile> files, string target,
        StepReporter reporter, CancellationToken cancellationToken)
    {
        Dictionary<string, List<PackFile>> wanted = new(StringComparer.Ordinal);
        foreach (PackFile file in files)
        {
            string name = source.NameOf(file);
            wanted.TryAdd(name, []);
            wanted[name].Add(file);
        }

        FileStream stream = new(archive, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.Asynchronous | FileOptions.SequentialScan);
        await using (stream.ConfigureAwait(false))
        {
            try
            {
                Task extraction = format == ArchiveFormat.Zip
                    ? ExtractZipAsync(stream, wanted, target, reporter, cancellationToken)
                    : ExtractTarAsync(stream, wanted, target, reporter, cancellationToken);
                await extraction.ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException or FormatException
                or OverflowException or ArgumentException or NotSupportedException)
            {
                // The readers check less than they say: damaged numbers and names surface as the last three.
                throw new SourceFailedException($"the archive is damaged: {exception.Message}", exception);
            }
        }

        if (wanted.Count > 0)
        {
            throw new SourceFailedException($"the archive has no entry '{wanted.Keys.Order(StringComparer.Ordinal).First()}'"
                + (wanted.Count == 1 ? "" : $", nor {wanted.Count - 1} others"));
        }
    }

    private static async Task ExtractTarAsync(
        Stream stream, Dictionary<string, List<PackFile>> wanted, string target, StepReporter reporter, CancellationToken cancellationToken)
    {
        GZipStream plain = new(stream, CompressionMode.Decompress, leaveOpen: true);
        await using (plain.ConfigureAwait(false))
        {
            TarReader reader = new(plain, leaveOpen: true);
            await using (reader.ConfigureAwait(false))
            {
                for (int i = 0; wanted.Count > 0; i++)
                {
                    TarEntry? entry = await reader.GetNextEntryAsync(copyData: false, cancellationToken).ConfigureAwait(false);
                    if (entry is null)
                    {
                        return;
                    }

                    if (i == MaxEntries)
                    {
                        throw new SourceFailedException($"the archive has more than {MaxEntries} entries");
                    }

                    if (entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile
                        && wanted.Remove(entry.Name, out List<PackFile>? files))
                    {
                        await WriteAsync(entry.DataStream ?? Stream.Null, entry.Name, files, target, reporter, cancellationToken).ConfigureAwait(false);
                    }
                }
            }
        }
    }

    private static async Task ExtractZipAsync(
        Stream stream, Dictionary<string, List<PackFile>> wanted, string target, StepReporter reporter, CancellationToken cancellationToken)
    {
        ZipArchive zip = await ZipArchive.CreateAsync(stream, ZipArchiveMode.Read, leaveOpen: true, null, cancellationToken).ConfigureAwait(false);
        await using (zip.ConfigureAwait(false))
        {
            foreach (ZipArchiveEntry entry in zip.Entries)
            {
                if (wanted.Remove(entry.FullName, out List<PackFile>? files))
                {
                    Stream data = await entry.OpenAsync(cancellationToken).ConfigureAwait(false);
                    await using (data.ConfigureAwait(false))
                    {
                        await WriteAsync(data, entry.FullName, files, target, reporter, cancellationToken).ConfigureAwait(false);
                    }
                }
            }
        }
    }

    private static async Task WriteAsync(
        Stream data, string name, List<PackFile> files, string target, StepReporter reporter, CancellationToken cancellationToken)
    {
        string first = PackPath.Combine(target, files[0].Path);
        Directory.CreateDirectory(Path.GetDirectoryName(first)!);
        FileStream output = new(first, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.Asynchronous);
        await using (output.ConfigureAwait(false))
        {
            await CopyAsync(data, output, name, files[0].Size, reporter, cancellationToken).ConfigureAwait(false);
        }

        foreach (PackFile copy in files.Skip(1))
        {
            string path = PackPath.Combine(target, copy.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Copy(first, path);
        }
    }

    private static async Task CopyAsync(
        Stream data, Stream output, string name, long size, StepReporter reporter, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(1 << 17);
        try
        {
            long written = 0;
            while (await data.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is var count and > 0)
            {
                written += count;
                if (written > size)
                {
                    throw new SourceFailedException($"the archive's entry '{name}' is larger than the {size} bytes expected");
                }

                await output.WriteAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
                reporter.Advance(count);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
