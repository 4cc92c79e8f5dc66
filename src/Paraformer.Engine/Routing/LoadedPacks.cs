using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Paraformer.Models;

namespace Paraformer.Engine.Routing;

/// <summary>
/// Loads each pack once and shares it: one copy of its weights for all streams. A load that failed is tried again by the
/// next request. A pack whose files have changed is loaded anew beside the old one, which its streams keep to their ends.
/// </summary>
/// <param name="load">Loads a pack.</param>
/// <param name="test">Throws where a model that was loaded anew does not work.</param>
/// <param name="fingerprint">What changes with a pack's files.</param>
/// <param name="logger">Takes what was loaded and what failed.</param>
internal sealed class LoadedPacks<TModel>(Func<string, TModel> load, Func<TModel, CancellationToken, Task> test, Func<string, string> fingerprint, ILogger logger) : IDisposable
    where TModel : class, IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Task<SharedModel<TModel>>> _loads = [];

    /// <summary>A part in the loaded pack, for one stream.</summary>
    public async Task<ModelLease<TModel>> LeaseAsync(string packId, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task<SharedModel<TModel>> loading = LoadOnce(packId);
            await loading.WaitAsync(cancellationToken).ConfigureAwait(false);
            lock (_gate)
            {
                // Replaced meanwhile, it may be gone.
                if (_loads.TryGetValue(packId, out Task<SharedModel<TModel>>? current) && current == loading)
                {
                    return loading.GetAwaiter().GetResult().Lease();
                }
            }
        }
    }

    /// <summary>Loads the packs in use anew whose files have changed. One that fails its test stays as it was.</summary>
    public async Task<IReadOnlyList<PackReload>> ReloadAsync(CancellationToken cancellationToken)
    {
        List<(string Id, Task<SharedModel<TModel>> Load)> loaded;
        lock (_gate)
        {
            loaded = [.. _loads.Where(l => l.Value.IsCompletedSuccessfully).Select(l => (l.Key, l.Value))];
        }

        List<PackReload> results = [];
        foreach ((string id, Task<SharedModel<TModel>> old) in loaded)
        {
            results.Add(await ReloadAsync(id, old, cancellationToken).ConfigureAwait(false));
        }

        return results;
    }

    public void Dispose()
    {
        foreach (Task<SharedModel<TModel>> loading in _loads.Values)
        {
            if (loading.IsCompletedSuccessfully)
            {
                loading.GetAwaiter().GetResult().Release();
            }
        }
    }

    private Task<SharedModel<TModel>> LoadOnce(string packId)
    {
        lock (_gate)
        {
            if (!_loads.TryGetValue(packId, out Task<SharedModel<TModel>>? loading) || loading.IsFaulted)
            {
                // Loading blocks on disk and native code for up to seconds.
                loading = Task.Run(() => Load(packId));
                _loads[packId] = loading;
            }

            return loading;
        }
    }

    private async Task<PackReload> ReloadAsync(string packId, Task<SharedModel<TModel>> old, CancellationToken cancellationToken)
    {
        SharedModel<TModel> current = await old.ConfigureAwait(false);
        SharedModel<TModel>? next = null;
        try
        {
            if (fingerprint(packId) == current.Fingerprint)
            {
                return new PackReload(packId, PackReloadResult.Unchanged, null);
            }

            next = await Task.Run(() => Load(packId), cancellationToken).ConfigureAwait(false);
            await test(next.Model, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            next?.Release();
            EngineLog.PackNotReloaded(logger, packId, e);
            return new PackReload(packId, PackReloadResult.Failed, e.Message);
        }
        catch (OperationCanceledException)
        {
            next?.Release();
            throw;
        }

        lock (_gate)
        {
            _loads[packId] = Task.FromResult(next);
        }

        current.Release();
        EngineLog.PackReloaded(logger, packId);
        return new PackReload(packId, PackReloadResult.Reloaded, null);
    }

    private SharedModel<TModel> Load(string packId)
    {
        long started = Stopwatch.GetTimestamp();
        try
        {
            // Taken first: files that change while they are read are read again the next time.
            string files = fingerprint(packId);
            TModel model = load(packId);
            EngineLog.PackLoaded(logger, packId, (long)Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            return new SharedModel<TModel>(model, files);
        }
        catch (Exception e) when (e is not (ModelPackException or RecognitionException))
        {
            // Readers name the file; what they did not foresee in one is an error of the pack all the same.
            throw new ModelPackException(packId, $"pack {packId} cannot be loaded ({e.GetType().Name}: {e.Message}): run 'paraformer models verify {packId}'", e);
        }
    }
}
