using System.Net;
using System.Text.Json;
using Paraformer.Protocol;
using Paraformer.Server.Tests.Support;
using Paraformer.Service.Tests.Fakes;

namespace Paraformer.Server.Tests.Http;

public sealed class CustomizationTests
{
    private static string Word(string text, string rest = ""","weight":4""") => $$"""[{"text":{{JsonSerializer.Serialize(text)}}{{rest}} }]""";

    private static string Create(string vocabulary, string prefix = "\"p\"", string model = "\"paraformer-realtime-v2\"") =>
        $$"""{"action":"create_vocabulary","target_model":{{model}},"prefix":{{prefix}},"vocabulary":{{vocabulary}} }""";

    [Fact]
    public async Task A_list_is_made_listed_read_replaced_and_deleted()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        ApiReply made = (await server.CustomizeAsync(Create("""[{"text":"青柠气泡水","weight":4,"lang":"zh"},{"text":"flat white","weight":3}]""", "\"shop01\""))).Ok();
        string id = made.Output.GetProperty("vocabulary_id").GetString()!;
        Assert.Matches("^vocab-shop01-[0-9a-f]{32}$", id);
        Assert.Equal("""{"count":1}""", made.Body.GetProperty("usage").GetRawText());

        JsonElement listed = Assert.Single((await server.CustomizeAsync("""{"action":"list_vocabulary"}""")).Ok().Output.GetProperty("vocabulary_list").EnumerateArray());
        Assert.Equal((id, "OK"), (listed.GetProperty("vocabulary_id").GetString(), listed.GetProperty("status").GetString()));
        Assert.Matches(@"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$", listed.GetProperty("gmt_create").GetString());

        JsonElement content = (await server.CustomizeAsync($$"""{"action":"query_vocabulary","vocabulary_id":"{{id}}"}""")).Ok().Output;
        Assert.Equal(["gmt_create", "gmt_modified", "status", "target_model", "vocabulary"], content.EnumerateObject().Select(field => field.Name));
        Assert.Equal("paraformer-realtime-v2", content.GetProperty("target_model").GetString());
        Assert.Equal(["青柠气泡水", "flat white"], content.GetProperty("vocabulary").EnumerateArray().Select(word => word.GetProperty("text").GetString()));
        Assert.False(content.GetProperty("vocabulary")[1].TryGetProperty("lang", out _));

        ApiReply updated = (await server.CustomizeAsync($$"""{"action":"update_vocabulary","vocabulary_id":"{{id}}","vocabulary":[{"text":"x","weight":1}]}""")).Ok();
        Assert.Equal("{}", updated.Output.GetRawText());
        content = (await server.CustomizeAsync($$"""{"action":"query_vocabulary","vocabulary_id":"{{id}}"}""")).Ok().Output;
        Assert.Equal("x", Assert.Single(content.GetProperty("vocabulary").EnumerateArray()).GetProperty("text").GetString());

        Assert.Equal("{}", (await server.CustomizeAsync($$"""{"action":"delete_vocabulary","vocabulary_id":"{{id}}"}""")).Ok().Output.GetRawText());
        foreach (string action in new[] { "query_vocabulary", "delete_vocabulary", "update_vocabulary" })
        {
            string message = (await server.CustomizeAsync($$"""{"action":"{{action}}","vocabulary_id":"{{id}}","vocabulary":{{Word("x")}} }""")).Fails(400, "BadRequest.ResourceNotExist");
            Assert.Equal("The Required resource not exist.", message);
        }
    }

    [Theory]
    [InlineData("一二三四五六七八九十一二三四五")]
    [InlineData("one two three four five six seven")]
    [InlineData("Ünïcødé")]
    [InlineData("こんにちは")]
    [InlineData("안녕하세요")]
    [InlineData("привет")]
    [InlineData("C++ 17")]
    public async Task Words_within_the_rules_are_taken(string text)
    {
        await using RunningServer server = await RunningServer.StartAsync();
        (await server.CustomizeAsync(Create(Word(text)))).Ok();
    }

    public static TheoryData<string, string> BadInputs() => new()
    {
        { Create(Word("一二三四五六七八九十一二三四五六")), "'input.vocabulary[0].text' has 16 characters; at most 15" },
        { Create(Word("one two three four five six seven eight")), "'input.vocabulary[0].text' has 8 words" },
        { Create(Word(new string('a', 129))), "'input.vocabulary[0].text' has 129 characters" },
        { Create(Word("")), "Missing required parameter 'input.vocabulary[0].text'" },
        { Create(Word("  ")), "'input.vocabulary[0].text' has neither a letter nor a digit" },
        { Create(Word("...")), "neither a letter nor a digit" },
        { Create(Word("a\u0000b")), "a character that cannot be written" },
        { Create(Word("مرحبا")), "none of the languages" },
        { Create(Word("x", ",\"weight\":0")), "'input.vocabulary[0].weight' is 0; it must lie between 1 and 5" },
        { Create(Word("x", ",\"weight\":6")), "'input.vocabulary[0].weight' is 6" },
        { Create(Word("x", ",\"weight\":-1")), "'input.vocabulary[0].weight' is -1" },
        { Create(Word("x", ",\"weight\":4.5")), "'input.vocabulary[0].weight' is 4.5; it must be an integer" },
        { Create(Word("x", ",\"weight\":\"4\"")), "'input.vocabulary[0].weight' is \"4\"; it must be an integer" },
        { Create(Word("x", ",\"weight\":99999999999")), "must be an integer" },
        { Create(Word("x", "")), "Missing required parameter 'input.vocabulary[0].weight'" },
        { Create(Word("x", ",\"weight\":4,\"lang\":\"tlh\"")), "'input.vocabulary[0].lang' is none of zh, en" },
        { Create("[]"), "'input.vocabulary' holds 0 words; it must hold 1 to 500" },
        { Create("[" + string.Join(',', Enumerable.Repeat("""{"text":"x","weight":1}""", 501)) + "]"), "'input.vocabulary' holds 501 words" },
        { Create("[1]"), "'input.vocabulary[0]' is 1; it must be an object" },
        { Create("{}"), "'input.vocabulary' is an object; it must be an array" },
        { Create("null"), "Missing required parameter 'input.vocabulary'! Please follow the protocol!" },
        { Create(Word("x"), "\"Shop\""), "'input.prefix' must be 1 to 10 digits and lower-case letters" },
        { Create(Word("x"), "\"abcdefghijk\""), "'input.prefix'" },
        { Create(Word("x"), "\"a-b\""), "'input.prefix'" },
        { Create(Word("x"), "\"\""), "Missing required parameter 'input.prefix'" },
        { Create(Word("x"), "7"), "'input.prefix' is 7; it must be a string" },
        { Create(Word("x"), model: "\"paraformer-realtime-v1\""), "takes phrase lists" },
        { Create(Word("x"), model: "null"), "Missing required parameter 'input.target_model'" },
        { """{"action":"drop_vocabulary"}""", "'input.action' is none of create_vocabulary" },
        { """{}""", "Missing required parameter 'input.action'" },
        { "[]", "'input' is an array; it must be an object" },
        { """{"action":"query_vocabulary"}""", "Missing required parameter 'input.vocabulary_id'" },
        { """{"action":"list_vocabulary","page_index":-1}""", "'input.page_index' is -1" },
        { """{"action":"list_vocabulary","page_size":0}""", "'input.page_size' is 0" },
        { """{"action":"list_vocabulary","prefix":"A"}""", "'input.prefix'" },
    };

    [Fact]
    public async Task What_breaks_a_rule_is_told_with_where_it_is()
    {
        await using RunningServer server = await RunningServer.StartAsync(new ServerOptions { MaxApiRequestsPerSecond = 1000 });
        foreach ((string input, string expected) in BadInputs().Select(row => row.Data))
        {
            string message = (await server.CustomizeAsync(input)).Fails(400, "InvalidParameter");
            Assert.Contains(expected, message, StringComparison.Ordinal);
            Assert.True(message.Length < 400, message);
        }

        Assert.Empty((await server.CustomizeAsync("""{"action":"list_vocabulary","prefix":null}""")).Ok().Output.GetProperty("vocabulary_list").EnumerateArray());
    }

    [Fact]
    public async Task An_unknown_model_is_not_found()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        Assert.Equal("Model can not be found.", (await server.CustomizeAsync(Create(Word("x"), model: "\"fun-asr\""))).Fails(404, "ModelNotFound"));
        (await server.SendAsync(HttpMethod.Post, Api.Customization, """{"model":"speech-unbiasing","input":{}}""")).Fails(404, "ModelNotFound");
    }

    [Fact]
    public async Task Too_many_lists_are_refused_and_a_deleted_one_makes_room()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        string id = "";
        for (int i = 0; i < 10; i++)
        {
            id = await server.CreateVocabularyAsync();
        }

        using var measured = new Measurements(server.Service);
        ApiReply refused = await server.CustomizeAsync(Create(Word("x")));
        Assert.Equal("Free allocated quota exceeded.", refused.Fails(400, "Throttling.AllocationQuota"));
        Assert.Equal(1, measured["paraformer.limits.refused limit=vocabularies"]);
        (await server.CustomizeAsync($$"""{"action":"delete_vocabulary","vocabulary_id":"{{id}}"}""")).Ok();
        await server.CreateVocabularyAsync();
    }

    [Theory]
    [InlineData("Missing required parameter 'model'", "{}")]
    [InlineData("no sound JSON", """{"model":""")]
    [InlineData("no JSON object", "[]")]
    [InlineData("no sound JSON", "")]
    [InlineData("is an object; it must be a string", """{"model":{}}""")]
    [InlineData("is no sound text", """{"model":"\ud800"}""")]
    public async Task A_body_that_is_not_as_it_should_be_is_told(string expected, string body)
    {
        await using RunningServer server = await RunningServer.StartAsync();
        Assert.Contains(expected, (await server.SendAsync(HttpMethod.Post, Api.Customization, body)).Fails(400, "InvalidParameter"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deep_large_and_foreign_bodies_are_refused()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        (await server.SendAsync(HttpMethod.Post, Api.Customization, new string('[', 5000))).Fails(400, "InvalidParameter");
        using var measured = new Measurements(server.Service);
        string tooLarge = (await server.SendAsync(HttpMethod.Post, Api.Customization, $$"""{"model":"{{new string('x', 300 * 1024)}}"}""")).Fails(413, "InvalidParameter");
        Assert.Equal("The body is larger than 262144 bytes.", tooLarge);
        Assert.Equal(1, measured["paraformer.limits.refused limit=http_body"]);
        (await server.SendAsync(HttpMethod.Post, Api.Customization, "{}", contentType: "text/plain")).Fails(415, "InvalidParameter");
        (await server.SendAsync(HttpMethod.Get, Api.Customization)).Fails(405, "InvalidParameter");
        (await server.SendAsync(HttpMethod.Put, Api.Outputs + "/x", "{}")).Fails(405, "InvalidParameter");
    }

    [Fact]
    public async Task The_longest_body_is_an_option()
    {
        await using RunningServer server = await RunningServer.StartAsync(new ServerOptions { MaxHttpBodyBytes = 100 });
        string message = (await server.CustomizeAsync(Create(Word("x")))).Fails(413, "InvalidParameter");
        Assert.Equal("The body is larger than 100 bytes.", message);
    }

    [Fact]
    public async Task Too_many_requests_per_second_are_refused_and_others_are_not()
    {
        await using RunningServer server = await RunningServer.StartAsync(new ServerOptions { ApiKeys = ["sk-a", "sk-b"], MaxApiRequestsPerSecond = 1, Time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider() });
        (await server.CustomizeAsync("""{"action":"list_vocabulary"}""", "sk-a")).Ok();
        using var measured = new Measurements(server.Service);
        string message = (await server.CustomizeAsync("""{"action":"list_vocabulary"}""", "sk-a")).Fails(429, "Throttling.RateQuota");
        Assert.Equal(1, measured["paraformer.limits.refused limit=api_requests"]);
        Assert.Equal("Requests rate limit exceeded, please try again later.", message);
        (await server.CustomizeAsync("""{"action":"list_vocabulary"}""", "sk-b")).Ok();
    }

    [Fact]
    public async Task A_list_reaches_recognition_with_its_model_alone()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        string id = await server.CreateVocabularyAsync("""[{"text":"Emma Woodhouse","weight":5,"lang":"en"},{"text":"青柠","weight":2}]""");
        string parameters = $$"""{"format":"pcm","sample_rate":16000,"vocabulary_id":"{{id}}"}""";
        await using (SocketClient client = await SocketClient.ConnectAsync(server.Endpoint))
        {
            await client.SendAsync(ClientMessages.RunTask("t1", parameters: parameters));
            Assert.Equal(TaskEvents.TaskStarted, (await client.ReceiveAsync()).Event);
            Assert.Equal([new Engine.HotWord("Emma Woodhouse", 5, "en"), new Engine.HotWord("青柠", 2)], Assert.Single(server.Engine.Requests).HotWords);
        }

        await using (SocketClient client = await SocketClient.ConnectAsync(server.Endpoint))
        {
            await client.SendAsync(ClientMessages.RunTask("t2", "paraformer-realtime-8k-v2", parameters.Replace("16000", "8000", StringComparison.Ordinal)));
            TaskEvent failed = await client.ReceiveAsync();
            Assert.Equal((TaskEvents.TaskFailed, "InvalidParameter"), (failed.Event, failed.ErrorCode));
            Assert.Contains("is for the model paraformer-realtime-v2", failed.ErrorMessage, StringComparison.Ordinal);
        }

        (await server.CustomizeAsync($$"""{"action":"delete_vocabulary","vocabulary_id":"{{id}}"}""")).Ok();
        await using (SocketClient client = await SocketClient.ConnectAsync(server.Endpoint))
        {
            await client.SendAsync(ClientMessages.RunTask("t3", parameters: parameters));
            TaskEvent failed = await client.ReceiveAsync();
            Assert.Equal(("NotFound", "Not found!"), (failed.ErrorCode, failed.ErrorMessage));
        }
    }

    [Fact]
    public async Task The_document_describes_every_path_that_is_served()
    {
        await using RunningServer server = await RunningServer.StartProtocolOnlyAsync(new ServerOptions { ApiKeys = ["sk-a"] });
        using HttpResponseMessage response = await server.Http.GetAsync(new Uri("/openapi/v1.json", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.StartsWith("3.1", document.RootElement.GetProperty("openapi").GetString(), StringComparison.Ordinal);
        foreach (JsonProperty path in document.RootElement.GetProperty("paths").EnumerateObject())
        {
            foreach (JsonProperty method in path.Value.EnumerateObject())
            {
                using var request = new HttpRequestMessage(new HttpMethod(method.Name.ToUpperInvariant()), new Uri(path.Name.Replace("{id}", "x", StringComparison.Ordinal), UriKind.Relative));
                using HttpResponseMessage answer = await server.Http.SendAsync(request, TestContext.Current.CancellationToken);
                bool isPublic = method.Value.TryGetProperty("security", out JsonElement security) && security.GetArrayLength() == 0;
                Assert.Equal(isPublic ? HttpStatusCode.OK : HttpStatusCode.Unauthorized, answer.StatusCode);
            }
        }

        foreach (string served in new[] { ParaformerServer.InferencePath, Api.Customization, Api.FineTunes, Api.Outputs, Api.Outputs + "/{id}", Api.Tokens, Api.Tokens + "/{id}", "/api/v1/models", "/healthz", "/readyz", "/metrics" })
        {
            Assert.True(document.RootElement.GetProperty("paths").TryGetProperty(served, out _), served);
        }
    }
}
