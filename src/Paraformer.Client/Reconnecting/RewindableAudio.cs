namespace Paraformer.Client;

/// <summary>A stream that can be read from any place while it is also read from front to back.</summary>
internal sealed class RewindableAudio(Stream audio) : IDisposable
{
    private readonly long _origin = audio.Position;
    private readonly SemaphoreSlim _gate = new(1, 1);

    /// <summary>Reads from an offset, counted from where the stream stood at first, until the buffer is full or the stream ends.</summary>
    public async ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (audio.Position != _origin + offset)
            {
                audio.Position = _origin + offset;
            }

            return await audio.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();
}
