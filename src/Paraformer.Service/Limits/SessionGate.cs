using Paraformer.Protocol;

namespace Paraformer.Service.Limits;

/// <summary>Where every task asks to be let in: this server's capacity, then its key's quota.</summary>
internal sealed class SessionGate(ISessionQuota quota, int maxSessions, ServiceMetrics metrics)
{
    private int _sessions;

    /// <exception cref="ProtocolException">A limit is reached.</exception>
    public async ValueTask<SessionTicket> EnterAsync(ServiceCaller caller, string taskId, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _sessions) > maxSessions)
        {
            Interlocked.Decrement(ref _sessions);
            throw Refuse(LimitNames.Sessions, Failure.Full, taskId);
        }

        bool granted = false;
        try
        {
            SessionClaim claim = await quota.ClaimAsync(caller.KeyId, cancellationToken).ConfigureAwait(false);
            granted = claim.Verdict == QuotaVerdict.Granted;
            if (granted)
            {
                metrics.SessionStarted();
                return new SessionTicket(this, claim);
            }

            throw claim.Verdict == QuotaVerdict.RateExceeded
                ? Refuse(LimitNames.Submissions, Failure.RateExceeded, taskId)
                : Refuse(LimitNames.SessionsPerKey, Failure.QuotaExceeded, taskId);
        }
        finally
        {
            if (!granted)
            {
                Interlocked.Decrement(ref _sessions);
            }
        }
    }

    internal ValueTask LeaveAsync(SessionClaim claim)
    {
        Interlocked.Decrement(ref _sessions);
        metrics.SessionEnded();
        return quota.ReleaseAsync(claim);
    }

    private ProtocolException Refuse(string limit, Failure failure, string taskId)
    {
        metrics.Refused(limit);
        return new ProtocolException(failure.Code, failure.Message, taskId);
    }
}

/// <summary>A task's place, given back once.</summary>
internal sealed class SessionTicket(SessionGate gate, SessionClaim claim)
{
    private bool _isReturned;

    public ValueTask ReturnAsync() => Interlocked.Exchange(ref _isReturned, true) ? ValueTask.CompletedTask : gate.LeaveAsync(claim);
}
