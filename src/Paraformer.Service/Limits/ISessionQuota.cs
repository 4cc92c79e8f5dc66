namespace Paraformer.Service.Limits;

/// <summary>
/// Counts what each key uses: sessions at the same time and submissions per second. A session is a task, from its
/// <c>run-task</c> to its terminal event. Thread-safe. Servers that share their keys share a quota.
/// </summary>
public interface ISessionQuota
{
    /// <summary>
    /// Counts one submission and claims one session. A refused claim holds nothing; a refusal for the rate counts no submission.
    /// What this throws fails the task with <c>InternalError</c>.
    /// </summary>
    /// <param name="keyId">Identifies the key, see <see cref="ServiceCaller.KeyId"/>; never the key itself.</param>
    /// <param name="cancellationToken">The client is gone.</param>
    ValueTask<SessionClaim> ClaimAsync(string keyId, CancellationToken cancellationToken);

    /// <summary>
    /// Gives back what a granted claim holds; called exactly once for each. A claim of a server that has died must end by
    /// itself. Must not throw.
    /// </summary>
    ValueTask ReleaseAsync(SessionClaim claim);
}

/// <summary>The limits of one key.</summary>
public sealed record SessionQuotaOptions
{
    /// <summary>Tasks that one key may have at the same time, over all servers that share the quota. Default 1,000.</summary>
    public int MaxSessionsPerKey { get; init; } = 1000;

    /// <summary>
    /// Tasks that one key may submit per second: that many at once, and again as the second goes by. Default 100; the public
    /// service allows 20.
    /// </summary>
    public int MaxSubmissionsPerSecond { get; init; } = 100;
}

/// <summary>The answer to a claim.</summary>
/// <param name="Verdict">Whether the claim was granted, and why not.</param>
/// <param name="KeyId">Whose it is.</param>
/// <param name="Lease">Identifies a granted claim where the quota needs that; otherwise empty.</param>
public readonly record struct SessionClaim(QuotaVerdict Verdict, string KeyId, Guid Lease = default);

/// <summary>What a quota says to a claim.</summary>
public enum QuotaVerdict
{
    /// <summary>Granted: a session is held until it is released.</summary>
    Granted,

    /// <summary>Refused: too many submissions within the last second; <c>Throttling.RateQuota</c> on the wire.</summary>
    RateExceeded,

    /// <summary>Refused: too many sessions at the same time; <c>Throttling.AllocationQuota</c> on the wire.</summary>
    SessionsExceeded,
}
