using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Paraformer.Service.Limits;

namespace Paraformer.Service.Tests.Limits;

public sealed class MemorySessionQuotaTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task A_key_gets_its_sessions_and_one_more_after_each_release()
    {
        var quota = new MemorySessionQuota(new SessionQuotaOptions { MaxSessionsPerKey = 2 }, _time);
        SessionClaim first = await ClaimAsync(quota, "a");
        await ClaimAsync(quota, "a");
        Assert.Equal(QuotaVerdict.SessionsExceeded, (await ClaimAsync(quota, "a")).Verdict);
        Assert.Equal(QuotaVerdict.Granted, (await ClaimAsync(quota, "b")).Verdict);
        await quota.ReleaseAsync(first);
        Assert.Equal(QuotaVerdict.Granted, (await ClaimAsync(quota, "a")).Verdict);
    }

    [Fact]
    public async Task A_key_submits_as_many_tasks_a_second_as_it_may()
    {
        var quota = new MemorySessionQuota(new SessionQuotaOptions { MaxSubmissionsPerSecond = 20 }, _time);
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal(QuotaVerdict.Granted, (await ClaimAsync(quota, "a")).Verdict);
        }

        Assert.Equal(QuotaVerdict.RateExceeded, (await ClaimAsync(quota, "a")).Verdict);
        Assert.Equal(QuotaVerdict.Granted, (await ClaimAsync(quota, "b")).Verdict);
        _time.Advance(TimeSpan.FromMilliseconds(50));
        Assert.Equal(QuotaVerdict.Granted, (await ClaimAsync(quota, "a")).Verdict);
        Assert.Equal(QuotaVerdict.RateExceeded, (await ClaimAsync(quota, "a")).Verdict);
    }

    [Fact]
    public Task Whatever_is_claimed_and_released_no_key_ever_holds_more_than_its_sessions() =>
        Gen.Select(Gen.Int[0, 3], Gen.Bool).List[0, 200].SampleAsync(async steps =>
        {
            var quota = new MemorySessionQuota(new SessionQuotaOptions { MaxSessionsPerKey = 3, MaxSubmissionsPerSecond = 1000 }, _time);
            var held = new Dictionary<string, Stack<SessionClaim>>();
            foreach ((int key, bool claims) in steps)
            {
                string id = $"k{key}";
                held.TryAdd(id, new Stack<SessionClaim>());
                if (!claims)
                {
                    if (held[id].TryPop(out SessionClaim released))
                    {
                        await quota.ReleaseAsync(released);
                    }
                }
                else if (await ClaimAsync(quota, id) is { Verdict: QuotaVerdict.Granted } claim)
                {
                    held[id].Push(claim);
                }

                Assert.InRange(held[id].Count, 0, 3);
            }
        });

    private static ValueTask<SessionClaim> ClaimAsync(MemorySessionQuota quota, string key) => quota.ClaimAsync(key, CancellationToken.None);
}
