using Paraformer.Engine.Scheduling;

namespace Paraformer.Engine.Recognizers;

/// <summary>
/// Keeps one prepared recogniser in reserve, so that a stream need not wait for it. The reserve is filled up again by the
/// workers in small pieces, beside the streams. A stream that finds none has its recogniser prepared in the same way at
/// once: what it recognises does not depend on it.
/// </summary>
internal sealed class ReservingModel : IRecognizerModel
{
    private readonly IRecognizerModel _model;
    private readonly WorkScheduler _scheduler;
    private IStreamingRecognizer? _reserve;
    private Filling? _filling;
    private bool _freed;

    /// <summary>Makes the first reserve. Call it before streams run: that one pages the weights in.</summary>
    public ReservingModel(IRecognizerModel model, WorkScheduler scheduler)
    {
        _model = model;
        _scheduler = scheduler;
        _reserve = CreatePrepared(RecognizerOptions.Default);
    }

    public string PackId => _model.PackId;

    public HotWordLoad? LoadFor(IReadOnlyList<HotWord> words) => _model.LoadFor(words);

    /// <summary>Hands out the reserve, or makes a recogniser where there is none.</summary>
    public IStreamingRecognizer CreateRecognizer(RecognizerOptions options)
    {
        IStreamingRecognizer? reserve = Interlocked.Exchange(ref _reserve, null);
        Refill();
        return reserve ?? CreatePrepared(options);
    }

    /// <summary>Frees reserve and model: on a worker, behind a reserve that is being made; at once where the scheduler has ended.</summary>
    public void Dispose()
    {
        if (!_scheduler.Schedule(new Freeing(this)))
        {
            Free();
        }
    }

    private void Free()
    {
        Volatile.Write(ref _freed, true);
        _filling?.Dispose();
        Interlocked.Exchange(ref _reserve, null)?.Dispose();
        _model.Dispose();
    }

    private IStreamingRecognizer CreatePrepared(RecognizerOptions options)
    {
        IStreamingRecognizer recognizer = _model.CreateRecognizer(options);
        while (recognizer.Prepare())
        {
        }

        return recognizer;
    }

    private void Refill()
    {
        var filling = new Filling(this);
        if (Interlocked.CompareExchange(ref _filling, filling, null) is null && !_scheduler.Schedule(filling))
        {
            Volatile.Write(ref _filling, null);
        }
    }

    /// <summary>Waits until no reserve is being made.</summary>
    private sealed class Freeing(ReservingModel owner) : IWorkItem
    {
        public bool Run()
        {
            if (Volatile.Read(ref owner._filling) is not null)
            {
                return true;
            }

            owner.Free();
            return false;
        }
    }

    /// <summary>Makes a reserve piece by piece.</summary>
    private sealed class Filling(ReservingModel owner) : IWorkItem, IDisposable
    {
        private IStreamingRecognizer? _recognizer;

        public bool Run()
        {
            try
            {
                if (_recognizer is null)
                {
                    _recognizer = owner._model.CreateRecognizer(RecognizerOptions.Default);
                    return true;
                }

                if (_recognizer.Prepare())
                {
                    return true;
                }
            }
            catch (RecognitionException)
            {
                // The machine is short of something: streams make their own, and say so if they cannot either.
                Dispose();
            }

            // In this order, so that whoever takes the reserve finds that it may be filled again.
            Volatile.Write(ref owner._filling, null);
            Interlocked.Exchange(ref owner._reserve, _recognizer)?.Dispose();
            if (Volatile.Read(ref owner._freed))
            {
                Interlocked.Exchange(ref owner._reserve, null)?.Dispose();
            }

            return false;
        }

        public void Dispose()
        {
            _recognizer?.Dispose();
            _recognizer = null;
        }
    }
}
