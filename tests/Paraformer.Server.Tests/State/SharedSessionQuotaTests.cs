using Microsoft.Extensions.Logging.Abstractions;
using Paraformer.Server.State;
using Paraformer.Server.Tests.Support;
using Paraformer.Service.Limits;

namespace Paraformer.Server.Tests.State;

public abstract class SharedSessionQuotaTests(Locations locations) : StateSuite(locations)
{
    private static readonly SessionQuotaOptions s_options = new() { MaxSessionsPerKey = 2, MaxSubmissionsPerSecond = 1000 };

    [Fact]
    public async Task Servers_share_the_sessions_of_a_key()
    {
        await using SharedSessionQuota first = await NewQuotaAsync(s_options), second = await NewQuotaAsync(s_options);
        SessionClaim one = await first.ClaimAsync("k", Ct), two = await second.ClaimAsync("k", Ct);
        Assert.Equal([QuotaVerdict.Granted, QuotaVerdict.Granted], [one.Verdict, two.Verdict]);
        Assert.Equal(QuotaVerdict.SessionsExceeded, (await first.ClaimAsync("k", Ct)).Verdict);
        Assert.Equal(QuotaVerdict.Granted, (await first.ClaimAsync("other", Ct)).Verdict);

        await second.ReleaseAsync(two);
        Assert.Equal(QuotaVerdict.Granted, (await first.ClaimAsync("k", Ct)).Verdict);
        Assert.Equal(QuotaVerdict.SessionsExceeded, (await second.ClaimAsync("k", Ct)).Verdict);
    }

    [Fact]
    public async Task Claims_at_once_never_go_over_the_limit()
    {
        await using SharedSessionQuota first = await NewQuotaAsync(s_options), second = await NewQuotaAsync(s_options);
        SessionClaim[] claims = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => (i % 2 == 0 ? first : second).ClaimAsync("k", Ct).AsTask())));
        Assert.Equal(2, claims.Count(claim => claim.Verdict == QuotaVerdict.Granted));
    }

    [Fact]
    public async Task Servers_share_the_submissions_of_a_key_and_more_flow_in_with_time()
    {
        SessionQuotaOptions options = new() { MaxSessionsPerKey = 1000, MaxSubmissionsPerSecond = 3 };
        await using SharedSessionQuota first = await NewQuotaAsync(options), second = await NewQuotaAsync(options);
        int granted = 0;
        SessionClaim claim;
        while ((claim = await (granted % 2 == 0 ? first : second).ClaimAsync("k", Ct)).Verdict == QuotaVerdict.Granted)
        {
            // Claims that take long let submissions flow in; without a limit this would not end.
            Assert.InRange(++granted, 1, 500);
        }

        Assert.True(granted >= 3);
        Assert.Equal(QuotaVerdict.RateExceeded, claim.Verdict);
        await UntilGrantedAsync(second);
    }

    [Fact]
    public async Task A_key_has_its_own_limits()
    {
        ServerState state = await OpenAsync();
        (_, ApiKeyInfo key) = await state.Keys.CreateAsync(new ApiKeyRequest { Name = "small", MaxSessions = 1 }, Ct);
        await using SharedSessionQuota quota = await NewQuotaAsync(s_options);
        Assert.Equal(QuotaVerdict.Granted, (await quota.ClaimAsync(key.Id, Ct)).Verdict);
        Assert.Equal(QuotaVerdict.SessionsExceeded, (await quota.ClaimAsync(key.Id, Ct)).Verdict);

        var local = new LocalSessionQuota(s_options, async (id, token) => (await state.Keys.FindAsync(id, token))?.Info, Time);
        SessionClaim claim = await local.ClaimAsync(key.Id, Ct);
        Assert.Equal(QuotaVerdict.Granted, claim.Verdict);
        Assert.Equal(QuotaVerdict.SessionsExceeded, (await local.ClaimAsync(key.Id, Ct)).Verdict);
        await local.ReleaseAsync(claim);
        Assert.Equal(QuotaVerdict.Granted, (await local.ClaimAsync(key.Id, Ct)).Verdict);
    }

    [Fact]
    public async Task The_sessions_of_a_dead_server_end_by_themselves()
    {
        // It never says again that it lives.
        await using SharedSessionQuota dying = await NewQuotaAsync(s_options, new SharedQuotaTimes(TimeSpan.FromDays(1), TimeSpan.FromMilliseconds(300)));
        await dying.ClaimAsync("k", Ct);
        await dying.ClaimAsync("k", Ct);
        await using SharedSessionQuota living = await NewQuotaAsync(s_options);
        await UntilGrantedAsync(living);
    }

    private static async Task UntilGrantedAsync(SharedSessionQuota quota)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        while ((await quota.ClaimAsync("k", patience.Token)).Verdict != QuotaVerdict.Granted)
        {
            await Task.Delay(50, patience.Token);
        }
    }

    private async Task<SharedSessionQuota> NewQuotaAsync(SessionQuotaOptions options, SharedQuotaTimes? times = null) =>
        new((await OpenAsync()).Database, options, times ?? SharedQuotaTimes.Default, NullLogger.Instance);
}

public sealed class SqliteSharedSessionQuotaTests(Locations locations) : SharedSessionQuotaTests(locations)
{
    protected override Task<string> NewLocationAsync() => Task.FromResult(Locations.NewFile());
}

public sealed class PostgresSharedSessionQuotaTests(Locations locations) : SharedSessionQuotaTests(locations)
{
    protected override Task<string> NewLocationAsync() => Locations.NewSchemaAsync();
}
