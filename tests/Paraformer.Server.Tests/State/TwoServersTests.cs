using Paraformer.Protocol;
using Paraformer.Server.State;
using Paraformer.Server.Tests.Support;
using Paraformer.Service;
using Paraformer.Service.Limits;
using Paraformer.Service.Tests.Fakes;

namespace Paraformer.Server.Tests.State;

public sealed class TwoServersTests(Locations locations)
{
    private const string List = """{"action":"list_vocabulary"}""";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Servers_on_one_database_share_keys_lists_tokens_and_limits_at_once()
    {
        string location = await locations.NewSchemaAsync();
        await using ServerState firstState = await ServerState.OpenAsync(location, cancellationToken: Ct), secondState = await ServerState.OpenAsync(location, cancellationToken: Ct);
        var limits = new RecognitionServiceOptions { Quota = new SessionQuotaOptions { MaxSessionsPerKey = 1 } };
        (string key, ApiKeyInfo info) = await firstState.Keys.CreateAsync(new ApiKeyRequest { Name = "app" }, Ct);
        await using RunningServer first = await RunningServer.StartAsync(new ServerOptions { State = firstState, Service = limits });
        await using RunningServer second = await RunningServer.StartAsync(new ServerOptions { State = secondState, Service = limits });

        string id = await first.CreateVocabularyAsync(authorization: key);
        (await second.CustomizeAsync($$"""{"action":"query_vocabulary","vocabulary_id":"{{id}}"}""", key)).Ok();
        string parameters = $$"""{"format":"pcm","sample_rate":16000,"vocabulary_id":"{{id}}"}""";

        string token = (await first.SendAsync(HttpMethod.Post, Api.Tokens + "?single_use=true", authorization: key)).Body.GetProperty("token").GetString()!;
        await using (SocketClient client = await SocketClient.ConnectAsync(second.Endpoint, options => options.SetRequestHeader("Authorization", token)))
        {
            (await first.CustomizeAsync(List, token)).Fails(401, "InvalidApiKey");
            await client.SendAsync(ClientMessages.RunTask("t1", parameters: parameters));
            Assert.Equal(TaskEvents.TaskStarted, (await client.ReceiveAsync()).Event);
            Assert.Equal("青柠气泡水", Assert.Single(Assert.Single(second.Engine.Requests).HotWords).Text);

            await using SocketClient other = await SocketClient.ConnectAsync(first.Endpoint, options => options.SetRequestHeader("Authorization", key));
            await other.SendAsync(ClientMessages.RunTask("t2"));
            Assert.Equal("Throttling.AllocationQuota", (await other.ReceiveAsync()).ErrorCode);

            await client.SendAudioAsync(3200);
            await client.SendAsync(ClientMessages.FinishTask("t1"));
            Assert.Equal(TaskEvents.TaskFinished, (await client.ReceiveAsync()).Event);
        }

        await using (SocketClient client = await SocketClient.ConnectAsync(first.Endpoint, options => options.SetRequestHeader("Authorization", key)))
        {
            await client.RunTaskAsync("t3");
        }

        Assert.True(await secondState.Keys.RevokeAsync(info.Id, Ct));
        foreach (RunningServer server in new[] { first, second })
        {
            ApiReply reply;
            while ((reply = await server.CustomizeAsync(List, key)).Status == System.Net.HttpStatusCode.OK)
            {
                await Task.Delay(50, Ct);
            }

            reply.Fails(401, "InvalidApiKey");
        }
    }

    [Fact]
    public async Task A_database_that_is_gone_is_an_internal_error_and_not_an_open_door()
    {
        await using ServerState state = await ServerState.OpenAsync(locations.NewFile(), cancellationToken: Ct);
        (string key, _) = await state.Keys.CreateAsync(new ApiKeyRequest { Name = "app" }, Ct);
        await using RunningServer server = await RunningServer.StartAsync(new ServerOptions { State = state });
        await state.Database.WriteAsync(null, (session, token) => session.ExecuteAsync("DROP TABLE api_keys", token), Ct);
        (await server.CustomizeAsync(List, key)).Fails(500, "InternalError");
        Assert.DoesNotContain(server.Log.Lines, line => line.Contains(key[^32..], StringComparison.Ordinal));
    }
}
