using System.Text.Json;
using Paraformer.Client.Tests.Support;
using Paraformer.Protocol;

namespace Paraformer.Client.Tests.Vocabularies;

public sealed class VocabularyServiceTests
{
    private const string Done = """{"output":{},"usage":{"count":1},"request_id":"r-1"}""";

    [Fact]
    public async Task Creating_a_list_sends_the_documented_body_and_returns_the_id()
    {
        await using var http = new HttpService((200, """{"output":{"vocabulary_id":"vocab-shop01-0a1b2c"},"usage":{"count":1},"request_id":"r-7"}"""));
        using var service = new VocabularyService(http.Options with { Workspace = "llm-1" });

        string id = await service.CreateVocabularyAsync(
            ParaformerModel.RealtimeV2, "shop01", [new("青柠气泡水", 4, "zh"), new("flat white", 3)], TestLimit.Token);

        Assert.Equal("vocab-shop01-0a1b2c", id);
        Assert.Equal("r-7", service.GetLastRequestId());
        HttpRequest request = Assert.Single(http.Requests);
        Assert.Equal(("POST", "/api/v1/services/audio/asr/customization"), (request.Method, request.Path));
        Assert.Equal("Bearer sk-test", request.Headers["Authorization"]);
        Assert.Equal("llm-1", request.Headers["X-DashScope-WorkSpace"]);
        Assert.StartsWith("application/json", request.Headers["Content-Type"], StringComparison.Ordinal);
        Assert.True(JsonElement.DeepEquals(
            JsonElement.Parse(
                """
                {"model":"speech-biasing","input":{"action":"create_vocabulary","target_model":"paraformer-realtime-v2","prefix":"shop01",
                 "vocabulary":[{"text":"青柠气泡水","weight":4,"lang":"zh"},{"text":"flat white","weight":3}]},"parameters":{}}
                """),
            JsonElement.Parse(request.Body)));
    }

    [Fact]
    public async Task Lists_are_read_page_by_page()
    {
        await using var http = new HttpService((200,
            """
            {"output":{"vocabulary_list":[{"vocabulary_id":"vocab-a-1","gmt_create":"2026-01-02 03:04:05","gmt_modified":"2026-01-03 03:04:05","status":"OK"}]},
             "usage":{"count":1},"request_id":"r"}
            """));
        using var service = new VocabularyService(http.Options);

        VocabularySummary list = Assert.Single(await service.ListVocabulariesAsync("a", 2, 5, TestLimit.Token));

        Assert.Equal(new VocabularySummary("vocab-a-1", "2026-01-02 03:04:05", "2026-01-03 03:04:05", "OK"), list);
        Assert.Contains("""{"action":"list_vocabulary","prefix":"a","page_index":2,"page_size":5}""", http.Requests.Single().Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_is_read_with_its_words()
    {
        await using var http = new HttpService((200,
            """
            {"output":{"gmt_create":"c","gmt_modified":"m","status":"UNDEPLOYED","target_model":"paraformer-realtime-v2",
             "vocabulary":[{"text":"Kubernetes","weight":5,"lang":"en"},{"text":"x","weight":1}]},"request_id":"r"}
            """));
        using var service = new VocabularyService(http.Options);

        Vocabulary list = service.QueryVocabulary("vocab-a-1");

        Assert.Equal(("c", "m", "UNDEPLOYED", "paraformer-realtime-v2"), (list.CreatedAt, list.ModifiedAt, list.Status, list.TargetModel));
        Assert.Equal([new("Kubernetes", 5, "en"), new("x", 1)], list.Words);
    }

    [Fact]
    public async Task Updating_and_deleting_name_the_list()
    {
        await using var http = new HttpService((200, Done));
        using var service = new VocabularyService(http.Options);

        await service.UpdateVocabularyAsync("vocab-a-1", [new("word")], TestLimit.Token);
        service.DeleteVocabulary("vocab-a-1");

        string[] bodies = [.. http.Requests.Select(r => r.Body)];
        Assert.Contains("""{"action":"update_vocabulary","vocabulary_id":"vocab-a-1","vocabulary":[{"text":"word","weight":4}]}""", bodies[0], StringComparison.Ordinal);
        Assert.Contains("""{"action":"delete_vocabulary","vocabulary_id":"vocab-a-1"}""", bodies[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_carries_status_code_message_and_request_id()
    {
        await using var http = new HttpService((400, """{"code":"BadRequest.ResourceNotExist","message":"The Required resource not exist.","request_id":"r-9"}"""));
        using var service = new VocabularyService(http.Options);

        var e = await Assert.ThrowsAsync<VocabularyServiceException>(() => service.QueryVocabularyAsync("vocab-none", TestLimit.Token));

        Assert.Equal((400, "BadRequest.ResourceNotExist", "The Required resource not exist.", "r-9"), (e.StatusCode, e.Code, e.Message, e.RequestId));
        Assert.Equal("r-9", service.GetLastRequestId());
    }

    [Theory]
    [InlineData(502, "<html>Bad gateway</html>", "HttpStatus502")]
    [InlineData(200, "[1]", "MessageFormatError")]
    [InlineData(200, "{\"output\":7}", "MessageFormatError")]
    public async Task An_answer_that_is_not_the_services_is_a_typed_error(int status, string body, string code)
    {
        await using var http = new HttpService((status, body));
        using var service = new VocabularyService(http.Options);

        var e = await Assert.ThrowsAsync<VocabularyServiceException>(
            () => service.CreateVocabularyAsync(ParaformerModel.RealtimeV2, "a", [new("b")], TestLimit.Token));

        Assert.Equal(code, e.Code);
    }

    [Fact]
    public async Task A_request_without_an_answer_is_sent_again_but_creating_is_not()
    {
        await using var http = new HttpService((0, null), (200, Done));
        using var service = new VocabularyService(http.Options);
        await service.DeleteVocabularyAsync("vocab-a-1", TestLimit.Token);
        Assert.Equal(2, http.Requests.Count);

        await using var deaf = new HttpService((0, null));
        using var second = new VocabularyService(deaf.Options);
        var e = await Assert.ThrowsAsync<VocabularyServiceException>(
            () => second.CreateVocabularyAsync(ParaformerModel.RealtimeV2, "a", [new("b")], TestLimit.Token));
        Assert.Equal((ClientErrorCodes.ConnectionFailed, -1), (e.Code, e.StatusCode));
        Assert.Single(deaf.Requests);
    }
}
