using System.Runtime.ExceptionServices;
using System.Text.Json;
using Paraformer.Protocol;

namespace Paraformer.Client;

/// <summary>
/// Recognition in the shape of the service's Python SDK: <see cref="Call"/> for a file, or <see cref="Start"/>,
/// <see cref="SendAudioFrame"/> and <see cref="Stop"/> with a <see cref="RecognitionCallback"/> for a stream. One recognition at a time;
/// the object can be used again and again. <see cref="RecognitionClient"/> is the asynchronous form.
/// </summary>
public sealed partial class Recognition : IDisposable
{
    /// <summary>The service fails a task that gets no audio for this many seconds, with <see cref="ErrorCodes.ClientError"/>.</summary>
    public const int SilenceTimeoutSeconds = 23;

    private const string HasStopped = "Speech recognition has stopped.";

    [ThreadStatic]
    private static Recognition? s_inCallback;

    private readonly Lock _gate = new();
    private Run? _run;
    private RecognitionSession? _lastSession;
    private Exception? _callbackFailure;
    private string _requestId = RecognitionClient.NewRequestId();
    private bool _requestIdUsed;

    /// <summary>Makes a recognition. Nothing is connected yet.</summary>
    /// <param name="model">The model.</param>
    /// <param name="callback">Receives what happens; needed for <see cref="Start"/> only.</param>
    /// <param name="format">The audio format.</param>
    /// <param name="sampleRate">The audio's sample rate in Hz.</param>
    /// <param name="workspace">The workspace; null for the key's own.</param>
    /// <exception cref="ArgumentException">The model, the format or the sample rate is missing.</exception>
    public Recognition(ParaformerModel model, RecognitionCallback? callback, AudioFormat format, int sampleRate, string? workspace = null)
    {
        Model = model;
        Callback = callback;
        Format = format;
        SampleRate = sampleRate;
        Workspace = workspace;
        Options(phraseId: null).Validate();
    }

    /// <summary>Starts a recognition in the background and returns at once; frames can be sent at once. What happens goes to the callback.</summary>
    /// <param name="phraseId">A phrase list for v1 models; null means <see cref="PhraseId"/>.</param>
    /// <param name="extra">Further parameters of this run by their name on the wire; they win over those of <see cref="Extra"/>.</param>
    /// <exception cref="InvalidRecognitionStateException">There is no callback, or a recognition runs already.</exception>
    /// <exception cref="ArgumentException">A parameter is out of its range.</exception>
    public void Start(string? phraseId = null, IReadOnlyDictionary<string, JsonElement>? extra = null)
    {
        RecognitionCallback callback = Callback
            ?? throw new InvalidRecognitionStateException("Please set the callback to get the speech recognition result.");
        Run run = Begin(Options(phraseId, extra), isCall: false, source: null, "Speech recognition has started.");
        run.Over = Task.Run(() => DeliverAsync(run, callback));
    }

    /// <summary>
    /// Sends audio, about 100 ms and 1 to 16 KB at a time. The bytes are copied. Blocks while 1 MiB is queued because the service is slow.
    /// </summary>
    /// <exception cref="InvalidRecognitionStateException">No recognition runs.</exception>
    /// <exception cref="RecognitionFailedException">The recognition has just failed; the callback gets the same failure.</exception>
    public void SendAudioFrame(ReadOnlySpan<byte> buffer)
    {
        RecognitionSession session = Running().Session;
        while (!buffer.IsEmpty)
        {
            int length = Math.Min(buffer.Length, SendQueue.MaxFrameBytes);
            while (!session.TrySend(buffer[..length]))
            {
                session.WaitForSpaceAsync(CancellationToken.None).GetAwaiter().GetResult();
            }

            buffer = buffer[length..];
        }
    }

    /// <summary>
    /// Ends the audio and blocks until every result has been delivered and <see cref="RecognitionCallback.OnClose"/> has returned. Within a
    /// callback it ends the audio and returns at once.
    /// </summary>
    /// <exception cref="InvalidRecognitionStateException">No recognition runs.</exception>
    /// <remarks>If a callback threw, its first exception is thrown here.</remarks>
    public void Stop() => StopAsync().GetAwaiter().GetResult();

    /// <summary><see cref="Stop"/> without blocking.</summary>
    /// <param name="cancellationToken">Cancels the wait; the recognition goes on to its end.</param>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        bool inCallback = s_inCallback == this;
        Run? run;
        lock (_gate)
        {
            run = _run;
        }

        if (inCallback)
        {
            run?.Session.BeginFinish();
            return;
        }

        if (run is not { Over: { } over })
        {
            ThrowCallbackFailure();
            throw new InvalidRecognitionStateException(HasStopped);
        }

        run.Session.BeginFinish();
        await over.WaitAsync(cancellationToken).ConfigureAwait(false);
        ThrowCallbackFailure();
    }

    /// <summary>Recognises a file and blocks until its end.</summary>
    /// <param name="file">The path of the file.</param>
    /// <param name="phraseId">A phrase list for v1 models; null means <see cref="PhraseId"/>.</param>
    /// <param name="extra">Further parameters of this run by their name on the wire; they win over those of <see cref="Extra"/>.</param>
    /// <returns>All final sentences; if the recognition failed, its status, code and message and the sentences that came before, the unfinished one included.</returns>
    /// <exception cref="InvalidRecognitionStateException">A recognition runs already.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">The path is that of a directory, or the file cannot be read.</exception>
    /// <exception cref="InvalidDataException">The file is empty.</exception>
    /// <exception cref="ApiKeyNotFoundException">The endpoint needs a key and there is none.</exception>
    public RecognitionResult Call(string file, string? phraseId = null, IReadOnlyDictionary<string, JsonElement>? extra = null) =>
        CallAsync(file, phraseId, extra).GetAwaiter().GetResult();

    /// <summary><see cref="Call"/> without blocking.</summary>
    /// <param name="file">The path of the file.</param>
    /// <param name="phraseId">A phrase list for v1 models; null means <see cref="PhraseId"/>.</param>
    /// <param name="extra">Further parameters of this run by their name on the wire; they win over those of <see cref="Extra"/>.</param>
    /// <param name="cancellationToken">Abandons the recognition.</param>
    public async Task<RecognitionResult> CallAsync(
        string file, string? phraseId = null, IReadOnlyDictionary<string, JsonElement>? extra = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        ThrowIfRunning("Speech recognition has been called.");
        FileStream audio = OpenAudio(file);
        await using var _ = audio.ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        RecognitionOptions options = Options(phraseId, extra);
        AudioPump.Validate(audio, options);
        using RewindableAudio? source = audio.CanSeek ? new RewindableAudio(audio) : null;
        Run run = Begin(options, isCall: true, source, "Speech recognition has been called.");
        try
        {
            return await CollectAsync(run, audio, source, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await CloseAsync(run).ConfigureAwait(false);
        }
    }

    /// <summary>The id of the last recognition; before the first, the id that it will have. A recognition that had to reconnect has the id of its last task.</summary>
    public string GetLastRequestId() => _lastSession?.RequestId ?? _requestId;

    /// <summary>Milliseconds from the first audio sent to the first text received; null before that.</summary>
    public double? GetFirstPackageDelay() => _lastSession?.FirstPackageDelay?.TotalMilliseconds;

    /// <summary>Milliseconds from the end of the audio to the end of the recognition; null before that.</summary>
    public double? GetLastPackageDelay() => _lastSession?.LastPackageDelay?.TotalMilliseconds;

    /// <summary>Abandons the recognition that runs, if one does; the callback gets the failure and the close in the background.</summary>
    public void Dispose()
    {
        Run? run;
        lock (_gate)
        {
            run = _run;
        }

        run?.Session.Abort(new ObjectDisposedException(nameof(Recognition), "The recognition was disposed of before its end."));
    }

    private static FileStream OpenAudio(string file)
    {
        if (Directory.Exists(file))
        {
            throw new IOException($"Is a directory: {file}");
        }

        if (!File.Exists(file))
        {
            throw new FileNotFoundException($"No such file or directory: {file}", file);
        }

        var audio = new FileStream(file, new FileStreamOptions { Options = FileOptions.Asynchronous | FileOptions.SequentialScan, BufferSize = 0 });
        if (audio.CanSeek && audio.Length == 0)
        {
            audio.Dispose();
            throw new InvalidDataException("The supplied file was empty (zero bytes long)");
        }

        return audio;
    }

    private Run Begin(RecognitionOptions options, bool isCall, RewindableAudio? source, string alreadyRunning)
    {
        options.Validate();
        lock (_gate)
        {
            if (_run is not null)
            {
                throw new InvalidRecognitionStateException(alreadyRunning);
            }

            RecognitionClient client = Client ?? MakeClient();
            string requestId = _requestIdUsed ? RecognitionClient.NewRequestId() : _requestId;
            _lastSession = client.Begin(options, requestId, source);
            (_requestId, _requestIdUsed, _callbackFailure) = (requestId, true, null);
            _run = new Run(_lastSession, client, OwnsClient: Client is null, isCall);
            return _run;
        }
    }

    private void ThrowIfRunning(string message)
    {
        lock (_gate)
        {
            if (_run is not null)
            {
                throw new InvalidRecognitionStateException(message);
            }
        }
    }

    private Run Running()
    {
        lock (_gate)
        {
            return _run is { IsCall: false } run ? run : throw new InvalidRecognitionStateException(HasStopped);
        }
    }

    private void ThrowCallbackFailure()
    {
        if (Interlocked.Exchange(ref _callbackFailure, null) is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    private sealed record Run(RecognitionSession Session, RecognitionClient Client, bool OwnsClient, bool IsCall)
    {
        /// <summary>Completes when the last callback has returned; null in a call.</summary>
        public Task? Over { get; set; }
    }
}
