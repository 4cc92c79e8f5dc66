namespace Paraformer.Cli.Tests.Fakes;

/// <summary>Bytes that can be read once, as from a pipe.</summary>
internal sealed class PipeStream(byte[] bytes) : MemoryStream(bytes, writable: false)
{
    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();
}

/// <summary>A pipe into which nothing is ever written.</summary>
internal sealed class SilentPipeStream(byte[] first) : Stream
{
    private readonly TaskCompletionSource<int> _never = new();
    private int _read;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count = Math.Min(buffer.Length, first.Length - _read);
        first.AsMemory(_read, count).CopyTo(buffer);
        _read += count;
        return count > 0 ? ValueTask.FromResult(count) : new ValueTask<int>(_never.Task);
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

/// <summary>An output whose every write fails.</summary>
internal sealed class FailingStream(Exception failure) : MemoryStream
{
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromException(failure);

    public override void Write(ReadOnlySpan<byte> buffer) => throw failure;

    public override void Write(byte[] buffer, int offset, int count) => throw failure;
}
