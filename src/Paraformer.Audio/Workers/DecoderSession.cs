namespace Paraformer.Audio.Workers;

/// <summary>One stream's decoder in a worker.</summary>
internal sealed class DecoderSession(DecoderPool pool, DecoderPool.Slot slot, int id) : IDisposable
{
    private bool _isDisposed;

    /// <summary>Whether the worker has ended, so that the stream must be opened anew.</summary>
    public bool IsLost => slot.Worker.IsDead;

    /// <summary>Decodes packets, each an int32 length and its bytes.</summary>
    /// <exception cref="DecoderWorkerException">The worker ended or hung.</exception>
    public void Decode(ReadOnlySpan<byte> packets, Action<ReadOnlyMemory<byte>> read)
    {
        if (slot.Worker.Request(WorkerProtocol.Decode, id, packets, read) is { } refusal)
        {
            throw new DecoderWorkerException(refusal);
        }
    }

    public void Dispose()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            slot.Worker.Close(id);
            pool.Release(slot);
        }
    }
}
