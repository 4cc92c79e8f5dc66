using System.Net;
using Paraformer.Models.Catalog;
using Paraformer.Models.Store;

namespace Paraformer.Models.Install;

/// <summary>Gets a pack's files from one source into a folder.</summary>
/// <param name="options">The store's options.</param>
/// <param name="downloads">Where parts of downloads are kept between attempts.</param>
internal sealed class SourceFetcher(ModelStoreOptions options, string downloads) : IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(15);

    private readonly HttpClient _client = new(
        new SocketsHttpHandler { ConnectTimeout = ConnectTimeout, AutomaticDecompression = DecompressionMethods.None })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>What a source is called in messages: no user names, passwords or queries.</summary>
    public static string NameOf(PackSource source) => source switch
    {
        NpmSource npm => $"npm {npm.Specification}",
        UrlSource url => Name(url.BaseAddress),
        ArchiveSource archive => Name(archive.Address),
        _ => source.ToString(),
    };

    /// <exception cref="SourceFailedException">The source did not deliver.</exception>
    public Task FetchAsync(
        PackSource source, IReadOnlyList<PackFile> files, string target, StepReporter reporter, CancellationToken cancellationToken) => source switch
        {
            NpmSource npm => FetchNpmAsync(npm, files, target, reporter, cancellationToken),
            UrlSource url => FetchFilesAsync(url, files, target, reporter, cancellationToken),
            ArchiveSource archive => FetchArchiveAsync(archive, files, target, reporter, cancellationToken),
            _ => throw new InvalidOperationException($"There is no way to fetch from {source.GetType().Name}."),
        };

    public void Dispose() => _client.Dispose();

    private async Task FetchNpmAsync(
        NpmSource source, IReadOnlyList<PackFile> files, string target, StepReporter reporter, CancellationToken cancellationToken)
    {
        string folder = Path.Combine(downloads, $"npm-{Guid.NewGuid():n}");
        try
        {
            reporter.Begin($"downloading {source.Specification} with npm", null);
            string tarball = await new NpmFetcher(options).FetchAsync(source, folder, cancellationToken).ConfigureAwait(false);
            await UnpackAsync(tarball, ArchiveFormat.TarGz, source, files, target, reporter, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            WorkFolder.DeleteIfPossible(folder);
        }
    }

    private async Task FetchFilesAsync(
        UrlSource source, IReadOnlyList<PackFile> files, string target, StepReporter reporter, CancellationToken cancellationToken)
    {
        List<string> parts = [];
        foreach (PackFile file in files)
        {
            string name = string.Join('/', source.NameOf(file).Split('/').Select(Uri.EscapeDataString));
            parts.Add(await DownloadAsync(new Uri(source.BaseAddress, name), file, reporter, cancellationToken).ConfigureAwait(false));
        }

        // Moved only now, so that the files of an interrupted installation are kept.
        foreach ((PackFile file, string part) in files.Zip(parts))
        {
            string path = PackPath.Combine(target, file.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Move(part, path);
        }
    }

    private async Task FetchArchiveAsync(
        ArchiveSource source, IReadOnlyList<PackFile> files, string target, StepReporter reporter, CancellationToken cancellationToken)
    {
        string part = await DownloadAsync(source.Address, source.Archive, reporter, cancellationToken).ConfigureAwait(false);
        await UnpackAsync(part, source.Format, source, files, target, reporter, cancellationToken).ConfigureAwait(false);
    }

    private async Task<string> DownloadAsync(Uri address, PackFile file, StepReporter reporter, CancellationToken cancellationToken)
    {
        PartialFile partial = new(downloads, address, file);
        PackFile downloaded = file with { Path = Path.GetFileName(partial.Path) };
        while (true)
        {
            bool resumes = partial.Length > 0;
            if (partial.Length != file.Size || !File.Exists(partial.Path))
            {
                await TransferAsync(address, file, partial, reporter, cancellationToken).ConfigureAwait(false);
            }

            List<PackFileProblem> problems = await PackFolder.CheckHashesAsync(downloads, [downloaded], cancellationToken).ConfigureAwait(false);
            if (problems.Count == 0)
            {
                return partial.Path;
            }

            // What an earlier attempt left may be at fault; a fresh download is the server's own.
            partial.Clear();
            if (!resumes)
            {
                throw new SourceFailedException(problems[0].Detail.Replace(downloaded.Path, file.Path, StringComparison.Ordinal));
            }
        }
    }

    private async Task TransferAsync(
        Uri address, PackFile file, PartialFile partial, StepReporter reporter, CancellationToken cancellationToken)
    {
        try
        {
            await new HttpDownloader(_client, options).DownloadAsync(address, file, partial, reporter, cancellationToken).ConfigureAwait(false);
        }
        catch (SourceFailedException exception)
        {
            throw new SourceFailedException($"{file.Path}: {exception.Message}", exception);
        }
    }

    private static Task UnpackAsync(
        string archive, ArchiveFormat format, PackSource source, IReadOnlyList<PackFile> files, string target,
        StepReporter reporter, CancellationToken cancellationToken)
    {
        reporter.Begin("unpacking", files.Sum(file => file.Size));
        return ArchiveExtractor.ExtractAsync(archive, format, source, files, target, reporter, cancellationToken);
    }

    private static string Name(Uri address) => address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
}
