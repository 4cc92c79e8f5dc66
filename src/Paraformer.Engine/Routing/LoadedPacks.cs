using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Paraformer.Engine.Routing;

/// <summary>Loads each pack once and shares it. A load that failed is tried again by the next request.</summary>
internal sealed class LoadedPacks<TModel>(Func<string, TModel> load, ILogger logger) : IDisposable
    where TModel : class, IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Task<TModel>> _loads = [];

    /// <summary>The loaded pack.</summary>
    public Task<TModel> GetAsync(string packId)
    {
        lock (_gate)
        {
            if (!_loads.TryGetValue(packId, out Task<TModel>? loading) || loading.IsFaulted)
            {
                // Loading blocks on disk and native code for up to seconds.
                loading = Task.Run(() => Load(packId));
                _loads[packId] = loading;
            }

            return loading;
        }
    }

    public void Dispose()
    {
        foreach (Task<TModel> loading in _loads.Values)
        {
            if (loading.IsCompletedSuccessfully)
            {
                loading.GetAwaiter().GetResult().Dispose();
            }
        }
    }

    private TModel Load(string packId)
    {
        long started = Stopwatch.GetTimestamp();
        TModel model = load(packId);
        EngineLog.PackLoaded(logger, packId, (long)Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        return model;
    }
}
