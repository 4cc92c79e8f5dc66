using System.Buffers;
using System.Net;
using System.Net.Http.Headers;

namespace Paraformer.Models.Install;

/// <summary>Downloads files: resumes after a break, retries transient failures, and never waits on a silent server for long.</summary>
internal sealed class HttpDownloader(HttpClient client, ModelStoreOptions options)
{
    private const int MaxRetries = 3;

    /// <summary>Downloads a file, going on from what an earlier attempt left.</summary>
    /// <param name="address">Its address.</param>
    /// <param name="file">The size it must have; its hash is the caller's to check.</param>
    /// <param name="partial">Where it grows; whole when the task completes.</param>
    /// <param name="reporter">Told of the bytes that arrive.</param>
    /// <param name="cancellationToken">Stops the download; the part that arrived stays.</param>
    /// <exception cref="SourceFailedException">The server does not deliver it.</exception>
    public async Task DownloadAsync(
        Uri address, PackFile file, PartialFile partial, StepReporter reporter, CancellationToken cancellationToken)
    {
        for (int attempt = 0; ; attempt++)
        {
            string problem;
            try
            {
                await TransferAsync(address, file, partial, reporter, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (TransientException exception) when (attempt < MaxRetries)
            {
                problem = exception.Message;
            }
            catch (TransientException exception)
            {
                throw new SourceFailedException($"{exception.Message} ({MaxRetries + 1} attempts)", exception);
            }

            reporter.Begin($"retrying {file.Path}: {problem}", file.Size, partial.Length);
            await Task.Delay(options.RetryDelay * (1 << attempt), cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task TransferAsync(
        Uri address, PackFile file, PartialFile partial, StepReporter reporter, CancellationToken cancellationToken)
    {
        using CancellationTokenSource stall = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stall.CancelAfter(options.StallTimeout);
        try
        {
            long done = partial.Length;
            EntityTagHeaderValue? tag = partial.Tag;
            if (done >= file.Size || tag is null)
            {
                partial.Clear();
                done = 0;
            }

            using HttpRequestMessage request = new(HttpMethod.Get, address);
            if (done > 0)
            {
                request.Headers.Range = new RangeHeaderValue(done, null);
                request.Headers.IfRange = new RangeConditionHeaderValue(tag!);
            }

            using HttpResponseMessage response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stall.Token).ConfigureAwait(false);
            done = Accept(response, file, done, partial);
            reporter.Begin($"downloading {file.Path}", file.Size, done);
            Stream body = await response.Content.ReadAsStreamAsync(stall.Token).ConfigureAwait(false);
            await using (body.ConfigureAwait(false))
            {
                await ReceiveAsync(body, file, done, partial, reporter, stall).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TransientException($"the server sent nothing for {options.StallTimeout.TotalSeconds:0.#} s", exception);
        }
        catch (HttpRequestException exception)
        {
            throw new TransientException(Innermost(exception), exception);
        }
    }

    /// <summary>Judges the response's head and returns how many bytes of the part it goes on from.</summary>
    private static long Accept(HttpResponseMessage response, PackFile file, long done, PartialFile partial)
    {
        string status = $"the server answered {(int)response.StatusCode} {response.ReasonPhrase}".TrimEnd();
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable && done > 0)
        {
            partial.Clear();
            throw new TransientException(status);
        }

        if ((int)response.StatusCode is 408 or 429 or >= 500)
        {
            throw new TransientException(status);
        }

        if (response.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.PartialContent))
        {
            throw new SourceFailedException(status);
        }

        ContentRangeHeaderValue? range = response.Content.Headers.ContentRange;
        if (response.StatusCode == HttpStatusCode.PartialContent && (done == 0 || range?.From != done))
        {
            partial.Clear();
            throw new TransientException("the server sent another range than it was asked for");
        }

        if (response.StatusCode == HttpStatusCode.OK)
        {
            done = 0;
            partial.Clear();
            partial.Tag = response.Headers.ETag;
        }

        long? total = response.StatusCode == HttpStatusCode.OK ? response.Content.Headers.ContentLength : range!.Length;
        return total is null || total == file.Size
            ? done
            : throw new SourceFailedException($"the file there has {total} bytes instead of {file.Size}");
    }

    private async Task ReceiveAsync(
        Stream body, PackFile file, long done, PartialFile partial, StepReporter reporter, CancellationTokenSource stall)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(1 << 17);
        FileStream output = partial.OpenForAppend();
        await using (output.ConfigureAwait(false))
        {
            try
            {
                while (await ReadAsync(body, buffer, stall.Token).ConfigureAwait(false) is var count and > 0)
                {
                    stall.CancelAfter(options.StallTimeout);
                    done += count;
                    if (done > file.Size)
                    {
                        throw new SourceFailedException($"the server sent more than the {file.Size} bytes expected");
                    }

                    await output.WriteAsync(buffer.AsMemory(0, count), stall.Token).ConfigureAwait(false);
                    reporter.Advance(count);
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }

        if (done < file.Size)
        {
            throw new TransientException($"the connection ended after {done} of {file.Size} bytes");
        }
    }

    // Apart from writing, whose failures are the disk's and do not pass.
    private static async ValueTask<int> ReadAsync(Stream body, byte[] buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException exception)
        {
            throw new TransientException(Innermost(exception), exception);
        }
    }

    private static string Innermost(Exception exception)
    {
        string message = exception.Message;
        while (exception.InnerException is { } inner)
        {
            exception = inner;
            message = exception.Message;
        }

        return message.ReplaceLineEndings(" ");
    }

    /// <summary>A failure that may pass.</summary>
    private sealed class TransientException(string message, Exception? innerException = null) : Exception(message, innerException);
}
