using Paraformer.Service.Callers;
using Paraformer.Service.HotWords;

namespace Paraformer.Service;

/// <summary>What a service asks and tells its host about keys and their belongings. All of it may be missing.</summary>
public sealed record ServiceHooks
{
    /// <summary>Where hot words come from; null: there are none.</summary>
    public IHotWordSource? HotWords { get; init; }

    /// <summary>Knows which keys are still good; null: all are.</summary>
    public ICallerRegistry? Callers { get; init; }

    /// <summary>Learns what was used; null: nobody does.</summary>
    public IUsageRecorder? Usage { get; init; }
}
