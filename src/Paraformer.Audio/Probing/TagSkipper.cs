using Paraformer.Audio.Compressed;

namespace Paraformer.Audio.Probing;

/// <summary>Passes over ID3v2 tags, which may hold pictures, to what stands behind them.</summary>
internal static class TagSkipper
{
    private const long MaxTagBytes = 64 * 1024 * 1024;

    /// <summary>Fills a buffer with the bytes behind the tags.</summary>
    /// <param name="stream">Where more bytes come from.</param>
    /// <param name="buffer">The first bytes; is written over. <see cref="ContainerSignatures.Window"/> of it are used.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>How many bytes are in the buffer; 0 where nothing follows the tags.</returns>
    public static async Task<int> SkipAsync(Stream stream, byte[] buffer, int count, CancellationToken cancellationToken)
    {
        long total = 0;
        while (Id3Tag.TryRead(buffer.AsSpan(0, count), out long size) && (total += size) <= MaxTagBytes)
        {
            int here = (int)Math.Min(size, count);
            buffer.AsSpan(here, count - here).CopyTo(buffer);
            count -= here;
            await SkipAsync(stream, size - here, cancellationToken).ConfigureAwait(false);
            count += await stream.ReadAtLeastAsync(
                buffer.AsMemory(count, ContainerSignatures.Window - count), ContainerSignatures.Window - count, false, cancellationToken).ConfigureAwait(false);
        }

        return count;
    }

    private static async Task SkipAsync(Stream stream, long bytes, CancellationToken cancellationToken)
    {
        if (stream.CanSeek)
        {
            stream.Position = Math.Min(stream.Position + bytes, stream.Length);
            return;
        }

        byte[] dropped = new byte[ContainerSignatures.Window];
        while (bytes > 0 && await stream.ReadAsync(dropped.AsMemory(0, (int)Math.Min(bytes, dropped.Length)), cancellationToken).ConfigureAwait(false) is > 0 and int read)
        {
            bytes -= read;
        }
    }
}
