using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Paraformer.Protocol;

namespace Paraformer.Client;

/// <summary>Recognises speech through a service that speaks the DashScope protocol. Thread-safe; share one. Its methods can be overridden for tests.</summary>
public class RecognitionClient : IAsyncDisposable
{
    private readonly RecognitionClientOptions _options;
    private readonly IRecognitionTransport _transport;
    private readonly ConnectionPool _pool;
    private readonly ConcurrentDictionary<RecognitionSession, bool> _sessions = new();
    private bool _disposed;

    /// <summary>Makes a client of the service that the environment names; see <see cref="RecognitionClientOptions"/>.</summary>
    public RecognitionClient()
        : this(new RecognitionClientOptions())
    {
    }

    /// <summary>Makes a client. Nothing is connected yet.</summary>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public RecognitionClient(RecognitionClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
        _transport = options.Transport ?? new WebSocketTransport(options);
        _pool = new ConnectionPool(_transport, options);
        Logger = (options.LoggerFactory ?? NullLoggerFactory.Instance).CreateLogger<RecognitionClient>();
    }

    internal ILogger Logger { get; }

    internal TimeProvider TimeProvider => _options.TimeProvider;

    /// <summary>Connects and starts a recognition.</summary>
    /// <param name="options">What to recognise.</param>
    /// <param name="cancellationToken">Cancels the start; not the session once it runs.</param>
    /// <exception cref="ArgumentException">An option is missing or out of its range.</exception>
    /// <exception cref="ApiKeyNotFoundException">The endpoint needs a key and there is none.</exception>
    /// <exception cref="HandshakeRefusedException">The service refused the connection.</exception>
    /// <exception cref="RecognitionConnectionException">The service cannot be reached or did not answer in time.</exception>
    /// <exception cref="RecognitionFailedException">The service refused the task.</exception>
    public virtual Task<RecognitionSession> StartAsync(RecognitionOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return StartAsync(options, source: null, cancellationToken);
    }

    /// <summary>
    /// Opens connections in advance, so that the next tasks start sooner. They are kept as long as those of the pool, see
    /// <see cref="RecognitionClientOptions.PooledConnectionIdleTimeout"/>.
    /// </summary>
    /// <param name="connections">How many are to wait; at most <see cref="RecognitionClientOptions.MaxPooledConnections"/> do.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <exception cref="ApiKeyNotFoundException">The endpoint needs a key and there is none.</exception>
    /// <exception cref="HandshakeRefusedException">The service refused the connection.</exception>
    /// <exception cref="RecognitionConnectionException">The service cannot be reached.</exception>
    public virtual Task PrewarmAsync(int connections = 1, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(connections);
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _pool.PrewarmAsync(connections, cancellationToken);
    }

    /// <summary>
    /// Recognises a file or stream: sends it to its end, in pieces of about 100 ms and at most 16 KB, at the pace of
    /// <see cref="RecognitionOptions.Pacing"/>, while the results come in.
    /// </summary>
    /// <param name="audio">The audio; read from its current position, not disposed of.</param>
    /// <param name="options">What to recognise.</param>
    /// <param name="cancellationToken">Cancels sending and receiving; stopping the enumeration does so too.</param>
    /// <returns>Partials and finals, as <see cref="RecognitionSession.Results"/>. Nothing is connected before the enumeration.</returns>
    /// <exception cref="ArgumentException">An option is missing or out of its range, or the stream cannot be read.</exception>
    public virtual IAsyncEnumerable<RecognitionResult> RecognizeAsync(
        Stream audio, RecognitionOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(audio);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        AudioPump.Validate(audio, options);
        return RecognizeCoreAsync(audio, options, cancellationToken);
    }

    /// <summary>Opens a connection and closes it again, without a task: shows that address, network and key are right.</summary>
    /// <param name="cancellationToken">Cancels the attempt.</param>
    /// <exception cref="ApiKeyNotFoundException">The endpoint needs a key and there is none.</exception>
    /// <exception cref="HandshakeRefusedException">The service refused the connection.</exception>
    /// <exception cref="RecognitionConnectionException">The service cannot be reached or did not answer in time.</exception>
    public virtual async Task TestConnectionAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        IMessageConnection connection = await _transport.ConnectAsync(cancellationToken).ConfigureAwait(false);
        await connection.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Abandons the sessions that run, waits until nothing of them is left, and frees the transport.</summary>
    public virtual async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, true))
        {
            return;
        }

        foreach (RecognitionSession session in _sessions.Keys)
        {
            await session.DisposeAsync().ConfigureAwait(false);
        }

        await _pool.DisposeAsync().ConfigureAwait(false);
        await _transport.DisposeAsync().ConfigureAwait(false);
        GC.SuppressFinalize(this);
    }

    /// <summary>The audio as one that can be read again after a lost connection; null where it cannot, or need not.</summary>
    internal RewindableAudio? Rewindable(Stream audio) => audio.CanSeek && !_options.Reconnect.IsOff ? new RewindableAudio(audio) : null;

    internal static string NewRequestId() => Guid.NewGuid().ToString("N");

    /// <summary>Makes a session that starts in the background; audio can be queued at once.</summary>
    internal RecognitionSession Begin(RecognitionOptions options, string requestId, RewindableAudio? source = null)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        options.Validate();
        var session = new RecognitionSession(options, _options, _pool, Logger, requestId, source);
        _sessions.TryAdd(session, true);
        session.Ended.ContinueWith(
            static (_, state) =>
            {
                var (sessions, ended) = ((ConcurrentDictionary<RecognitionSession, bool>, RecognitionSession))state!;
                sessions.TryRemove(ended, out bool _);
            },
            (_sessions, session),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        return session;
    }

    private async Task<RecognitionSession> StartAsync(RecognitionOptions options, RewindableAudio? source, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        RecognitionSession session = Begin(options, NewRequestId(), source);
        Exception? failure;
        try
        {
            failure = await session.Opened.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        if (failure is not null)
        {
            await session.DisposeAsync().ConfigureAwait(false);
            ExceptionDispatchInfo.Throw(failure);
        }

        return session;
    }

    private async IAsyncEnumerable<RecognitionResult> RecognizeCoreAsync(
        Stream audio, RecognitionOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using RewindableAudio? source = Rewindable(audio);
        RecognitionSession session = await StartAsync(options, source, cancellationToken).ConfigureAwait(false);
        await using var _ = session.ConfigureAwait(false);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task sending = Task.Run(() => AudioPump.SendAsync(audio, source, session, options, _options.TimeProvider, stop.Token), CancellationToken.None);
        try
        {
            await foreach (RecognitionResult result in session.Results.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                yield return result;
            }

            await sending.ConfigureAwait(false);
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
