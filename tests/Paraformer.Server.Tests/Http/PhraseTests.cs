using System.Text.Json;
using Paraformer.Protocol;
using Paraformer.Server.Tests.Support;
using Paraformer.Service.Tests.Fakes;

namespace Paraformer.Server.Tests.Http;

public sealed class PhraseTests
{
    [Fact]
    public async Task A_list_is_made_replaced_described_listed_and_deleted()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        JsonElement made = (await server.SavePhrasesAsync("""{"青柠":5,"柠檬":-3}""")).Ok().Output;
        string id = made.GetProperty("finetuned_output").GetString()!;
        string job = made.GetProperty("job_id").GetString()!;
        Assert.Equal($"paraformer-realtime-v1-{job}", id);
        Assert.Equal(("SUCCEEDED", "compile_asr_phrase"), (made.GetProperty("status").GetString(), made.GetProperty("training_type").GetString()));

        JsonElement replaced = (await server.SavePhrasesAsync("""{"暂停":1}""", id: id)).Ok().Output;
        Assert.Equal(id, replaced.GetProperty("finetuned_output").GetString());
        Assert.NotEqual(job, replaced.GetProperty("job_id").GetString());

        JsonElement described = (await server.SendAsync(HttpMethod.Get, $"{Api.Outputs}/{id}")).Ok().Output;
        Assert.Equal(["create_time", "finetuned_output", "job_id", "model", "output_type"], described.EnumerateObject().Select(field => field.Name).Order());
        Assert.Equal(("paraformer-realtime-v1", "custom_resource"), (described.GetProperty("model").GetString(), described.GetProperty("output_type").GetString()));

        (await server.SavePhrasesAsync("""{"x y z":2}""", "paraformer-realtime-8k-v1")).Ok();
        JsonElement page = (await server.SendAsync(HttpMethod.Get, $"{Api.Outputs}?page_no=2&page_size=1")).Ok().Output;
        Assert.Equal((2, 1, 2), (page.GetProperty("page_no").GetInt32(), page.GetProperty("page_size").GetInt32(), page.GetProperty("total").GetInt32()));
        Assert.Single(page.GetProperty("finetuned_outputs").EnumerateArray());
        Assert.Equal(2, (await server.SendAsync(HttpMethod.Get, Api.Outputs)).Ok().Output.GetProperty("finetuned_outputs").GetArrayLength());

        // The Java SDK sends a body with its delete.
        ApiReply deleted = await server.SendAsync(HttpMethod.Delete, $"{Api.Outputs}/{id}", "{}");
        Assert.Equal($$"""{"finetuned_output":"{{id}}"}""", deleted.Ok().Output.GetRawText());
        (await server.SendAsync(HttpMethod.Get, $"{Api.Outputs}/{id}")).Fails(400, "BadRequest.ResourceNotExist");
        (await server.SendAsync(HttpMethod.Delete, $"{Api.Outputs}/{id}")).Fails(400, "BadRequest.ResourceNotExist");
        (await server.SavePhrasesAsync("""{"暂停":1}""", id: id)).Fails(400, "BadRequest.ResourceNotExist");
    }

    [Fact]
    public async Task The_java_sdks_shorter_body_is_taken()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        (await server.SendAsync(
            HttpMethod.Post, Api.FineTunes, """{"model":"paraformer-realtime-v1","training_type":"compile_asr_phrase","hyper_parameters":{"phrase_list":{"下一首":5}}}""")).Ok();
    }

    [Theory]
    [InlineData("""{"一二三四五六七八九十一":5}""", "has 11 characters; at most 10 are allowed in Chinese")]
    [InlineData("""{"a b c d e f":5}""", "has 6 words separated by spaces; at most 5")]
    [InlineData("""{"x":90}""", "'hyper_parameters.phrase_list.x' has the weight 90; it must lie between 1 and 5, or between -6 and -1")]
    [InlineData("""{"x":0}""", "has the weight 0")]
    [InlineData("""{"x":-7}""", "has the weight -7")]
    [InlineData("""{"x":"5"}""", "is \"5\"; it must be an integer")]
    [InlineData("""{"":5}""", "neither a letter nor a digit")]
    [InlineData("{}", "holds 0 phrases; it must hold 1 to 500")]
    [InlineData("null", "Missing required parameter 'hyper_parameters.phrase_list'")]
    [InlineData("[]", "'hyper_parameters.phrase_list' is an array; it must be an object")]
    public async Task Phrases_outside_the_rules_are_refused(string phrases, string expected)
    {
        await using RunningServer server = await RunningServer.StartAsync();
        Assert.Contains(expected, (await server.SavePhrasesAsync(phrases)).Fails(400, "InvalidParameter"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_models_types_pages_and_too_many_lists_are_refused()
    {
        await using RunningServer server = await RunningServer.StartAsync(new ServerOptions { MaxPhraseListsPerAccount = 1 });
        (await server.SavePhrasesAsync("""{"x":1}""", "asr")).Fails(404, "ModelNotFound");
        Assert.Contains("takes hot-word lists", (await server.SavePhrasesAsync("""{"x":1}""", "paraformer-realtime-v2")).Fails(400, "InvalidParameter"), StringComparison.Ordinal);
        (await server.SendAsync(HttpMethod.Post, Api.FineTunes, """{"model":"paraformer-realtime-v1","training_type":"sft","hyper_parameters":{}}""")).Fails(400, "InvalidParameter");
        foreach (string query in new[] { "page_no=0", "page_size=0", "page_size=101", "page_no=x", "page_no=99999999999" })
        {
            (await server.SendAsync(HttpMethod.Get, $"{Api.Outputs}?{query}")).Fails(400, "InvalidParameter");
        }

        string id = (await server.SavePhrasesAsync("""{"x":1}""")).Ok().Output.GetProperty("finetuned_output").GetString()!;
        using var measured = new Measurements(server.Service);
        (await server.SavePhrasesAsync("""{"x":1}""")).Fails(400, "Throttling.AllocationQuota");
        Assert.Equal(1, measured["paraformer.limits.refused limit=phrase_lists"]);
        string message = (await server.SavePhrasesAsync("""{"x":1}""", "paraformer-realtime-8k-v1", id)).Fails(400, "InvalidParameter");
        Assert.Contains("is for paraformer-realtime-v1", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"format":"pcm","sample_rate":16000}""", true)]
    [InlineData("""{"format":"pcm","sample_rate":16000,"phrase_id":"ID"}""", false)]
    public async Task A_list_reaches_recognition_as_a_resource_or_a_parameter(string parameters, bool asResource)
    {
        await using RunningServer server = await RunningServer.StartAsync();
        string id = (await server.SavePhrasesAsync("""{"青柠":5,"柠檬":-3}""")).Ok().Output.GetProperty("finetuned_output").GetString()!;
        await using SocketClient client = await SocketClient.ConnectAsync(server.Endpoint);
        await client.SendAsync(ClientMessages.RunTask(
            "t1",
            "paraformer-realtime-v1",
            parameters.Replace("ID", id, StringComparison.Ordinal),
            asResource ? $$"""[{"resource_id":"","resource_type":"asr_phrase"},{"resource_id":"{{id}}","resource_type":"asr_phrase"}]""" : "[]"));
        Assert.Equal(TaskEvents.TaskStarted, (await client.ReceiveAsync()).Event);
        Assert.Equal([new Engine.HotWord("青柠", 5), new Engine.HotWord("柠檬", -3)], Assert.Single(server.Engine.Requests).HotWords);
    }
}
