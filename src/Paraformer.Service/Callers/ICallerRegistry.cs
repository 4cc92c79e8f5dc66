namespace Paraformer.Service.Callers;

/// <summary>Knows whether keys are still good. Thread-safe.</summary>
public interface ICallerRegistry
{
    /// <summary>
    /// Whether the key behind a connection has not been revoked since; asked before each of its tasks. What this throws fails
    /// the task with <c>InternalError</c>.
    /// </summary>
    /// <param name="caller">On whose account the task would run.</param>
    /// <param name="cancellationToken">The client is gone.</param>
    ValueTask<bool> IsActiveAsync(ServiceCaller caller, CancellationToken cancellationToken);
}
