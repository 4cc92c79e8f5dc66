namespace Paraformer.Engine.Routing;

/// <summary>A loaded pack that streams share; freed when it has been replaced and the last of them has ended.</summary>
internal sealed class SharedModel<TModel>(TModel model, string fingerprint)
    where TModel : class, IDisposable
{
    private int _holders = 1;

    /// <summary>Which files it was made of.</summary>
    public string Fingerprint => fingerprint;

    /// <summary>What was loaded.</summary>
    public TModel Model => model;

    /// <summary>Takes part in it. Only a holder may let others in.</summary>
    public ModelLease<TModel> Lease()
    {
        Interlocked.Increment(ref _holders);
        return new ModelLease<TModel>(this);
    }

    /// <summary>Ends a part in it.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
        {
            model.Dispose();
        }
    }
}

/// <summary>A stream's part in a loaded pack.</summary>
internal sealed class ModelLease<TModel> : IDisposable
    where TModel : class, IDisposable
{
    private readonly SharedModel<TModel> _shared;
    private int _ended;

    public ModelLease(SharedModel<TModel> shared) => _shared = shared;

    public TModel Model => _shared.Model;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0)
        {
            _shared.Release();
        }
    }
}
