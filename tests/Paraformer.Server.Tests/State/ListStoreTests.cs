using Paraformer.Server.State;
using Paraformer.Server.Tests.Support;
using Paraformer.Service;

namespace Paraformer.Server.Tests.State;

public abstract class ListStoreTests(Locations locations) : StateSuite(locations)
{
    private const string V2 = "paraformer-realtime-v2";
    private const string V1 = "paraformer-realtime-v1";

    private static readonly ServiceCaller s_owner = new("k1") { Account = "shop" };
    private static readonly StoredWord[] s_words = [new("青柠气泡水", 4, "zh"), new("flat white", 3)];

    [Fact]
    public async Task A_hot_word_list_lives_from_its_making_to_its_deletion_on_every_server()
    {
        ServerState first = await OpenAsync(), second = await OpenAsync();
        string id = (await first.Vocabularies.CreateAsync(s_owner, "shop01", V2, s_words, 10, Ct))!;
        Assert.Matches("^vocab-shop01-[0-9a-f]{32}$", id);

        Vocabulary found = (await second.Vocabularies.FindAsync(s_owner, id, Ct))!;
        Assert.Equal((V2, Time.GetUtcNow(), Time.GetUtcNow()), (found.TargetModel, found.CreatedAt, found.ModifiedAt));
        Assert.Equal(s_words, found.Words);

        Time.Advance(TimeSpan.FromMinutes(1));
        Assert.True(await second.Vocabularies.UpdateAsync(s_owner, id, [new StoredWord("new", 1)], Ct));
        found = (await first.Vocabularies.FindAsync(s_owner, id, Ct))!;
        Assert.Equal("new", Assert.Single(found.Words).Text);
        Assert.Equal(TimeSpan.FromMinutes(1), found.ModifiedAt - found.CreatedAt);

        Assert.True(await first.Vocabularies.DeleteAsync(s_owner, id, Ct));
        Assert.Null(await second.Vocabularies.FindAsync(s_owner, id, Ct));
        Assert.False(await second.Vocabularies.UpdateAsync(s_owner, id, s_words, Ct));
        Assert.False(await second.Vocabularies.DeleteAsync(s_owner, id, Ct));
    }

    [Fact]
    public async Task Lists_belong_to_their_account_and_workspace()
    {
        ServerState state = await OpenAsync();
        string id = (await state.Vocabularies.CreateAsync(s_owner, "a", V2, s_words, 10, Ct))!;
        PhraseList phrases = (await state.Phrases.CreateAsync(s_owner, V1, s_words, 10, Ct))!;
        foreach (ServiceCaller other in new[] { s_owner with { Account = "rival" }, s_owner with { Workspace = "w" } })
        {
            Assert.Null(await state.Vocabularies.FindAsync(other, id, Ct));
            Assert.Empty(await state.Vocabularies.ListAsync(other, null, 0, 10, Ct));
            Assert.False(await state.Vocabularies.UpdateAsync(other, id, s_words, Ct));
            Assert.False(await state.Vocabularies.DeleteAsync(other, id, Ct));
            Assert.Null(await state.Phrases.FindAsync(other, phrases.Id, Ct));
            Assert.Equal(0, (await state.Phrases.ListAsync(other, 0, 10, Ct)).Total);
            Assert.Null(await state.Phrases.UpdateAsync(other, phrases.Id, s_words, Ct));
            Assert.False(await state.Phrases.DeleteAsync(other, phrases.Id, Ct));
        }

        Assert.NotNull(await state.Vocabularies.FindAsync(s_owner with { KeyId = "k2" }, id, Ct));
    }

    [Fact]
    public async Task Pages_come_with_the_newest_first_and_by_prefix()
    {
        ServerState state = await OpenAsync();
        var ids = new List<string>();
        foreach (string prefix in new[] { "a", "b", "a", "b", "a" })
        {
            ids.Add((await state.Vocabularies.CreateAsync(s_owner, prefix, V2, s_words, 10, Ct))!);
            Time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal([ids[4], ids[3]], (await state.Vocabularies.ListAsync(s_owner, null, 0, 2, Ct)).Select(list => list.Id));
        Assert.Equal([ids[0]], (await state.Vocabularies.ListAsync(s_owner, null, 4, 2, Ct)).Select(list => list.Id));
        Assert.Equal([ids[4], ids[2], ids[0]], (await state.Vocabularies.ListAsync(s_owner, "a", 0, 10, Ct)).Select(list => list.Id));
    }

    [Fact]
    public async Task An_account_gets_exactly_as_many_lists_as_it_may_however_many_servers_are_asked_at_once()
    {
        ServerState[] servers = [await OpenAsync(), await OpenAsync()];
        string?[] ids = await Task.WhenAll(Enumerable.Range(0, 24).Select(i =>
            Task.Run(() => servers[i % 2].Vocabularies.CreateAsync(s_owner with { Workspace = i % 3 == 0 ? "w" : "" }, "p", V2, s_words, 10, Ct))));
        Assert.Equal(10, ids.Count(id => id is not null));
        Assert.NotNull(await servers[0].Vocabularies.CreateAsync(s_owner with { Account = "other" }, "p", V2, s_words, 10, Ct));

        PhraseList?[] lists = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => Task.Run(() => servers[i % 2].Phrases.CreateAsync(s_owner, V1, s_words, 5, Ct))));
        Assert.Equal(5, lists.Count(list => list is not null));
    }

    [Fact]
    public async Task A_phrase_list_keeps_its_id_and_gets_a_new_job_when_it_is_replaced()
    {
        ServerState state = await OpenAsync();
        PhraseList made = (await state.Phrases.CreateAsync(s_owner, V1, s_words, 10, Ct))!;
        Assert.Matches("^ft-202601020304-[0-9a-f]{8}$", made.JobId);
        Assert.Equal($"{V1}-{made.JobId}", made.Id);
        PhraseList replaced = (await state.Phrases.UpdateAsync(s_owner, made.Id, [new StoredWord("柠檬", -3)], Ct))!;
        Assert.Equal(made.Id, replaced.Id);
        Assert.NotEqual(made.JobId, replaced.JobId);
        Assert.Equal(new StoredWord("柠檬", -3), Assert.Single((await state.Phrases.FindAsync(s_owner, made.Id, Ct))!.Words));
        Assert.True(await state.Phrases.DeleteAsync(s_owner, made.Id, Ct));
        Assert.Null(await state.Phrases.UpdateAsync(s_owner, made.Id, s_words, Ct));
    }

    [Fact]
    public async Task Usage_adds_up_by_key_day_and_model_over_all_servers()
    {
        ServerState[] servers = [await OpenAsync(), await OpenAsync()];
        await Task.WhenAll(Enumerable.Range(1, 20).Select(i => Task.Run(() => servers[i % 2].Usage.AddAsync("k1", V2, i, Ct))));
        Time.Advance(TimeSpan.FromDays(1));
        await servers[0].Usage.AddAsync("k1", V2, 7, Ct);
        await servers[0].Usage.AddAsync("k2", V1, 9, Ct);

        var day = new DateOnly(2026, 1, 2);
        Assert.Equal([new KeyUsage("k1", day.AddDays(1), V2, 1, 7), new KeyUsage("k1", day, V2, 20, 210)], await servers[1].Usage.ListAsync("k1", Ct));
        Assert.Equal(3, (await servers[1].Usage.ListAsync(null, Ct)).Count);
    }
}

public sealed class SqliteListStoreTests(Locations locations) : ListStoreTests(locations)
{
    protected override Task<string> NewLocationAsync() => Task.FromResult(Locations.NewFile());
}

public sealed class PostgresListStoreTests(Locations locations) : ListStoreTests(locations)
{
    protected override Task<string> NewLocationAsync() => Locations.NewSchemaAsync();
}
