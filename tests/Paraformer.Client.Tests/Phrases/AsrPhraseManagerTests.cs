using System.Text.Json;
using Paraformer.Client.Tests.Support;
using Paraformer.Protocol;

namespace Paraformer.Client.Tests.Phrases;

public sealed class AsrPhraseManagerTests
{
    private const string Made =
        """
        {"request_id":"r-1","output":{"job_id":"ft-1","status":"SUCCEEDED","finetuned_output":"paraformer-realtime-v1-ft-1",
         "training_type":"compile_asr_phrase","create_time":"2025-01-02 03:04:05"}}
        """;

    private static readonly Dictionary<string, int> s_phrases = new() { ["青柠"] = 5, ["柠檬"] = -3 };

    [Fact]
    public async Task Creating_and_updating_send_the_documented_bodies()
    {
        await using var http = new HttpService((200, Made));
        using var manager = new AsrPhraseManager(http.Options);

        PhraseResponse made = manager.CreatePhrases(ParaformerModel.RealtimeV1, s_phrases);
        await manager.UpdatePhrasesAsync(ParaformerModel.RealtimeV1, "old-id", s_phrases, cancellationToken: TestLimit.Token);

        Assert.Equal((200, "r-1", "paraformer-realtime-v1-ft-1", "SUCCEEDED"), (made.StatusCode, made.RequestId, made.Output!.FinetunedOutput, made.Output.Status));
        HttpRequest[] requests = [.. http.Requests];
        Assert.All(requests, r => Assert.Equal(("POST", "/api/v1/fine-tunes"), (r.Method, r.Path)));
        Assert.True(JsonElement.DeepEquals(
            JsonElement.Parse(
                """
                {"model":"paraformer-realtime-v1","training_file_ids":[],"validation_file_ids":[],
                 "hyper_parameters":{"phrase_list":{"青柠":5,"柠檬":-3}},"training_type":"compile_asr_phrase"}
                """),
            JsonElement.Parse(requests[0].Body)));
        Assert.Equal("old-id", JsonElement.Parse(requests[1].Body).GetProperty("finetuned_output").GetString());
    }

    [Fact]
    public async Task Listing_asks_for_the_page_that_is_wanted()
    {
        await using var http = new HttpService((200,
            """
            {"request_id":"r","output":{"page_no":3,"page_size":2,"total":5,"finetuned_outputs":[
             {"create_time":"t","finetuned_output":"id-5","job_id":"ft","model":"paraformer-realtime-v1","output_type":"custom_resource"}]}}
            """));
        using var manager = new AsrPhraseManager(http.Options);

        PhraseResponse page = manager.ListPhrases(page: 3, pageSize: 2);

        Assert.Equal(5, page.Total);
        Assert.Equal(new PhraseList("id-5", "ft", null, "paraformer-realtime-v1", "custom_resource", "t"), Assert.Single(page.Outputs));
        Assert.Equal("/api/v1/fine-tunes/outputs?page_no=3&page_size=2", http.Requests.Single().Path);
    }

    [Fact]
    public async Task Querying_and_deleting_escape_the_id()
    {
        await using var http = new HttpService((200, """{"request_id":"r","output":{"finetuned_output":"a/../b"}}"""));
        using var manager = new AsrPhraseManager(http.Options);

        manager.QueryPhrases("a/../b").EnsureSuccess();
        Assert.Equal("a/../b", manager.DeletePhrases("a/../b").Output!.FinetunedOutput);

        Assert.Equal(
            [("GET", "/api/v1/fine-tunes/outputs/a%2F..%2Fb"), ("DELETE", "/api/v1/fine-tunes/outputs/a%2F..%2Fb")],
            http.Requests.Select(r => (r.Method, r.Path)));
    }

    [Fact]
    public async Task An_http_error_is_returned_and_thrown_only_when_asked_for()
    {
        await using var http = new HttpService((404, """{"code":"NotFound","message":"Not found!","request_id":"r-3"}"""));
        using var manager = new AsrPhraseManager(http.Options);

        PhraseResponse answer = manager.QueryPhrases("none");

        Assert.Equal((404, "NotFound", "Not found!", "r-3"), (answer.StatusCode, answer.Code, answer.Message, answer.RequestId));
        Assert.Null(answer.Output);
        Assert.Equal("r-3", Assert.Throws<DashScopeRequestException>(answer.EnsureSuccess).RequestId);
    }

    [Fact]
    public void Misuse_is_told_in_the_sdks_words()
    {
        using var manager = new AsrPhraseManager("sk-test");

        Assert.StartsWith("phrases is empty!", Assert.Throws<ArgumentException>(() => manager.CreatePhrases("m", new Dictionary<string, int>())).Message, StringComparison.Ordinal);
        Assert.StartsWith("training_type is empty!", Assert.Throws<ArgumentException>(() => manager.CreatePhrases("m", s_phrases, "")).Message, StringComparison.Ordinal);
        Assert.StartsWith("phrase_id is empty!", Assert.Throws<ArgumentException>(() => manager.QueryPhrases("")).Message, StringComparison.Ordinal);
    }
}
