using System.Formats.Tar;
using System.IO.Compression;
using CsCheck;
using Paraformer.Models.Catalog;
using Paraformer.Models.Install;
using Paraformer.Models.Tests.Support;

namespace Paraformer.Models.Tests.Install;

public sealed class ArchiveExtractorTests : IDisposable
{
    private static readonly byte[] Content = TestPack.Bytes("content", 3000);

    private static readonly PackFile[] Files = [new("first.bin", 3000, ""), new("sub/second.bin", 3000, "")];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static byte[] Tar()
    {
        using MemoryStream bytes = new();
        using (TarWriter writer = new(bytes))
        {
            writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "a/first.bin") { DataStream = new MemoryStream(Content) });
            writer.WriteEntry(new GnuTarEntry(TarEntryType.RegularFile, "a/second.bin") { DataStream = new MemoryStream(Content) });
        }

        return bytes.ToArray();
    }

    private static byte[] Compress(byte[] bytes)
    {
        using MemoryStream compressed = new();
        using (GZipStream gzip = new(compressed, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return compressed.ToArray();
    }

    private async Task ExtractAsync(ArchiveFormat format, byte[] archive, string target)
    {
        Directory.CreateDirectory(target);
        string file = _folder.Write("archive", archive);
        NpmSource source = new("x@1.0.0", "a/", new Dictionary<string, string> { ["sub/second.bin"] = "second.bin" });
        await ArchiveExtractor.ExtractAsync(file, format, source, Files, target, new StepReporter(null, "one"), TestContext.Current.CancellationToken);
    }

    private async Task ExtractDamagedAsync(ArchiveFormat format, byte[] valid, (int Index, byte Value)[] changes, Func<byte[], byte[]> pack)
    {
        byte[] damaged = [.. valid];
        foreach ((int index, byte value) in changes)
        {
            damaged[index] = value;
        }

        string target = _folder.Sub(Guid.NewGuid().ToString());
        try
        {
            await ExtractAsync(format, pack(damaged), target);
        }
        catch (SourceFailedException exception)
        {
            Assert.NotEmpty(exception.Message);
        }

        Assert.All(Directory.EnumerateFiles(target, "*", SearchOption.AllDirectories), path =>
        {
            Assert.Contains(Path.GetRelativePath(target, path).Replace('\\', '/'), Files.Select(file => file.Path));
            Assert.True(new FileInfo(path).Length <= 3000);
        });
        Directory.Delete(target, recursive: true);
    }

    private static Gen<(int, byte)[]> Changes(byte[] valid) => Gen.Select(Gen.Int[0, valid.Length - 1], Gen.Byte).Array[1, 6];

    // Most changes should strike the headers, which are few among the contents.
    private static Gen<(int, byte)[]> HeaderChanges(byte[] valid, int[] headers) =>
        Gen.Select(Gen.OneOf(headers), Gen.Int[0, 511], Gen.Byte).Select((header, offset, value) => (Math.Min(header + offset, valid.Length - 1), value)).Array[1, 3];

    [Fact]
    public Task Damaged_tarballs_give_an_error_or_files_within_bounds()
    {
        byte[] valid = Tar();
        int[] headers = [.. Enumerable.Range(0, valid.Length / 512).Select(block => block * 512).Where(at => valid.AsSpan(at, 512).IndexOf("ustar"u8) == 257)];
        return Gen.OneOf(Changes(valid), HeaderChanges(valid, headers))
            .SampleAsync(changes => ExtractDamagedAsync(ArchiveFormat.TarGz, valid, changes, Compress), iter: 400, threads: 1);
    }

    [Fact]
    public Task A_tarball_whose_size_field_overflows_gives_an_error()
    {
        byte[] valid = Tar();
        int header = Enumerable.Range(0, valid.Length / 512).Select(block => block * 512).Last(at => valid.AsSpan(at, 512).IndexOf("ustar"u8) == 257);
        return Assert.ThrowsAsync<SourceFailedException>(() => ExtractAsync(ArchiveFormat.TarGz, Compress(
            [.. valid[..(header + 124)], .. Enumerable.Repeat((byte)0xBF, 12), .. valid[(header + 136)..]]), _folder.Sub("target")));
    }

    [Fact]
    public Task Damaged_compressed_tarballs_give_an_error_or_files_within_bounds()
    {
        byte[] valid = Compress(Tar());
        return Changes(valid).SampleAsync(changes => ExtractDamagedAsync(ArchiveFormat.TarGz, valid, changes, bytes => bytes), iter: 400, threads: 1);
    }

    [Fact]
    public Task Damaged_zips_give_an_error_or_files_within_bounds()
    {
        byte[] valid = Archives.Zip(("a/first.bin", Content), ("a/second.bin", Content));
        return Gen.OneOf(Changes(valid), HeaderChanges(valid, [0, valid.Length - 150])).SampleAsync(
            changes => ExtractDamagedAsync(ArchiveFormat.Zip, valid, changes, bytes => bytes), iter: 400, threads: 1);
    }
}
