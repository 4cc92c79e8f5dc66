using Paraformer.Protocol;

namespace Paraformer.Client;

/// <summary>Opens connections to a recognition service: over a WebSocket, or to an engine in this process. Thread-safe.</summary>
public interface IRecognitionTransport : IAsyncDisposable
{
    /// <summary>Opens a connection, which serves one task at a time and, after a task that ended well, the next.</summary>
    /// <exception cref="RecognitionConnectionException">The service cannot be reached.</exception>
    /// <exception cref="HandshakeRefusedException">The service refused the connection.</exception>
    ValueTask<IMessageConnection> ConnectAsync(CancellationToken cancellationToken);
}
