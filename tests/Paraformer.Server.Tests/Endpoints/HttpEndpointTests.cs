using System.Net;
using System.Text.Json;
using Paraformer.Engine;
using Paraformer.Server.Tests.Support;

namespace Paraformer.Server.Tests.Endpoints;

public sealed class HttpEndpointTests
{
    [Fact]
    public async Task The_models_and_the_packs_that_serve_them_are_listed()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        server.Engine.Models = [new ServedModel("paraformer-realtime-v2", [new ServedLanguage("en", "vosk-en", null), new ServedLanguage("fr", null, "pull vosk-fr")])];
        (HttpStatusCode status, string body) = await GetAsync(server, "/api/v1/models");
        Assert.Equal(HttpStatusCode.OK, status);
        using var json = JsonDocument.Parse(body);
        JsonElement model = Assert.Single(json.RootElement.GetProperty("models").EnumerateArray());
        Assert.Equal("paraformer-realtime-v2", model.GetProperty("model").GetString());
        JsonElement[] languages = [.. model.GetProperty("languages").EnumerateArray()];
        Assert.Equal(("en", "vosk-en"), (languages[0].GetProperty("language").GetString(), languages[0].GetProperty("pack").GetString()));
        Assert.Equal("pull vosk-fr", languages[1].GetProperty("remedy").GetString());
    }

    [Fact]
    public async Task Health_and_the_root_answer_in_plain_text()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        Assert.Equal((HttpStatusCode.OK, "ok\n"), await GetAsync(server, "/healthz"));
        (HttpStatusCode status, string body) = await GetAsync(server, "/");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains(ParaformerServer.InferencePath, body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_path_is_not_found_in_JSON()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        (HttpStatusCode status, string body) = await GetAsync(server, "/api-ws/v1/realtime");
        Assert.Equal(HttpStatusCode.NotFound, status);
        using var json = JsonDocument.Parse(body);
        Assert.Equal("NotFound", json.RootElement.GetProperty("code").GetString());
    }

    private static async Task<(HttpStatusCode Status, string Body)> GetAsync(RunningServer server, string path)
    {
        using HttpResponseMessage answer = await server.Http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
