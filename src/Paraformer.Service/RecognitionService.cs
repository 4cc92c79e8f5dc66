using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Paraformer.Engine;
using Paraformer.Protocol;
using Paraformer.Service.Connections;
using Paraformer.Service.Limits;

namespace Paraformer.Service;

/// <summary>
/// Serves the protocol on connections of any kind: each carries one task at a time, any number of them in turn.
/// Thread-safe; one service serves all connections. What it does can be watched through the meter <c>Paraformer.Service</c>.
/// </summary>
public sealed class RecognitionService : IDisposable
{
    private readonly ServiceContext _context;

    /// <summary>Makes a service on an engine. The engine is not disposed with it.</summary>
    /// <param name="engine">Recognises the audio.</param>
    /// <param name="options">Limits and times.</param>
    /// <param name="time">The clock; the system's by default.</param>
    /// <param name="logger">Receives task starts and ends, never text or audio; none by default.</param>
    /// <param name="quota">Counts what each key uses; by default in this process, with the limits of <see cref="RecognitionServiceOptions.Quota"/>.</param>
    /// <param name="hooks">Hot words, rights and usage; by default there are none.</param>
    /// <exception cref="ArgumentOutOfRangeException">A limit or time is out of its range.</exception>
    public RecognitionService(
        IRecognitionEngine engine,
        RecognitionServiceOptions options,
        TimeProvider? time = null,
        ILogger? logger = null,
        ISessionQuota? quota = null,
        ServiceHooks? hooks = null)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _context = new ServiceContext(engine, options, time ?? TimeProvider.System, logger ?? NullLogger.Instance, quota, hooks);
    }

    /// <summary>
    /// Serves a connection until it ends. Nothing that the other side does makes this throw. The connection is closed, not
    /// disposed.
    /// </summary>
    /// <param name="connection">The connection.</param>
    /// <param name="cancellationToken">Drops the connection and its task at once.</param>
    public Task RunAsync(IMessageConnection connection, CancellationToken cancellationToken) =>
        RunAsync(connection, ServiceCaller.Anonymous, cancellationToken);

    /// <inheritdoc cref="RunAsync(IMessageConnection, CancellationToken)"/>
    /// <param name="connection">The connection.</param>
    /// <param name="caller">On whose account its tasks run.</param>
    /// <param name="cancellationToken">Drops the connection and its task at once.</param>
    public Task RunAsync(IMessageConnection connection, ServiceCaller caller, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(caller);
        return ConnectionSession.RunAsync(connection, caller, _context, cancellationToken);
    }

    /// <summary>
    /// Begins to stop: no task starts any more, connections without a task are closed, and running tasks get
    /// <see cref="RecognitionServiceOptions.DrainTimeout"/> to finish, then fail. Calling it again changes nothing.
    /// </summary>
    public void BeginDrain() => _context.BeginDrain();

    /// <summary>Ends the watch and the measurements. Connections have to end before.</summary>
    public void Dispose() => _context.Dispose();

    /// <summary>What a host shares with the connections.</summary>
    internal ServiceContext Context => _context;
}
