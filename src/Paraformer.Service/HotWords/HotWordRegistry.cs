using System.Collections.Concurrent;
using Paraformer.Engine;

namespace Paraformer.Service.HotWords;

/// <summary>Hot-word lists in memory, for recognition in this process. Thread-safe.</summary>
public sealed class HotWordRegistry : IHotWordSource
{
    private readonly ConcurrentDictionary<string, HotWordList> _lists = new(StringComparer.Ordinal);

    /// <summary>Adds a list and returns the id to give as <c>vocabulary_id</c>, or as phrase id with a v1 model.</summary>
    /// <param name="targetModel">The only model that may use it.</param>
    /// <param name="words">The words; weights 1 to 5, with a v1 model -6 to -1 too.</param>
    /// <exception cref="ArgumentOutOfRangeException">A weight is out of its range.</exception>
    public string Add(string targetModel, IReadOnlyList<HotWord> words)
    {
        ArgumentException.ThrowIfNullOrEmpty(targetModel);
        ArgumentNullException.ThrowIfNull(words);
        foreach (HotWord word in words)
        {
            if (!HotWordRules.IsPhraseWeight(word.Weight))
            {
                throw new ArgumentOutOfRangeException(nameof(words), word.Weight, $"The weight of '{word.Text}' must lie between 1 and 5, or between -6 and -1.");
            }
        }

        string id = $"vocab-local-{Guid.NewGuid():N}";
        _lists[id] = new HotWordList(targetModel, [.. words]);
        return id;
    }

    /// <summary>Removes a list; tasks that run keep it. False where there is none of that id.</summary>
    public bool Remove(string id) => _lists.TryRemove(id, out _);

    /// <inheritdoc/>
    public ValueTask<HotWordList?> FindAsync(ServiceCaller caller, string id, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_lists.GetValueOrDefault(id));
}
