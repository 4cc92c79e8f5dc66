using System.Collections.Immutable;
using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;
using Paraformer.Protocol;

namespace Paraformer.Client;

/// <summary>
/// One running recognition: audio in, results out, both at the same time. Send and read concurrently, each from one caller.
/// Disposing abandons the recognition at any time and frees everything.
/// </summary>
public sealed partial class RecognitionSession : IAsyncDisposable
{
    // A healthy service starts a task at once; on a connection that has gone dead in the pool nothing else tells.
    private static readonly TimeSpan ReusedStartTimeout = TimeSpan.FromSeconds(5);

    private readonly ConnectionPool _pool;
    private readonly ResultQueue _results = new();
    private readonly SessionClock _clock;
    private readonly Timeline _timeline = new();
    private readonly Lock _lossGate = new();
    private readonly CancellationTokenSource _lifetime = new();
    private readonly TaskCompletionSource<Exception?> _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<Exception?> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _finishSent = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _running;
    private ImmutableArray<AudioRange> _lost = [];
    private int _reportedLosses;
    private PooledConnection? _connection;
    private ServiceTask? _task;
    private Exception? _abortReason;
    private Exception? _failure;
    private bool _isConnected;
    private bool _isStarted;
    private bool _isReplay;
    private bool _isReusable;

    internal RecognitionSession(
        RecognitionOptions options, RecognitionClientOptions client, ConnectionPool pool, ILogger logger, string requestId, RewindableAudio? source = null)
    {
        Options = options;
        Client = client;
        _pool = pool;
        Logger = logger;
        RequestId = requestId;
        Queue = new SendQueue(client.SendQueueBytes);
        Sent = new SentAudio(options, client.Reconnect, source);
        _clock = new SessionClock(client.TimeProvider);
        _running = Task.Run(RunAsync);
    }

    /// <summary>
    /// The task's id, made by the client: the one to name when reporting a problem. After a lost connection the session goes on with a new task,
    /// whose id this is then.
    /// </summary>
    public string RequestId { get; private set; }

    /// <summary>
    /// The stretches of audio that were lost with a connection and could not be sent again, see <see cref="ReconnectPolicy"/>; nothing in the
    /// results covers them. Empty as long as nothing was lost.
    /// </summary>
    public IReadOnlyList<AudioRange> LostAudio
    {
        get
        {
            lock (_lossGate)
            {
                return _lost;
            }
        }
    }

    /// <summary>
    /// Partial and final sentences in order; heartbeats are left out. Ends when the service has sent everything. While the reader is slow,
    /// partials are skipped; finals never are. Can be enumerated once; reading can stop and the session go on.
    /// </summary>
    /// <exception cref="RecognitionFailedException">While enumerating: the service failed the task, or the connection was lost; the results that came before are delivered first.</exception>
    public IAsyncEnumerable<RecognitionResult> Results => _results.ReadAllAsync();

    /// <summary>Time from the first audio sent to the first text received; null before that.</summary>
    public TimeSpan? FirstPackageDelay => _clock.FirstPackageDelay;

    /// <summary>Time from <see cref="FinishAsync"/> to the end of the task; null before that.</summary>
    public TimeSpan? LastPackageDelay => _clock.LastPackageDelay;

    /// <summary>Completes when a connection is there, with null, or when that failed, with the failure.</summary>
    internal Task<Exception?> Connected => _connected.Task;

    /// <summary>Completes when the service has started the task, with null, or when that failed, with the failure.</summary>
    internal Task<Exception?> Opened => _opened.Task;

    internal RecognitionOptions Options { get; }

    internal RecognitionClientOptions Client { get; }

    internal ILogger Logger { get; }

    internal SendQueue Queue { get; }

    internal SentAudio Sent { get; }

    /// <summary>Completes, without fault, when everything is over and freed.</summary>
    internal Task Ended => _running;

    /// <summary>
    /// Sends audio, in frames of at most 16 KB; about 100 ms a call is advised. Waits while
    /// <see cref="RecognitionClientOptions.SendQueueBytes"/> are queued because the service is slow. The audio is copied: its memory can be
    /// reused when the returned task completes. If canceled in mid-wait, a large block may have been queued in part.
    /// </summary>
    /// <exception cref="InvalidRecognitionStateException">The audio was finished or the service has ended the task.</exception>
    /// <exception cref="RecognitionFailedException">The recognition has failed.</exception>
    public ValueTask SendAsync(ReadOnlyMemory<byte> audio, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        return audio.Length <= SendQueue.MaxFrameBytes && TrySend(audio.Span) ? default : SendSlowlyAsync(audio, cancellationToken);
    }

    /// <summary>
    /// Ends the audio: what was queued is sent, then the end. Completes when that has gone out; <see cref="Results"/> go on until the
    /// service has recognised everything.
    /// </summary>
    /// <exception cref="RecognitionFailedException">The recognition has failed.</exception>
    public Task FinishAsync(CancellationToken cancellationToken = default)
    {
        BeginFinish();
        return _finishSent.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Abandons the recognition if it runs, and waits until nothing of it is left.</summary>
    public async ValueTask DisposeAsync()
    {
        Abort(new ObjectDisposedException(nameof(RecognitionSession), "The session was disposed of before the recognition ended."));
        await _running.ConfigureAwait(false);
    }

    /// <summary>Queues one frame; false if it has to wait for room.</summary>
    internal bool TrySend(ReadOnlySpan<byte> frame)
    {
        ThrowIfFailed();
        if (frame.IsEmpty)
        {
            return true;
        }

        if (!Queue.TryEnqueue(frame))
        {
            return false;
        }

        _clock.AudioSent();
        return true;
    }

    internal Task WaitForSpaceAsync(CancellationToken cancellationToken) => Queue.WaitForSpaceAsync(cancellationToken);

    /// <summary>Ends the audio without waiting.</summary>
    internal void BeginFinish()
    {
        if (Queue.End())
        {
            _clock.Finishing();
        }
    }

    /// <summary>Ends the session with a failure, unless it has ended.</summary>
    internal void Abort(Exception reason)
    {
        if (Interlocked.CompareExchange(ref _abortReason, reason, null) is null)
        {
            _ = _lifetime.CancelAsync();
        }
    }

    /// <summary>The finish has gone out: what is left is the service's work.</summary>
    internal void OnFinishSent() => _finishSent.TrySetResult();

    internal ValueTask OnResultAsync(TaskEvent message, string taskId)
    {
        if (message.Sentence is not { } received || received.Heartbeat == true)
        {
            return default;
        }

        if (received.Text.Length > 0)
        {
            _clock.TextReceived();
        }

        if (_timeline.Map(received, message.Usage) is not { } mapped)
        {
            return default;
        }

        ClientTelemetry.ResultReceived(mapped.Sentence.IsFinal);
        var result = new RecognitionResult { RequestId = taskId, Sentence = mapped.Sentence, Usage = mapped.Usage };
        if (mapped.Sentence.IsFinal)
        {
            Sent.Cover(_timeline.Covered);
            result = WithLosses(result);
        }

        return _results.AddAsync(result, _lifetime.Token);
    }

    private void AddLoss(AudioRange range)
    {
        lock (_lossGate)
        {
            _lost = _lost.Add(range);
        }
    }

    private RecognitionResult WithLosses(RecognitionResult result)
    {
        if (_reportedLosses == _lost.Length)
        {
            return result;
        }

        ImmutableArray<AudioRange> unreported = _lost[_reportedLosses..];
        _reportedLosses = _lost.Length;
        return result with { LostAudio = unreported };
    }

    private async ValueTask SendSlowlyAsync(ReadOnlyMemory<byte> audio, CancellationToken cancellationToken)
    {
        while (!audio.IsEmpty)
        {
            int length = Math.Min(audio.Length, SendQueue.MaxFrameBytes);
            while (!TrySend(audio.Span[..length]))
            {
                await WaitForSpaceAsync(cancellationToken).ConfigureAwait(false);
            }

            audio = audio[length..];
        }
    }

    private void ThrowIfFailed()
    {
        if (Volatile.Read(ref _failure) is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }
}
