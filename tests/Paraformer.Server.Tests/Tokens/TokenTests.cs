using System.Net.WebSockets;
using Microsoft.Extensions.Time.Testing;
using Paraformer.Protocol;
using Paraformer.Server.Tests.Support;
using Paraformer.Service.Tests.Fakes;

namespace Paraformer.Server.Tests.Tokens;

public sealed class TokenTests
{
    private const string Key = "sk-permanent";

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    private ServerOptions Options => new() { ApiKeys = [Key], Time = _time, MaxApiRequestsPerSecond = 1000 };

    private static Task<ApiReply> MakeAsync(RunningServer server, string query = "", string key = Key) => server.SendAsync(HttpMethod.Post, Api.Tokens + query, authorization: "Bearer " + key);

    private static async Task<string> TokenAsync(RunningServer server, string query = "") => (await MakeAsync(server, query)).Body.GetProperty("token").GetString()!;

    private static Task<SocketClient> ConnectAsync(RunningServer server, string token) =>
        SocketClient.ConnectAsync(server.Endpoint, options => options.SetRequestHeader("Authorization", "Bearer " + token));

    private static async Task RefusedAsync(RunningServer server, string token)
    {
        string answer = await RawRequest.GetAsync(server.Endpoint, "/api-ws/v1/inference", RawRequest.PythonHeaders("bearer " + token));
        Assert.StartsWith("HTTP/1.1 401 Unauthorized\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("\"InvalidApiKey\"", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", 60)]
    [InlineData("?expire_in_seconds=1", 1)]
    [InlineData("?expire_in_seconds=1800", 1800)]
    public async Task A_token_expires_when_it_says(string query, int seconds)
    {
        await using RunningServer server = await RunningServer.StartAsync(Options);
        ApiReply made = await MakeAsync(server, query);
        Assert.Equal(["token", "expires_at"], made.Body.EnumerateObject().Select(field => field.Name));
        Assert.Equal(_time.GetUtcNow().ToUnixTimeSeconds() + seconds, made.Body.GetProperty("expires_at").GetInt64());
        string token = made.Body.GetProperty("token").GetString()!;
        Assert.Matches("^st-[0-9a-f]{44}$", token);

        _time.Advance(TimeSpan.FromSeconds(seconds - 0.5));
        (await server.CustomizeAsync("""{"action":"list_vocabulary"}""", token)).Ok();
        _time.Advance(TimeSpan.FromSeconds(0.5));
        Assert.Equal("Invalid API-key provided.", (await server.CustomizeAsync("""{"action":"list_vocabulary"}""", token)).Fails(401, "InvalidApiKey"));
        await RefusedAsync(server, token);
        Assert.DoesNotContain(server.Log.Lines, line => line.Contains(token[^32..], StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Bearer {0}", "")]
    [InlineData("bearer {0}", "")]
    [InlineData("{0}", "")]
    [InlineData(null, "?api_key={0}")]
    public async Task A_token_is_taken_in_all_four_forms(string? header, string query)
    {
        await using RunningServer server = await RunningServer.StartAsync(Options);
        string token = await TokenAsync(server);
        await using SocketClient client = await SocketClient.ConnectAsync(
            new Uri(server.Endpoint + query.Replace("{0}", token, StringComparison.Ordinal)),
            options =>
            {
                if (header is not null)
                {
                    options.SetRequestHeader("Authorization", header.Replace("{0}", token, StringComparison.Ordinal));
                }
            });
        await client.RunTaskAsync("t1");
        Assert.DoesNotContain(server.Log.Lines, line => line.Contains(token[^32..], StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("?expire_in_seconds=0", 400, "InvalidParameter")]
    [InlineData("?expire_in_seconds=1801", 400, "InvalidParameter")]
    [InlineData("?expire_in_seconds=-1", 400, "InvalidParameter")]
    [InlineData("?expire_in_seconds=soon", 400, "InvalidParameter")]
    [InlineData("?single_use=perhaps", 400, "InvalidParameter")]
    [InlineData("?model=fun-asr", 404, "ModelNotFound")]
    public async Task Options_outside_their_range_are_refused(string query, int status, string code)
    {
        await using RunningServer server = await RunningServer.StartAsync(Options);
        (await MakeAsync(server, query)).Fails(status, code);
    }

    [Fact]
    public async Task A_task_outlives_its_token_and_its_connection_carries_further_tasks()
    {
        await using RunningServer server = await RunningServer.StartAsync(Options);
        await using SocketClient client = await ConnectAsync(server, await TokenAsync(server, "?expire_in_seconds=1"));
        await client.SendAsync(ClientMessages.RunTask("t1"));
        Assert.Equal(TaskEvents.TaskStarted, (await client.ReceiveAsync()).Event);
        _time.Advance(TimeSpan.FromSeconds(2));
        await client.SendAudioAsync(3200);
        await client.SendAsync(ClientMessages.FinishTask("t1"));
        Assert.Equal(TaskEvents.TaskFinished, (await client.ReceiveAsync()).Event);
        await client.RunTaskAsync("t2");
    }

    [Fact]
    public async Task A_single_use_token_cannot_be_replayed()
    {
        await using RunningServer server = await RunningServer.StartAsync(Options);
        string token = await TokenAsync(server, "?single_use=true");
        int opened = 0;
        await Task.WhenAll(Enumerable.Range(0, 16).Select(async _ =>
        {
            try
            {
                await using SocketClient client = await ConnectAsync(server, token);
                Interlocked.Increment(ref opened);
            }
            catch (WebSocketException e)
            {
                Assert.Contains("401", e.Message, StringComparison.Ordinal);
            }
        }));
        Assert.Equal(1, opened);
        await RefusedAsync(server, token);
    }

    [Fact]
    public async Task A_token_for_one_model_opens_nothing_else()
    {
        await using RunningServer server = await RunningServer.StartAsync(Options);
        string token = await TokenAsync(server, "?model=paraformer-realtime-8k-v2");
        (await server.CustomizeAsync("""{"action":"list_vocabulary"}""", token)).Fails(403, "AccessDenied");
        await using (SocketClient client = await ConnectAsync(server, token))
        {
            await client.SendAsync(ClientMessages.RunTask("t1", "paraformer-realtime-8k-v2", """{"format":"pcm","sample_rate":8000}"""));
            Assert.Equal(TaskEvents.TaskStarted, (await client.ReceiveAsync()).Event);
        }

        await using (SocketClient client = await ConnectAsync(server, token))
        {
            await client.SendAsync(ClientMessages.RunTask("t2"));
            TaskEvent failed = await client.ReceiveAsync();
            Assert.Equal(("Model.AccessDenied", "t2"), (failed.ErrorCode, failed.TaskId));
        }
    }

    [Fact]
    public async Task A_token_is_revoked_by_its_id()
    {
        await using RunningServer server = await RunningServer.StartAsync(Options);
        string token = await TokenAsync(server);
        string id = token[3..15];
        (await server.SendAsync(HttpMethod.Delete, $"{Api.Tokens}/{id}", authorization: token)).Fails(403, "AccessDenied");
        (await server.SendAsync(HttpMethod.Delete, $"{Api.Tokens}/{id}", authorization: Key)).Ok();
        (await server.SendAsync(HttpMethod.Delete, $"{Api.Tokens}/{id}", authorization: Key)).Fails(400, "BadRequest.ResourceNotExist");
        await RefusedAsync(server, token);
    }

    [Fact]
    public async Task A_token_makes_no_tokens_and_a_forged_one_opens_nothing()
    {
        await using RunningServer server = await RunningServer.StartAsync(Options);
        string token = await TokenAsync(server);
        (await MakeAsync(server, key: token)).Fails(403, "AccessDenied");
        (await MakeAsync(server, key: "sk-wrong")).Fails(401, "InvalidApiKey");
        char last = token[^1] == '0' ? '1' : '0';
        foreach (string forged in new[] { token[..^1] + last, token[..^1], "st-", token.ToUpperInvariant(), "sk" + token[2..] })
        {
            await RefusedAsync(server, forged);
        }
    }
}
