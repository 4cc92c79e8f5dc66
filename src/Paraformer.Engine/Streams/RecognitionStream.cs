using System.Buffers;
using Microsoft.Extensions.Logging;
using Paraformer.Audio;
using Paraformer.Engine.Pipeline;
using Paraformer.Engine.Scheduling;

namespace Paraformer.Engine.Streams;

/// <summary>One stream: a bounded queue of encoded audio, worked off in pieces by the scheduler.</summary>
internal sealed class RecognitionStream : IRecognitionStream, IWorkItem
{
    // A worker's turn: long enough to keep the cost of switching low, short enough that fifty streams share two cores.
    private const int TurnBytes = 16 * 1024;
    private const int TurnSamples = RecognitionPipeline.SampleRate / 2;

    // Compressed audio is decoded in smaller steps, for a few bytes may hold much of it.
    private const int CompressedStepBytes = 1024;

    private readonly WorkScheduler _scheduler;
    private readonly StreamingAudioDecoder _decoder;
    private readonly RecognitionPipeline _pipeline;
    private readonly Action _onClosed;
    private readonly ILogger _logger;
    private readonly int _stepBytes;
    private readonly ResultQueue _results = new();
    private readonly ArrayBufferWriter<float> _samples = new();
    private readonly SampleConditioner _conditioner = new();
    private readonly List<RecognizedSentence> _sentences = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly EncodedAudioQueue _audio = new();
    private readonly CancellationTokenSource _abandon = new();
    private int _scheduled;
    private int _abandoned;
    private int _closed;
    private long _audioMs;
    private long _silenceMs;

    public RecognitionStream(
        WorkScheduler scheduler,
        StreamingAudioDecoder decoder,
        RecognitionPipeline pipeline,
        IReadOnlyList<string> packs,
        bool isCompressed,
        Action onClosed,
        ILogger logger)
    {
        _scheduler = scheduler;
        _decoder = decoder;
        _pipeline = pipeline;
        _onClosed = onClosed;
        _logger = logger;
        _stepBytes = isCompressed ? CompressedStepBytes : EncodedAudioQueue.PieceBytes;
        Packs = packs;
    }

    public IReadOnlyList<string> Packs { get; }

    public long AudioMs => Volatile.Read(ref _audioMs);

    public long SilenceMs => Volatile.Read(ref _silenceMs);

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> audio, CancellationToken cancellationToken = default)
    {
        while (!audio.IsEmpty)
        {
            int length = Math.Min(audio.Length, EncodedAudioQueue.PieceBytes);
            await _audio.WriteAsync(audio[..length], cancellationToken).ConfigureAwait(false);
            audio = audio[length..];
            Wake();
        }
    }

    public void Complete()
    {
        if (_audio.Complete())
        {
            Wake();
        }
    }

    public IAsyncEnumerable<RecognizedSentence> ReadAllAsync(CancellationToken cancellationToken = default) =>
        _results.ReadAllAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _abandoned, 1) == 1)
        {
            await _ended.Task.ConfigureAwait(false);
            return;
        }

        await _abandon.CancelAsync().ConfigureAwait(false);
        Complete();
        Wake();
        await _ended.Task.ConfigureAwait(false);
        _abandon.Dispose();
    }

    bool IWorkItem.Run()
    {
        if (_ended.Task.IsCompleted)
        {
            return false;
        }

        ValueTask<bool> turn = TakeTurnAsync();
        if (turn.IsCompletedSuccessfully)
        {
            return turn.Result;
        }

        // A step of the model runs together with those of other streams: this one has its turn again when it is done.
        _ = FinishTurnAsync(turn);
        return false;
    }

    private async Task FinishTurnAsync(ValueTask<bool> turn)
    {
        if (await turn.ConfigureAwait(false) && !_scheduler.Schedule(this))
        {
            Close(new RecognitionException(RecognitionError.Internal, "the engine has been shut down"));
        }
    }

    private async ValueTask<bool> TakeTurnAsync()
    {
        try
        {
            int bytes = 0;
            int samples = 0;
            while (bytes < TurnBytes && samples < TurnSamples && Volatile.Read(ref _abandoned) == 0 && DecodeStep() is > 0 and int count)
            {
                bytes += count;
                samples += _samples.WrittenCount;
                await RecognizeAsync().ConfigureAwait(false);
            }

            if (Volatile.Read(ref _abandoned) == 1)
            {
                Close(null);
                return false;
            }

            if (_audio.IsAtEnd)
            {
                _decoder.Complete(_samples);
                await RecognizeAsync().ConfigureAwait(false);
                if (_conditioner.Flush() is { } rest)
                {
                    await HearAsync(rest).ConfigureAwait(false);
                }

                await _pipeline.CompleteAsync(_sentences, _abandon.Token).ConfigureAwait(false);
                Publish();
                Close(null);
                return false;
            }
        }
        catch (AudioFormatException e)
        {
            Close(new RecognitionException(
                e.Error == AudioFormatError.Unsupported ? RecognitionError.UnsupportedFormat : RecognitionError.UndecodableAudio, e.Message, e));
            return false;
        }
        catch (RecognitionException e)
        {
            Close(e);
            return false;
        }
        catch (OperationCanceledException) when (Volatile.Read(ref _abandoned) == 1)
        {
            Close(null);
            return false;
        }
        catch (Exception e)
        {
            // The worker serves other streams too: whatever went wrong is this stream's failure alone.
            EngineLog.StreamFailed(_logger, e);
            Close(new RecognitionException(RecognitionError.Internal, "recognition failed: " + e.Message, e));
            return false;
        }

        Volatile.Write(ref _scheduled, 0);
        return _audio.IsReady && Interlocked.Exchange(ref _scheduled, 1) == 0;
    }

    // How many bytes; 0 where none wait.
    private int DecodeStep()
    {
        ReadOnlySpan<byte> next = _audio.Peek(_stepBytes);
        if (next.IsEmpty)
        {
            return 0;
        }

        try
        {
            _decoder.Decode(next, _samples);
        }
        finally
        {
            _audio.Advance(next.Length);
        }

        return next.Length;
    }

    private ValueTask RecognizeAsync() => HearAsync(_conditioner.Process(_samples, _decoder.Info));

    private async ValueTask HearAsync(ArrayBufferWriter<float> samples)
    {
        await _pipeline.AcceptAsync(samples.WrittenMemory, _sentences, _abandon.Token).ConfigureAwait(false);
        samples.ResetWrittenCount();
        Volatile.Write(ref _audioMs, _pipeline.HeardSamples * 1000 / RecognitionPipeline.SampleRate);
        Volatile.Write(ref _silenceMs, _pipeline.SilentSamples * 1000 / RecognitionPipeline.SampleRate);
        Publish();
    }

    private void Publish()
    {
        foreach (RecognizedSentence sentence in _sentences)
        {
            _results.Add(sentence);
        }

        _sentences.Clear();
    }

    private void Wake()
    {
        if (!_ended.Task.IsCompleted && Interlocked.Exchange(ref _scheduled, 1) == 0 && !_scheduler.Schedule(this))
        {
            Close(new RecognitionException(RecognitionError.Internal, "the engine has been shut down"));
        }
    }

    // Leaves _scheduled set, so that nothing runs this stream again.
    private void Close(RecognitionException? error)
    {
        _audio.Close(error);
        _pipeline.Dispose();
        _decoder.Dispose();
        _results.Complete(error);
        if (Interlocked.Exchange(ref _closed, 1) == 0)
        {
            // Whoever waits for the end finds the stream's place free.
            _onClosed();
            _ended.TrySetResult();
        }
    }
}
