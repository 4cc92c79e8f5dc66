using System.Net;
using Paraformer.Server.Tests.Support;

namespace Paraformer.Server.Tests.Security;

public sealed class ApiKeyTests
{
    private static readonly ServerOptions s_options = new() { ApiKeys = ["sk-first-key", "sk-second-key"] };

    [Theory]
    [InlineData("Bearer sk-first-key")]
    [InlineData("bearer sk-second-key")]
    [InlineData("sk-second-key")]
    public async Task A_key_is_taken_with_either_scheme_or_alone(string authorization)
    {
        await using RunningServer server = await RunningServer.StartAsync(s_options);
        await using SocketClient client = await SocketClient.ConnectAsync(server.Endpoint, options => options.SetRequestHeader("Authorization", authorization));
        await client.RunTaskAsync(Guid.NewGuid().ToString());
    }

    [Fact]
    public async Task A_browser_gives_its_key_in_the_query_and_it_is_never_logged()
    {
        await using RunningServer server = await RunningServer.StartAsync(s_options);
        await using SocketClient client = await SocketClient.ConnectAsync(
            new Uri(server.Endpoint + "?api_key=sk-first-key"), options => options.SetRequestHeader("Origin", "http://localhost:8080"));
        await client.RunTaskAsync(Guid.NewGuid().ToString());
        Assert.NotEmpty(server.Log.Lines);
        Assert.DoesNotContain(server.Log.Lines, line => line.Contains("sk-first-key", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("bearer sk-wrong", "/api-ws/v1/inference")]
    [InlineData("Bearer ", "/api-ws/v1/inference/")]
    [InlineData("sk-first-ke", "/api-ws/v1/inference")]
    [InlineData("Bearer sk-wrong", "/api-ws/v1/inference?api_key=sk-wrong")]
    [InlineData("Bearer sk-wrong", "/api/v1/models")]
    public async Task A_wrong_key_is_unauthorized(string authorization, string target)
    {
        await using RunningServer server = await RunningServer.StartAsync(s_options);
        string answer = await RawRequest.GetAsync(server.Endpoint, target, RawRequest.PythonHeaders(authorization));
        Assert.StartsWith("HTTP/1.1 401 Unauthorized\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("""{"code":"InvalidApiKey","message":"Invalid API-key provided.","request_id":""", answer, StringComparison.Ordinal);
        Assert.DoesNotContain(server.Log.Lines, line => line.Contains("sk-wrong", StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_key_at_all_is_unauthorized_but_health_stays_open()
    {
        await using RunningServer server = await RunningServer.StartAsync(s_options);
        using HttpResponseMessage models = await server.Http.GetAsync(new Uri("/api/v1/models", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, models.StatusCode);
        using HttpResponseMessage health = await server.Http.GetAsync(new Uri("/healthz", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
    }

    [Fact]
    public void An_empty_key_is_refused() =>
        Assert.Throws<ServerStartException>(() => ParaformerServer.Build(new ServerOptions { ApiKeys = [" "] }, new Service.Tests.Fakes.ScriptedEngine()));
}
