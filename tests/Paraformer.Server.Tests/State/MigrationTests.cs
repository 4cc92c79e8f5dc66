using Paraformer.Server.State;
using Paraformer.Server.Tests.Support;

namespace Paraformer.Server.Tests.State;

public abstract class MigrationTests(Locations locations) : StateSuite(locations)
{
    [Fact]
    public async Task Servers_that_start_at_once_bring_the_schema_up_to_date_once()
    {
        ServerState[] servers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(OpenAsync)));
        Assert.Equal([1], await VersionsAsync(servers[5]));
        Assert.Equal(1, Migrations.Latest);
        Assert.Empty(await servers[3].Keys.ListAsync(Ct));
    }

    [Fact]
    public async Task A_schema_of_the_future_is_refused()
    {
        ServerState state = await OpenAsync();
        await state.Database.WriteAsync(null, (session, token) => session.ExecuteAsync("INSERT INTO schema_versions (version) VALUES (99)", token), Ct);
        StateException refused = await Assert.ThrowsAsync<StateException>(OpenAsync);
        Assert.Contains("schema 99", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Work_that_fails_leaves_nothing_behind()
    {
        ServerState state = await OpenAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => state.Database.WriteAsync<int>(
            "name",
            async (session, token) =>
            {
                await session.ExecuteAsync("INSERT INTO servers (id, alive_until) VALUES ('x', 1)", token);
                throw new InvalidOperationException();
            },
            Ct));
        Assert.Equal(0, await state.Database.ReadAsync((session, token) => session.CountAsync("SELECT COUNT(*) FROM servers", token), Ct));
    }

    private static Task<List<long>> VersionsAsync(ServerState state) => state.Database.ReadAsync(
        (session, token) => session.QueryAsync("SELECT version FROM schema_versions", row => row.GetInt64(0), token), Ct);
}

public sealed class SqliteMigrationTests(Locations locations) : MigrationTests(locations)
{
    protected override Task<string> NewLocationAsync() => Task.FromResult(Locations.NewFile());
}

public sealed class PostgresMigrationTests(Locations locations) : MigrationTests(locations)
{
    protected override Task<string> NewLocationAsync() => Locations.NewSchemaAsync();
}
