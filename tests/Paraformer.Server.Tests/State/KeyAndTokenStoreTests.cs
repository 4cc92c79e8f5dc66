using Paraformer.Server.State;
using Paraformer.Server.Tests.Support;

namespace Paraformer.Server.Tests.State;

public abstract class KeyAndTokenStoreTests(Locations locations) : StateSuite(locations)
{
    [Fact]
    public async Task A_key_is_seen_once_and_only_its_hash_is_kept()
    {
        ServerState state = await OpenAsync();
        (string key, ApiKeyInfo info) = await state.Keys.CreateAsync(
            new ApiKeyRequest { Name = "app", Account = "shop", Workspaces = ["a", "b"], MaxSessions = 3, MaxSubmissionsPerSecond = 4 }, Ct);

        Assert.Matches("^sk-[0-9a-f]{44}$", key);
        Assert.StartsWith("sk-" + info.Id, key, StringComparison.Ordinal);
        ApiKeyInfo listed = Assert.Single(await (await OpenAsync()).Keys.ListAsync(Ct));
        Assert.Equivalent(info, listed);
        Assert.Equal(Time.GetUtcNow(), listed.CreatedAt);
        string stored = await DumpAsync(state, "SELECT id || name || account || workspaces || hash FROM api_keys");
        Assert.DoesNotContain(key[(3 + info.Id.Length)..], stored, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_is_revoked_once()
    {
        ServerState state = await OpenAsync();
        (_, ApiKeyInfo info) = await state.Keys.CreateAsync(new ApiKeyRequest { Name = "app" }, Ct);
        Assert.True(await state.Keys.RevokeAsync(info.Id, Ct));
        Assert.False(await state.Keys.RevokeAsync(info.Id, Ct));
        Assert.False(await state.Keys.RevokeAsync("000000000000", Ct));
        Assert.Equal(Time.GetUtcNow(), Assert.Single(await state.Keys.ListAsync(Ct)).RevokedAt);
        Assert.True(await state.Keys.AnyAsync(Ct));
    }

    [Theory]
    [InlineData("", "a", null)]
    [InlineData("n", "", null)]
    [InlineData("n", "a/b", null)]
    [InlineData("n", "a", "w w")]
    public async Task A_key_with_an_unsound_name_is_refused(string name, string account, string? workspace)
    {
        ServerState state = await OpenAsync();
        await Assert.ThrowsAnyAsync<ArgumentException>(
            () => state.Keys.CreateAsync(new ApiKeyRequest { Name = name, Account = account, Workspaces = workspace is null ? [] : [workspace] }, Ct));
        Assert.Empty(await state.Keys.ListAsync(Ct));
    }

    [Fact]
    public async Task A_single_use_token_is_used_once_over_all_servers()
    {
        ServerState[] servers = [await OpenAsync(), await OpenAsync(), await OpenAsync()];
        TokenInfo token = NewToken(60);
        await servers[0].Tokens.AddAsync(token, Ct);

        bool[] used = await Task.WhenAll(Enumerable.Range(0, 24).Select(i => Task.Run(() => servers[i % 3].Tokens.TryUseAsync(token.Id, Ct))));

        Assert.Single(used, true);
        Assert.True((await servers[1].Tokens.FindAsync(token.Id, Ct))!.IsUsed);
    }

    [Fact]
    public async Task A_token_keeps_what_it_is_for_and_can_be_revoked_by_its_account_alone()
    {
        ServerState state = await OpenAsync();
        TokenInfo token = NewToken(60) with { Account = "shop", Workspaces = ["w"], Models = ["paraformer-realtime-v2"], IsSingleUse = true };
        await state.Tokens.AddAsync(token, Ct);
        Assert.Equivalent(token, await state.Tokens.FindAsync(token.Id, Ct), strict: true);
        Assert.False(await state.Tokens.RevokeAsync(token.Id, "other", Ct));
        Assert.True(await state.Tokens.RevokeAsync(token.Id, "shop", Ct));
        Assert.True((await state.Tokens.FindAsync(token.Id, Ct))!.IsRevoked);
        Assert.False(await state.Tokens.TryUseAsync(token.Id, Ct));
    }

    [Fact]
    public async Task Tokens_that_expired_long_ago_are_forgotten()
    {
        ServerState state = await OpenAsync();
        TokenInfo old = NewToken(1);
        await state.Tokens.AddAsync(old, Ct);
        Time.Advance(TimeSpan.FromHours(2));
        await state.Tokens.AddAsync(NewToken(60), Ct);
        Assert.Null(await state.Tokens.FindAsync(old.Id, Ct));
    }

    private TokenInfo NewToken(int seconds)
    {
        (string text, string id) = Secret.Create(Secret.TokenPrefix);
        return new TokenInfo(id, Secret.Hash(text), "key", "default", [], [], false, Time.GetUtcNow().AddSeconds(seconds), false, false);
    }

    private static async Task<string> DumpAsync(ServerState state, string sql) =>
        string.Concat(await state.Database.ReadAsync((session, token) => session.QueryAsync(sql, row => row.GetString(0), token), Ct));
}

public sealed class SqliteKeyAndTokenStoreTests(Locations locations) : KeyAndTokenStoreTests(locations)
{
    protected override Task<string> NewLocationAsync() => Task.FromResult(Locations.NewFile());
}

public sealed class PostgresKeyAndTokenStoreTests(Locations locations) : KeyAndTokenStoreTests(locations)
{
    protected override Task<string> NewLocationAsync() => Locations.NewSchemaAsync();
}
