namespace Paraformer.Engine.Routing;

/// <summary>The packs that serve one stream; they stay loaded until it is disposed of.</summary>
internal sealed class StreamModels : IDisposable
{
    private readonly List<LanguageModel> _recognizers = [];
    private readonly List<ModelLease<IRecognizerModel>> _leases = [];
    private readonly List<HotWordLease> _others = [];

    /// <summary>The recognisers, the preferred one first.</summary>
    public IReadOnlyList<LanguageModel> Recognizers => _recognizers;

    /// <summary>The voice activity detector.</summary>
    public ModelLease<IVoiceActivityModel>? Detector { get; set; }

    /// <summary>All of them.</summary>
    public IReadOnlyList<string> PackIds => [.. _recognizers.Select(r => r.Model.PackId), Detector!.Model.PackId];

    /// <summary>Adds a recogniser.</summary>
    public void Add(string? language, ModelLease<IRecognizerModel> lease)
    {
        _leases.Add(lease);
        _recognizers.Add(new LanguageModel(language, lease.Model));
    }

    /// <summary>Puts models in the places of the recognisers'.</summary>
    /// <param name="lease">Leases another model for one; null leaves it.</param>
    public async Task ReplaceAsync(Func<IRecognizerModel, Task<HotWordLease?>> lease)
    {
        for (int i = 0; i < _recognizers.Count; i++)
        {
            if (await lease(_recognizers[i].Model).ConfigureAwait(false) is { } other)
            {
                _others.Add(other);
                _recognizers[i] = _recognizers[i] with { Model = other.Model };
            }
        }
    }

    public void Dispose()
    {
        _others.ForEach(lease => lease.Dispose());
        _leases.ForEach(lease => lease.Dispose());
        Detector?.Dispose();
    }
}
