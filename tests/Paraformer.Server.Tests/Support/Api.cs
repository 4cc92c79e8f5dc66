using System.Net;
using System.Text;
using System.Text.Json;

namespace Paraformer.Server.Tests.Support;

/// <summary>An answer of the HTTP interfaces.</summary>
internal sealed record ApiReply(HttpStatusCode Status, JsonElement Body)
{
    public JsonElement Output => Body.GetProperty("output");

    /// <summary>A good answer, with a request id that is a dashed UUID.</summary>
    public ApiReply Ok()
    {
        Assert.True(Status == HttpStatusCode.OK, $"{Status}: {Body}");
        Assert.Matches("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", Body.GetProperty("request_id").GetString());
        return this;
    }

    /// <summary>A failure: three fields and no more.</summary>
    public string Fails(int status, string code)
    {
        Assert.Equal((status, code), ((int)Status, Body.GetProperty("code").GetString()));
        Assert.Equal(["code", "message", "request_id"], Body.EnumerateObject().Select(field => field.Name));
        Assert.Matches("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", Body.GetProperty("request_id").GetString());
        return Body.GetProperty("message").GetString()!;
    }
}

/// <summary>Requests to the HTTP interfaces, as raw JSON.</summary>
internal static class Api
{
    public const string Customization = "/api/v1/services/audio/asr/customization";
    public const string FineTunes = "/api/v1/fine-tunes";
    public const string Outputs = "/api/v1/fine-tunes/outputs";
    public const string Tokens = "/api/v1/tokens";

    public static async Task<ApiReply> SendAsync(
        this RunningServer server, HttpMethod method, string path, string? json = null, string? authorization = null, string? workspace = null, string contentType = "application/json")
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (json is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(json));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }

        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        if (workspace is not null)
        {
            request.Headers.TryAddWithoutValidation("X-DashScope-WorkSpace", workspace);
        }

        using HttpResponseMessage response = await server.Http.SendAsync(request, TestContext.Current.CancellationToken);
        string body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        using var document = JsonDocument.Parse(body);
        return new ApiReply(response.StatusCode, document.RootElement.Clone());
    }

    public static Task<ApiReply> CustomizeAsync(this RunningServer server, string input, string? authorization = null, string? workspace = null) =>
        server.SendAsync(HttpMethod.Post, Customization, $$"""{"model":"speech-biasing","input":{{input}},"parameters":{} }""", authorization, workspace, "application/json; charset=utf-8");

    public static async Task<string> CreateVocabularyAsync(
        this RunningServer server, string words = """[{"text":"青柠气泡水","weight":4,"lang":"zh"}]""", string prefix = "shop01", string model = "paraformer-realtime-v2", string? authorization = null)
    {
        ApiReply reply = await server.CustomizeAsync(
            $$"""{"action":"create_vocabulary","target_model":"{{model}}","prefix":"{{prefix}}","vocabulary":{{words}} }""", authorization);
        return reply.Ok().Output.GetProperty("vocabulary_id").GetString()!;
    }

    public static Task<ApiReply> SavePhrasesAsync(
        this RunningServer server, string phrases, string model = "paraformer-realtime-v1", string? id = null, string? authorization = null) =>
        server.SendAsync(
            HttpMethod.Post,
            FineTunes,
            $$$"""
            {"model":"{{{model}}}","training_file_ids":[],"validation_file_ids":[],"hyper_parameters":{"phrase_list":{{{phrases}}}},
             "training_type":"compile_asr_phrase"{{{(id is null ? "" : $",\"finetuned_output\":\"{id}\"")}}}}
            """,
            authorization);
}
