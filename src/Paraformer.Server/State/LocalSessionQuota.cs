using System.Collections.Concurrent;
using Paraformer.Service.Limits;

namespace Paraformer.Server.State;

/// <summary>A quota of this process, in which keys may have limits of their own. A key's limits never change.</summary>
internal sealed class LocalSessionQuota(SessionQuotaOptions options, Func<string, CancellationToken, ValueTask<ApiKeyInfo?>> findKey, TimeProvider time) : ISessionQuota
{
    private readonly ConcurrentDictionary<SessionQuotaOptions, MemorySessionQuota> _quotas = new();
    private readonly ConcurrentDictionary<Guid, MemorySessionQuota> _granted = new();

    public async ValueTask<SessionClaim> ClaimAsync(string keyId, CancellationToken cancellationToken)
    {
        ApiKeyInfo? key = await findKey(keyId, cancellationToken);
        SessionQuotaOptions limits = options with
        {
            MaxSessionsPerKey = key?.MaxSessions ?? options.MaxSessionsPerKey,
            MaxSubmissionsPerSecond = key?.MaxSubmissionsPerSecond ?? options.MaxSubmissionsPerSecond,
        };
        MemorySessionQuota quota = _quotas.GetOrAdd(limits, static (limits, time) => new MemorySessionQuota(limits, time), time);
        SessionClaim claim = await quota.ClaimAsync(keyId, cancellationToken);
        if (claim.Verdict != QuotaVerdict.Granted)
        {
            return claim;
        }

        claim = claim with { Lease = Guid.NewGuid() };
        _granted[claim.Lease] = quota;
        return claim;
    }

    public ValueTask ReleaseAsync(SessionClaim claim) =>
        _granted.TryRemove(claim.Lease, out MemorySessionQuota? quota) ? quota.ReleaseAsync(claim) : ValueTask.CompletedTask;
}
