using System.ComponentModel;
using System.Diagnostics;

namespace Paraformer.Cli.Probing;

/// <summary>What a running ffmpeg puts out. Disposing ends the program.</summary>
internal sealed class FfmpegStream : Stream
{
    private readonly Process _process;
    private readonly Task<string> _errors;
    private readonly Task _feeding;
    private readonly CancellationTokenSource _stop = new();

    public FfmpegStream(Process process, Stream? input)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync(_stop.Token);
        _feeding = FeedAsync(input);
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <exception cref="IOException">The program failed; the message is its own last line.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count = await _process.StandardOutput.BaseStream.ReadAsync(buffer, cancellationToken);
        if (count == 0 && buffer.Length > 0)
        {
            await _process.WaitForExitAsync(cancellationToken);
            if (_process.ExitCode != 0)
            {
                string told = await _errors;
                if (told.Contains("matches no streams", StringComparison.Ordinal))
                {
                    throw new IOException("ffmpeg finds no sound in it");
                }

                string last = told.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? "no reason given";
                throw new IOException($"ffmpeg cannot convert it: {last.TrimEnd('.')}");
            }
        }

        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            _process.Kill();
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // It has ended by itself.
            Debug.Assert(_stop.IsCancellationRequested, e.Message);
        }

        await ((Task)_errors).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _process.Dispose();
        _stop.Dispose();
        await base.DisposeAsync();
    }

    // A read of standard input cannot be called back: when ffmpeg ends first, it is left behind.
    private async Task FeedAsync(Stream? input)
    {
        try
        {
            if (input is not null)
            {
                await input.CopyToAsync(_process.StandardInput.BaseStream, _stop.Token);
            }

            _process.StandardInput.Close();
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // It has ended, and says itself why.
            Debug.Assert(_feeding is null || !_feeding.IsCompletedSuccessfully, e.Message);
        }
    }
}
