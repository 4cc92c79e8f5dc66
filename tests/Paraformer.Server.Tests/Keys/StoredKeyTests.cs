using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Time.Testing;
using Paraformer.Protocol;
using Paraformer.Server.State;
using Paraformer.Server.Tests.Support;
using Paraformer.Service.Tests.Fakes;

namespace Paraformer.Server.Tests.Keys;

public sealed class StoredKeyTests(Locations locations) : IAsyncLifetime
{
    private const string List = """{"action":"list_vocabulary"}""";

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private ServerState _state = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private ServerOptions Options => new() { State = _state, Time = _time };

    public async ValueTask InitializeAsync() => _state = await ServerState.OpenAsync(locations.NewFile(), _time, Ct);

    public ValueTask DisposeAsync() => _state.DisposeAsync();

    [Fact]
    public async Task A_server_without_keys_is_open_until_the_first_one_is_made_and_then_for_ever_closed()
    {
        await using RunningServer server = await RunningServer.StartAsync(Options);
        (await server.CustomizeAsync(List)).Ok();
        await using SocketClient early = await SocketClient.ConnectAsync(server.Endpoint);
        (string key, ApiKeyInfo info) = await _state.Keys.CreateAsync(new ApiKeyRequest { Name = "first" }, Ct);
        _time.Advance(TimeSpan.FromSeconds(1));
        (await server.CustomizeAsync(List)).Fails(401, "InvalidApiKey");
        (await server.CustomizeAsync(List, key)).Ok();
        await early.SendAsync(ClientMessages.RunTask("t1"));
        Assert.Equal("InvalidApiKey", (await early.ReceiveAsync()).ErrorCode);

        await _state.Keys.RevokeAsync(info.Id, Ct);
        _time.Advance(TimeSpan.FromSeconds(1));
        (await server.CustomizeAsync(List)).Fails(401, "InvalidApiKey");
    }

    [Fact]
    public async Task A_revoked_key_opens_nothing_a_second_later_and_its_tokens_and_connections_start_no_task()
    {
        (string key, ApiKeyInfo info) = await _state.Keys.CreateAsync(new ApiKeyRequest { Name = "app" }, Ct);
        await using RunningServer server = await RunningServer.StartAsync(Options);
        string token = (await server.SendAsync(HttpMethod.Post, Api.Tokens, authorization: key)).Body.GetProperty("token").GetString()!;
        await using SocketClient client = await SocketClient.ConnectAsync(server.Endpoint, options => options.SetRequestHeader("Authorization", "Bearer " + key));
        await client.RunTaskAsync("t1");

        await _state.Keys.RevokeAsync(info.Id, Ct);
        _time.Advance(TimeSpan.FromSeconds(1));

        (await server.CustomizeAsync(List, key)).Fails(401, "InvalidApiKey");
        (await server.CustomizeAsync(List, token)).Fails(401, "InvalidApiKey");
        await client.SendAsync(ClientMessages.RunTask("t2"));
        TaskEvent failed = await client.ReceiveAsync();
        Assert.Equal(("InvalidApiKey", "t2"), (failed.ErrorCode, failed.TaskId));
        Assert.DoesNotContain(server.Log.Lines, line => line.Contains(key[^32..], StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("sk-000000000000")]
    [InlineData("")]
    [InlineData("WRONGSECRET")]
    public async Task A_key_that_is_not_one_opens_nothing(string wrong)
    {
        (string key, _) = await _state.Keys.CreateAsync(new ApiKeyRequest { Name = "app" }, Ct);
        await using RunningServer server = await RunningServer.StartAsync(Options);
        string given = wrong == "WRONGSECRET" ? key[..^1] + (key[^1] == '0' ? '1' : '0') : wrong;
        (await server.CustomizeAsync(List, "Bearer " + given)).Fails(401, "InvalidApiKey");
    }

    [Fact]
    public async Task Keys_of_one_account_share_lists_and_others_see_nothing_of_them()
    {
        (string one, _) = await _state.Keys.CreateAsync(new ApiKeyRequest { Name = "one", Account = "shop" }, Ct);
        (string two, _) = await _state.Keys.CreateAsync(new ApiKeyRequest { Name = "two", Account = "shop" }, Ct);
        (string rival, _) = await _state.Keys.CreateAsync(new ApiKeyRequest { Name = "rival", Account = "rival" }, Ct);
        await using RunningServer server = await RunningServer.StartAsync(Options);
        string id = await server.CreateVocabularyAsync(authorization: one);
        string query = $$"""{"action":"query_vocabulary","vocabulary_id":"{{id}}"}""";
        (await server.CustomizeAsync(query, two)).Ok();
        (await server.CustomizeAsync(query, rival)).Fails(400, "BadRequest.ResourceNotExist");
        await using SocketClient client = await SocketClient.ConnectAsync(server.Endpoint, options => options.SetRequestHeader("Authorization", rival));
        await client.SendAsync(ClientMessages.RunTask("t1", parameters: $$"""{"format":"pcm","sample_rate":16000,"vocabulary_id":"{{id}}"}"""));
        Assert.Equal("NotFound", (await client.ReceiveAsync()).ErrorCode);
    }

    [Fact]
    public async Task Workspaces_keep_lists_apart_and_keys_may_be_bound_to_them()
    {
        (string free, _) = await _state.Keys.CreateAsync(new ApiKeyRequest { Name = "free" }, Ct);
        (string bound, _) = await _state.Keys.CreateAsync(new ApiKeyRequest { Name = "bound", Workspaces = ["llm-a", "llm-b"] }, Ct);
        await using RunningServer server = await RunningServer.StartAsync(Options);
        await server.CreateVocabularyAsync(authorization: bound);
        Assert.Equal(0, await CountAsync(free, null));
        Assert.Equal(1, await CountAsync(free, "llm-a"));
        Assert.Equal(0, await CountAsync(bound, "llm-b"));
        Assert.StartsWith("Access denied: Either you are not authorized", (await server.CustomizeAsync(List, bound, "llm-c")).Fails(401, "NOT AUTHORIZED"), StringComparison.Ordinal);
        (await server.CustomizeAsync(List, free, "../etc")).Fails(404, "WorkSpaceNotFound");

        string token = (await server.SendAsync(HttpMethod.Post, Api.Tokens, authorization: bound)).Body.GetProperty("token").GetString()!;
        (await server.CustomizeAsync(List, token, "llm-b")).Fails(401, "NOT AUTHORIZED");
        Assert.Equal(1, await CountAsync(token, null));

        async Task<int> CountAsync(string key, string? workspace) =>
            (await server.CustomizeAsync(List, key, workspace)).Ok().Output.GetProperty("vocabulary_list").GetArrayLength();
    }

    [Fact]
    public async Task A_key_has_its_own_limits_and_its_seconds_are_counted()
    {
        (string key, ApiKeyInfo info) = await _state.Keys.CreateAsync(new ApiKeyRequest { Name = "small", MaxSessions = 1 }, Ct);
        await using RunningServer server = await RunningServer.StartAsync(Options);
        await using SocketClient first = await SocketClient.ConnectAsync(server.Endpoint, options => options.SetRequestHeader("Authorization", key));
        await using SocketClient second = await SocketClient.ConnectAsync(server.Endpoint, options => options.SetRequestHeader("Authorization", key));
        await first.SendAsync(ClientMessages.RunTask("t1"));
        Assert.Equal(TaskEvents.TaskStarted, (await first.ReceiveAsync()).Event);
        await second.SendAsync(ClientMessages.RunTask("t2"));
        Assert.Equal("Throttling.AllocationQuota", (await second.ReceiveAsync()).ErrorCode);
        await first.SendAudioAsync(32_000);
        await first.SendAsync(ClientMessages.FinishTask("t1"));
        Assert.Equal(TaskEvents.TaskFinished, (await first.ReceiveAsync()).Event);
        await first.RunTaskAsync("t3");
        await server.StopAsync();

        KeyUsage usage = Assert.Single(await _state.Usage.ListAsync(info.Id, Ct));
        Assert.Equal((2, new DateOnly(2026, 1, 2), "paraformer-realtime-v2"), (usage.Tasks, usage.Day, usage.Model));
    }

    [Fact]
    public async Task An_address_for_others_needs_a_key_that_is_good()
    {
        await using (WebApplication app = ParaformerServer.Build(Options with { Address = "0.0.0.0", Port = 0 }, new ScriptedEngine()))
        {
            ServerStartException refused = await Assert.ThrowsAsync<ServerStartException>(() => ParaformerServer.StartAsync(app, Ct));
            Assert.Contains("without API keys", refused.Message, StringComparison.Ordinal);
        }

        (string key, _) = await _state.Keys.CreateAsync(new ApiKeyRequest { Name = "app" }, Ct);
        await using RunningServer server = await RunningServer.StartAsync(Options with { Address = "0.0.0.0" });
        (await server.CustomizeAsync(List)).Fails(401, "InvalidApiKey");
        (await server.CustomizeAsync(List, key)).Ok();
    }
}
