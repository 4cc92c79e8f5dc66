using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.Extensions.Logging;
using Paraformer.Service.Limits;

namespace Paraformer.Server.State;

/// <summary>
/// A quota that all servers on one database share, by the database's clock. A server renews itself every few seconds; the
/// sessions of one that no longer does count no more.
/// </summary>
internal sealed class SharedSessionQuota(Database database, SessionQuotaOptions options, SharedQuotaTimes times, ILogger logger) : ISessionQuota, IAsyncDisposable
{
    private readonly string _serverId = Guid.NewGuid().ToString("N");
    private readonly ConcurrentQueue<Guid> _unreleased = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private Task? _renewing;

    // What a bucket holds now: what it held, and what has flowed in since.
    private string Level { get; } =
        $"submissions.tokens + CASE WHEN {database.Now} > submissions.filled_at THEN ({database.Now} - submissions.filled_at) * @rate / 1000.0 ELSE 0 END";

    public async ValueTask<SessionClaim> ClaimAsync(string keyId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(keyId);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopping.IsCancellationRequested, this);
            _renewing ??= RenewAsync();
        }

        return await database.WriteAsync(null, (session, token) => ClaimAsync(session, keyId, token), cancellationToken);
    }

    public async ValueTask ReleaseAsync(SessionClaim claim)
    {
        try
        {
            await EndAsync(claim.Lease, CancellationToken.None);
        }
        catch (Exception e) when (e is DbException or ObjectDisposedException)
        {
            StateLog.ReleaseFailed(logger, e);
            _unreleased.Enqueue(claim.Lease);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task? renewing;
        lock (_gate)
        {
            renewing = _renewing;
        }

        await _stopping.CancelAsync();
        if (renewing is not null)
        {
            await renewing;
            try
            {
                await database.WriteAsync(null, (session, token) => session.ExecuteAsync("DELETE FROM servers WHERE id = @server", token, ("server", _serverId)), CancellationToken.None);
            }
            catch (DbException e)
            {
                // The row dies by itself.
                StateLog.RenewalFailed(logger, e);
            }
        }

        _stopping.Dispose();
    }

    private async Task<SessionClaim> ClaimAsync(DatabaseSession session, string keyId, CancellationToken cancellationToken)
    {
        SessionQuotaOptions limits = await ReadLimitsAsync(session, keyId, cancellationToken);

        // The row of the key stays locked until the commit, so claims for one key come one after another.
        int counted = await session.ExecuteAsync(
            $"""
            INSERT INTO submissions (key_id, tokens, filled_at) VALUES (@key_id, @capacity - 1, {database.Now})
            ON CONFLICT (key_id) DO UPDATE SET
                tokens = CASE WHEN {Level} > @capacity THEN @capacity ELSE {Level} END - 1,
                filled_at = CASE WHEN {database.Now} > submissions.filled_at THEN {database.Now} ELSE submissions.filled_at END
            WHERE {Level} >= 1
            """,
            cancellationToken,
            ("key_id", keyId),
            ("capacity", (double)limits.MaxSubmissionsPerSecond),
            ("rate", (double)limits.MaxSubmissionsPerSecond));
        if (counted == 0)
        {
            return new SessionClaim(QuotaVerdict.RateExceeded, keyId);
        }

        long sessions = await session.CountAsync(
            $"SELECT COUNT(*) FROM sessions JOIN servers ON servers.id = sessions.server_id WHERE sessions.key_id = @key_id AND servers.alive_until > {database.Now}",
            cancellationToken,
            ("key_id", keyId));
        if (sessions >= limits.MaxSessionsPerKey)
        {
            return new SessionClaim(QuotaVerdict.SessionsExceeded, keyId);
        }

        // A server that was given up for dead, because it stood still, comes back.
        await session.ExecuteAsync(
            $"INSERT INTO servers (id, alive_until) VALUES (@server, {database.Now} + @life) ON CONFLICT (id) DO NOTHING", cancellationToken, ("server", _serverId), ("life", Life));
        var lease = Guid.NewGuid();
        await session.ExecuteAsync(
            "INSERT INTO sessions (id, key_id, server_id) VALUES (@id, @key_id, @server)", cancellationToken, ("id", lease.ToString("N")), ("key_id", keyId), ("server", _serverId));
        return new SessionClaim(QuotaVerdict.Granted, keyId, lease);
    }

    private async Task<SessionQuotaOptions> ReadLimitsAsync(DatabaseSession session, string keyId, CancellationToken cancellationToken)
    {
        List<SessionQuotaOptions> own = await session.QueryAsync(
            "SELECT max_sessions, max_submissions FROM api_keys WHERE id = @key_id",
            row => options with
            {
                MaxSessionsPerKey = row.CountOrNull(0) ?? options.MaxSessionsPerKey,
                MaxSubmissionsPerSecond = row.CountOrNull(1) ?? options.MaxSubmissionsPerSecond,
            },
            cancellationToken,
            ("key_id", keyId));
        return own.Count == 0 ? options : own[0];
    }

    private async Task RenewAsync()
    {
        using var timer = new PeriodicTimer(times.Renewal);
        try
        {
            do
            {
                try
                {
                    await RenewOnceAsync(_stopping.Token);
                }
                catch (DbException e)
                {
                    StateLog.RenewalFailed(logger, e);
                }
            }
            while (await timer.WaitForNextTickAsync(_stopping.Token));
        }
        catch (OperationCanceledException)
        {
            StateLog.RenewalEnded(logger);
        }
    }

    private async Task RenewOnceAsync(CancellationToken cancellationToken)
    {
        await database.WriteAsync(
            null,
            async (session, token) =>
            {
                await session.ExecuteAsync(
                    $"INSERT INTO servers (id, alive_until) VALUES (@server, {database.Now} + @life) ON CONFLICT (id) DO UPDATE SET alive_until = {database.Now} + @life",
                    token,
                    ("server", _serverId),
                    ("life", Life));
                return await session.ExecuteAsync($"DELETE FROM servers WHERE alive_until < {database.Now}", token);
            },
            cancellationToken);
        while (_unreleased.TryPeek(out Guid lease))
        {
            await EndAsync(lease, cancellationToken);
            _unreleased.TryDequeue(out _);
        }
    }

    private long Life => (long)times.Life.TotalMilliseconds;

    private Task<int> EndAsync(Guid lease, CancellationToken cancellationToken) => database.WriteAsync(
        null, (session, token) => session.ExecuteAsync("DELETE FROM sessions WHERE id = @id", token, ("id", lease.ToString("N"))), cancellationToken);
}

/// <summary>How often a server says that it lives, and how long it counts as alive after it last did.</summary>
internal sealed record SharedQuotaTimes(TimeSpan Renewal, TimeSpan Life)
{
    public static SharedQuotaTimes Default { get; } = new(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(20));
}
