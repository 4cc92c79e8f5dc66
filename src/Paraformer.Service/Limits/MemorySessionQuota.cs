namespace Paraformer.Service.Limits;

/// <summary>A quota of this process alone.</summary>
public sealed class MemorySessionQuota : ISessionQuota
{
    private const int SweepSize = 1024;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Account> _accounts = new(StringComparer.Ordinal);
    private readonly SessionQuotaOptions _options;
    private readonly TimeProvider _time;
    private int _sweepAt = SweepSize;

    /// <summary>Makes a quota in which nothing is used.</summary>
    /// <param name="options">The limits of every key.</param>
    /// <param name="time">The clock; the system's by default.</param>
    /// <exception cref="ArgumentOutOfRangeException">A limit is not positive.</exception>
    public MemorySessionQuota(SessionQuotaOptions options, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.MaxSessionsPerKey);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.MaxSubmissionsPerSecond);
        _options = options;
        _time = time ?? TimeProvider.System;
    }

    /// <inheritdoc/>
    public ValueTask<SessionClaim> ClaimAsync(string keyId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(keyId);
        lock (_gate)
        {
            return ValueTask.FromResult(new SessionClaim(Claim(keyId), keyId));
        }
    }

    /// <inheritdoc/>
    public ValueTask ReleaseAsync(SessionClaim claim)
    {
        lock (_gate)
        {
            if (_accounts.TryGetValue(claim.KeyId, out Account? account) && account.Sessions > 0)
            {
                account.Sessions--;
            }
        }

        return ValueTask.CompletedTask;
    }

    private QuotaVerdict Claim(string keyId)
    {
        if (!_accounts.TryGetValue(keyId, out Account? account))
        {
            Sweep();
            account = new Account(new TokenBucket(_options.MaxSubmissionsPerSecond, _options.MaxSubmissionsPerSecond, _time));
            _accounts.Add(keyId, account);
        }

        if (!account.Submissions.TryTake(1))
        {
            return QuotaVerdict.RateExceeded;
        }

        if (account.Sessions >= _options.MaxSessionsPerKey)
        {
            return QuotaVerdict.SessionsExceeded;
        }

        account.Sessions++;
        return QuotaVerdict.Granted;
    }

    /// <summary>Forgets accounts that use nothing, once there are many.</summary>
    private void Sweep()
    {
        if (_accounts.Count < _sweepAt)
        {
            return;
        }

        foreach ((string keyId, Account account) in _accounts)
        {
            if (account.Sessions == 0 && account.Submissions.IsFull)
            {
                _accounts.Remove(keyId);
            }
        }

        _sweepAt = Math.Max(SweepSize, _accounts.Count * 2);
    }

    private sealed class Account(TokenBucket submissions)
    {
        public int Sessions { get; set; }

        public TokenBucket Submissions { get; } = submissions;
    }
}
