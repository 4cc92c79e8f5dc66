using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Paraformer.Server.WebSockets;

/// <summary>Sends whole messages, one at a time, and nothing after a close.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A SemaphoreSlim whose wait handle is not used holds nothing to dispose of.")]
internal sealed class FrameSink(Stream stream)
{
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Whether a close has been sent, or is being sent.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>Sends a message. False, with nothing sent, after a close.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> SendAsync(Opcode opcode, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(payload.Length + FrameHeader.MaxLength);
        try
        {
            if (IsClosed)
            {
                return false;
            }

            IsClosed = opcode == Opcode.Close;
            int header = FrameHeader.Write(buffer, opcode, payload.Length);
            payload.Span.CopyTo(buffer.AsSpan(header));
            await stream.WriteAsync(buffer.AsMemory(0, header + payload.Length), cancellationToken).ConfigureAwait(false);
            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            _turn.Release();
        }
    }
}
