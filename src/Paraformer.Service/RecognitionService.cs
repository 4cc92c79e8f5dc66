using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Paraformer.Engine;
using Paraformer.Protocol;
using Paraformer.Service.Connections;

namespace Paraformer.Service;

/// <summary>
/// Serves the protocol on connections of any kind: each carries one task at a time, any number of them in turn.
/// Thread-safe; one service serves all connections.
/// </summary>
public sealed class RecognitionService
{
    private readonly ServiceContext _context;

    /// <summary>Makes a service on an engine. The engine is not disposed with it.</summary>
    /// <param name="engine">Recognises the audio.</param>
    /// <param name="options">Limits and times.</param>
    /// <param name="time">The clock; the system's by default.</param>
    /// <param name="logger">Receives task starts and ends, never text or audio; none by default.</param>
    /// <exception cref="ArgumentOutOfRangeException">A limit or time is not positive.</exception>
    public RecognitionService(IRecognitionEngine engine, RecognitionServiceOptions options, TimeProvider? time = null, ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _context = new ServiceContext(engine, options, time ?? TimeProvider.System, logger ?? NullLogger.Instance);
    }

    /// <summary>
    /// Serves a connection until it ends. Nothing that the other side does makes this throw. The connection is closed, not
    /// disposed.
    /// </summary>
    /// <param name="connection">The connection.</param>
    /// <param name="cancellationToken">Drops the connection and its task at once.</param>
    public Task RunAsync(IMessageConnection connection, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return ConnectionSession.RunAsync(connection, _context, cancellationToken);
    }

    /// <summary>
    /// Begins to stop: no task starts any more, connections without a task are closed, and running tasks get
    /// <see cref="RecognitionServiceOptions.DrainTimeout"/> to finish, then fail. Calling it again changes nothing.
    /// </summary>
    public void BeginDrain() => _context.BeginDrain();
}
