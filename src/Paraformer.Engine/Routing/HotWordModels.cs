using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Paraformer.Engine.Routing;

/// <summary>
/// The models that were loaded for a list of hot words: each list once, shared by its streams, a bounded number of them. One that no
/// stream uses makes room for another, and is freed after a while.
/// </summary>
/// <param name="limit">How many there may be.</param>
/// <param name="ready">Makes a loaded model ready for streams.</param>
/// <param name="logger">Takes what was loaded, and what was not.</param>
internal sealed class HotWordModels(int limit, Func<IRecognizerModel, IRecognizerModel> ready, ILogger logger) : IDisposable
{
    private static readonly TimeSpan s_idle = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<(IRecognizerModel Model, string Key), HotWordModel> _models = [];
    private Timer? _timer;

    /// <summary>A part in the model for a list; null where it takes none, or where the stream must do without.</summary>
    public async Task<HotWordLease?> LeaseAsync(IRecognizerModel model, IReadOnlyList<HotWord> words, CancellationToken cancellationToken)
    {
        if (words.Count == 0 || await LoadForAsync(model, words, cancellationToken).ConfigureAwait(false) is not { } load)
        {
            return null;
        }

        if (load.Key.Length == 0)
        {
            Tell(model, load);
            return null;
        }

        if (Take((model, load.Key), load) is not { } taken)
        {
            EngineLog.HotWordsRefused(logger, model.PackId, limit);
            return null;
        }

        var lease = new HotWordLease(taken);
        try
        {
            await taken.Loading.WaitAsync(cancellationToken).ConfigureAwait(false);
            return lease;
        }
        catch (OperationCanceledException)
        {
            lease.Dispose();
            throw;
        }
        catch (Exception e)
        {
            lease.Dispose();
            EngineLog.HotWordsNotLoaded(logger, model.PackId, e);
            return null;
        }
    }

    // Reading a vocabulary takes a while the first time.
    private async Task<HotWordLoad?> LoadForAsync(IRecognizerModel model, IReadOnlyList<HotWord> words, CancellationToken cancellationToken)
    {
        try
        {
            return await Task.Run(() => model.LoadFor(words), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or Models.ModelPackException)
        {
            EngineLog.HotWordsNotLoaded(logger, model.PackId, e);
            return null;
        }
    }

    /// <summary>Frees the models that no stream has used for some time.</summary>
    public void FreeIdle(TimeSpan time)
    {
        List<HotWordModel> idle;
        lock (_gate)
        {
            idle = [.. _models.Values.Where(m => m.IsFree && Stopwatch.GetElapsedTime(m.LastUsed) >= time)];
            idle.ForEach(m => _models.Remove(m.Key));
            if (_models.Count == 0)
            {
                _timer?.Dispose();
                _timer = null;
            }
        }

        idle.ForEach(m => m.Free());
    }

    /// <summary>Frees all models, those that are still being loaded when they are; no stream uses one any more.</summary>
    public void Dispose()
    {
        FreeIdle(TimeSpan.Zero);
        lock (_gate)
        {
            _timer?.Dispose();
            foreach (HotWordModel model in _models.Values)
            {
                _ = model.Loading.ContinueWith(_ => model.Free(), TaskScheduler.Default);
            }

            _models.Clear();
        }
    }

    private HotWordModel? Take((IRecognizerModel Model, string Key) key, HotWordLoad load)
    {
        HotWordModel? replaced = null;
        HotWordModel? taken;
        lock (_gate)
        {
            if (!_models.TryGetValue(key, out taken) || taken.Loading.IsFaulted)
            {
                _models.Remove(key);
                replaced = _models.Count < limit ? null : _models.Values.Where(m => m.IsFree).MinBy(m => m.LastUsed);
                if (_models.Count >= limit && replaced is null)
                {
                    return null;
                }

                if (replaced is not null)
                {
                    _models.Remove(replaced.Key);
                }

                taken = new HotWordModel(_gate, key, Task.Run(() => Load(key.Model, load)));
                _models.Add(key, taken);
                _timer ??= new Timer(_ => FreeIdle(s_idle), null, s_idle, s_idle);
            }

            taken.Users++;
        }

        replaced?.Free();
        return taken;
    }

    private IRecognizerModel Load(IRecognizerModel model, HotWordLoad load)
    {
        Tell(model, load);
        long started = Stopwatch.GetTimestamp();
        IRecognizerModel loaded = ready(load.Load());
        EngineLog.HotWordsLoaded(logger, model.PackId, (long)Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        return loaded;
    }

    private void Tell(IRecognizerModel model, HotWordLoad load)
    {
        if (load.Unknown.Count > 0)
        {
            EngineLog.HotWordsUnknown(logger, model.PackId, load.Unknown.Count);
        }
    }
}

/// <summary>A model that was loaded, or is being loaded, for a list of hot words.</summary>
/// <param name="gate">Guards <see cref="Users"/>.</param>
/// <param name="key">The model without them, and the list.</param>
/// <param name="loading">Loads it.</param>
internal sealed class HotWordModel(Lock gate, (IRecognizerModel Model, string Key) key, Task<IRecognizerModel> loading)
{
    public (IRecognizerModel Model, string Key) Key => key;

    public Task<IRecognizerModel> Loading => loading;

    /// <summary>Streams that use it.</summary>
    public int Users { get; set; }

    /// <summary>When the last stream ended.</summary>
    public long LastUsed { get; private set; }

    /// <summary>Whether it is loaded and no stream uses it.</summary>
    public bool IsFree => Users == 0 && loading.IsCompleted;

    /// <summary>Ends a stream's part.</summary>
    public void Release()
    {
        lock (gate)
        {
            Users--;
            LastUsed = Stopwatch.GetTimestamp();
        }
    }

    /// <summary>Frees it, once nothing leads to it.</summary>
    public void Free()
    {
        if (loading.IsCompletedSuccessfully)
        {
            loading.GetAwaiter().GetResult().Dispose();
        }
    }
}

/// <summary>A stream's part in a model for its hot words.</summary>
internal sealed class HotWordLease(HotWordModel model) : IDisposable
{
    private int _ended;

    public IRecognizerModel Model => model.Loading.GetAwaiter().GetResult();

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0)
        {
            model.Release();
        }
    }
}
