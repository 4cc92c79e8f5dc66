namespace Paraformer.Audio.Resampling;

/// <summary>
/// The most recently used filters, so that streams at common rates share one table. Bounded: clients choose the rate,
/// and a table takes up to 1 MiB or so.
/// </summary>
internal static class PolyphaseFilterCache
{
    private const int Capacity = 16;

    private static readonly Lock Gate = new();
    private static readonly LinkedList<((int Input, int Output) Rates, PolyphaseFilter Filter)> Recent = [];

    public static PolyphaseFilter Get(int inputRate, int outputRate)
    {
        var rates = (inputRate, outputRate);
        lock (Gate)
        {
            if (Find(rates) is { } found)
            {
                return found;
            }
        }

        // Built outside the lock: it takes milliseconds, and two streams building the same table at once do no harm.
        PolyphaseFilter built = PolyphaseFilter.Create(inputRate, outputRate);
        lock (Gate)
        {
            if (Find(rates) is { } found)
            {
                return found;
            }

            Recent.AddFirst((rates, built));
            if (Recent.Count > Capacity)
            {
                Recent.RemoveLast();
            }
        }

        return built;
    }

    private static PolyphaseFilter? Find((int Input, int Output) rates)
    {
        for (var node = Recent.First; node is not null; node = node.Next)
        {
            if (node.Value.Rates == rates)
            {
                Recent.Remove(node);
                Recent.AddFirst(node);
                return node.Value.Filter;
            }
        }

        return null;
    }
}
