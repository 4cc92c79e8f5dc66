using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;

namespace Paraformer.Client;

/// <summary>
/// One running recognition: audio in, results out, both at the same time. Send and read concurrently, each from one caller.
/// Disposing abandons the recognition at any time and frees everything.
/// </summary>
public sealed partial class RecognitionSession : IAsyncDisposable
{
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan BrokenSendGrace = TimeSpan.FromSeconds(5);

    private readonly RecognitionOptions _options;
    private readonly RecognitionClientOptions _client;
    private readonly IRecognitionTransport _transport;
    private readonly ILogger _logger;
    private readonly SendQueue _audio;
    private readonly ResultQueue _results = new();
    private readonly SessionClock _clock;
    private readonly CancellationTokenSource _lifetime = new();
    private readonly TaskCompletionSource<Exception?> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _finishSent = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ITimer _watchdog;
    private readonly Task _running;
    private RecognitionFailedException? _onTimeout;
    private Exception? _abortReason;
    private Exception? _failure;
    private volatile bool _finishing;
    private volatile bool _sendBroken;

    internal RecognitionSession(
        RecognitionOptions options, RecognitionClientOptions client, IRecognitionTransport transport, ILogger logger, string requestId)
    {
        _options = options;
        _client = client;
        _transport = transport;
        _logger = logger;
        RequestId = requestId;
        _audio = new SendQueue(client.SendQueueBytes);
        _clock = new SessionClock(client.TimeProvider);
        _watchdog = client.TimeProvider.CreateTimer(
            static state => ((RecognitionSession)state!).OnWatchdog(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _running = Task.Run(RunAsync);
    }

    /// <summary>The task's id, made by the client.</summary>
    public string RequestId { get; }

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

    /// <summary>Completes when the service has started the task, with null, or when that failed, with the failure.</summary>
    internal Task<Exception?> Opened => _opened.Task;

    internal RecognitionOptions Options => _options;

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

        if (!_audio.TryEnqueue(frame))
        {
            return false;
        }

        _clock.AudioSent();
        return true;
    }

    internal Task WaitForSpaceAsync(CancellationToken cancellationToken) => _audio.WaitForSpaceAsync(cancellationToken);

    /// <summary>Ends the audio without waiting.</summary>
    internal void BeginFinish()
    {
        if (_audio.End())
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
