namespace Paraformer.Audio.Resampling;

/// <summary>
/// The most recently used filters, so that streams at common rates share one table. Bounded: clients choose the rate,
/// and a table takes up to 1 MiB or so.
/// </summary>
internal sealed class PolyphaseFilterCache
{
    /// <summary>The most filters kept.</summary>
    public const int Capacity = 16;

    private readonly Lock _gate = new();
    private readonly LinkedList<((int Input, int Output) Rates, PolyphaseFilter Filter)> _recent = [];

    /// <summary>The filters of all streams of the process.</summary>
    public static PolyphaseFilterCache Shared { get; } = new();

    public PolyphaseFilter Get(int inputRate, int outputRate)
    {
        var rates = (inputRate, outputRate);
        lock (_gate)
        {
            if (Find(rates) is { } found)
            {
                return found;
            }
        }

        // Built outside the lock: it takes milliseconds, and two streams building the same table at once do no harm.
        PolyphaseFilter built = PolyphaseFilter.Create(inputRate, outputRate);
        lock (_gate)
        {
            if (Find(rates) is { } found)
            {
                return found;
            }

            _recent.AddFirst((rates, built));
            if (_recent.Count > Capacity)
            {
                _recent.RemoveLast();
            }
        }

        return built;
    }

    private PolyphaseFilter? Find((int Input, int Output) rates)
    {
        for (var node = _recent.First; node is not null; node = node.Next)
        {
            if (node.Value.Rates == rates)
            {
                _recent.Remove(node);
                _recent.AddFirst(node);
                return node.Value.Filter;
            }
        }

        return null;
    }
}
