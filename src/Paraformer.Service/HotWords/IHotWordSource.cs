using Paraformer.Engine;

namespace Paraformer.Service.HotWords;

/// <summary>Where a task's hot words come from. Thread-safe.</summary>
public interface IHotWordSource
{
    /// <summary>
    /// Finds a hot-word list (<c>vocabulary_id</c>) or phrase list (<c>resources</c>) by its id; null where the caller has none
    /// of that id. What this throws fails the task with <c>InternalError</c>.
    /// </summary>
    /// <param name="caller">On whose account the task runs.</param>
    /// <param name="id">As the client gave it.</param>
    /// <param name="cancellationToken">The client is gone.</param>
    ValueTask<HotWordList?> FindAsync(ServiceCaller caller, string id, CancellationToken cancellationToken);
}

/// <summary>A list of hot words.</summary>
/// <param name="TargetModel">The only model that may use it.</param>
/// <param name="Words">The words, in the order in which they were given.</param>
public sealed record HotWordList(string TargetModel, IReadOnlyList<HotWord> Words);
