using Paraformer.Engine;
using Paraformer.Service.Limits;

namespace Paraformer.Service.Tasks;

/// <summary>
/// A task's audio on its way to the stream. What comes before the stream is open is kept. The connection's receive loop alone writes
/// and ends; the task's worker hands the stream over.
/// </summary>
internal sealed class AudioIntake(ServiceContext context)
{
    private readonly Lock _gate = new();
    private readonly EarlyAudio _early = new(context.Options.MaxEarlyAudioBytes, context.Buffers);
    private readonly AudioPace _pace = new(context);
    private readonly TaskCompletionSource _handedOver = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IRecognitionStream? _stream;
    private bool _hasEnded;

    /// <summary>The stream, once all early audio has been given to it.</summary>
    public IRecognitionStream? Stream => Volatile.Read(ref _stream);

    /// <summary>Whether any audio has come.</summary>
    public bool HasAudio { get; private set; }

    /// <summary>Whether the client has ended the audio.</summary>
    public bool HasEnded => Volatile.Read(ref _hasEnded);

    /// <summary>Gives audio to the stream, or keeps it. Waits while the stream has enough, or is sent more than its share of time allows.</summary>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> audio, CancellationToken cancellationToken)
    {
        HasAudio = true;
        lock (_gate)
        {
            if (_stream is null && _early.TryAppend(audio.Span))
            {
                return;
            }
        }

        if (!_handedOver.Task.IsCompleted)
        {
            await WaitForHandOverAsync(cancellationToken).ConfigureAwait(false);
        }

        IRecognitionStream stream = _stream!;
        await stream.WriteAsync(audio, cancellationToken).ConfigureAwait(false);
        await _pace.HoldAsync(stream.AudioMs, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends the audio. Gives the stream, which is to be completed, if it has been handed over.</summary>
    public IRecognitionStream? End()
    {
        lock (_gate)
        {
            Volatile.Write(ref _hasEnded, true);
            return _stream;
        }
    }

    /// <summary>Gives the early audio to the stream, then lets the receive loop write to it. True if the audio has ended before.</summary>
    public async ValueTask<bool> HandOverAsync(IRecognitionStream stream, CancellationToken cancellationToken)
    {
        bool hasEnded;
        while (true)
        {
            ReadOnlyMemory<byte> audio;
            lock (_gate)
            {
                if (!_early.TryTake(out audio))
                {
                    Volatile.Write(ref _stream, stream);
                    hasEnded = _hasEnded;
                    break;
                }
            }

            await stream.WriteAsync(audio, cancellationToken).ConfigureAwait(false);
        }

        _handedOver.SetResult();
        return hasEnded;
    }

    /// <summary>Gives the early audio up.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _early.Clear();
        }
    }

    private async ValueTask WaitForHandOverAsync(CancellationToken cancellationToken)
    {
        long since = context.Clock.Now;
        await _handedOver.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        context.Metrics.Waited(LimitNames.EarlyAudio, context.Clock.Time.GetElapsedTime(since));
    }
}
