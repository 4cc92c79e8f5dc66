using System.Text;

namespace Paraformer.Protocol.Tests;

public class ReadRequestTests
{
    [Fact]
    public void A_documented_run_task_is_read_in_full()
    {
        TaskRequest request = Json.Request("""
            {
              "header": {"action": "run-task", "task_id": "6f1d2c3b4a5968778695a4b3c2d1e0f9", "streaming": "duplex"},
              "payload": {
                "task_group": "audio", "task": "asr", "function": "recognition",
                "model": "paraformer-realtime-v2",
                "parameters": {
                  "format": "pcm", "sample_rate": 16000,
                  "vocabulary_id": "vocab-shop01-0a1b2c3d4e5f60718293a4b5c6d7e8f9",
                  "disfluency_removal_enabled": true, "language_hints": ["zh", "en"],
                  "semantic_punctuation_enabled": true, "max_sentence_silence": 800,
                  "multi_threshold_mode_enabled": true, "punctuation_prediction_enabled": false,
                  "heartbeat": true, "inverse_text_normalization_enabled": false
                },
                "resources": [{"resource_id": "paraformer-realtime-v1-ft-202501020304-ab12", "resource_type": "asr_phrase"}],
                "input": {}
              }
            }
            """);

        Assert.Equal(TaskActions.RunTask, request.Action);
        Assert.Equal("6f1d2c3b4a5968778695a4b3c2d1e0f9", request.TaskId);
        Assert.Equal("duplex", request.Streaming);
        Assert.Equal("audio", request.TaskGroup);
        Assert.Equal("asr", request.Task);
        Assert.Equal("recognition", request.Function);
        Assert.Equal("paraformer-realtime-v2", request.Model);
        Assert.True(request.HasInput);
        Assert.Equal([new PhraseResource("paraformer-realtime-v1-ft-202501020304-ab12")], request.Resources);
        RecognitionParameters parameters = request.Parameters!;
        Assert.Equal(["zh", "en"], parameters.LanguageHints);
        Assert.Equal(
            new RecognitionParameters
            {
                Format = "pcm",
                SampleRate = 16000,
                VocabularyId = "vocab-shop01-0a1b2c3d4e5f60718293a4b5c6d7e8f9",
                DisfluencyRemovalEnabled = true,
                SemanticPunctuationEnabled = true,
                MaxSentenceSilence = 800,
                MultiThresholdModeEnabled = true,
                PunctuationPredictionEnabled = false,
                Heartbeat = true,
                InverseTextNormalizationEnabled = false,
            },
            parameters with { LanguageHints = null });
        RequestValidator.Validate(request);
    }

    [Fact]
    public void The_Python_clients_run_task_is_valid_and_its_leftovers_are_extra()
    {
        TaskRequest request = Json.Request("""
            {"header": {"streaming": "duplex", "task_id": "0123456789abcdef0123456789abcdef", "action": "run-task"}, "payload": {"model": "paraformer-realtime-v2", "parameters": {"sample_rate": 16000, "format": "pcm", "stream": true}, "input": {}, "task": "asr", "task_group": "audio", "function": "recognition"}}
            """);

        RequestValidator.Validate(request);
        Assert.Equal(16000, request.Parameters!.SampleRate);
        Assert.Equal("stream", Assert.Single(request.Parameters.Extra!).Key);
        Assert.True(request.Parameters.Extra!["stream"].GetBoolean());
    }

    [Fact]
    public void The_Java_clients_run_task_is_valid_and_its_task_id_is_kept_verbatim()
    {
        TaskRequest request = Json.Request("""
            {"header":{"action":"run-task","task_id":"1b2c3d4e-5f60-4718-8293-a4b5c6d7e8f9","streaming":"duplex"},
             "payload":{"model":"paraformer-realtime-v2","task_group":"audio","task":"asr","function":"recognition","input":{},
              "parameters":{"format":"wav","sample_rate":16000,"disfluency_removal_enabled":false,"language_hints":["zh","en"],
                            "pre_task_id":"1b2c3d4e-5f60-4718-8293-a4b5c6d7e8f9"}}}
            """);

        RequestValidator.Validate(request);
        Assert.Equal("1b2c3d4e-5f60-4718-8293-a4b5c6d7e8f9", request.TaskId);
        Assert.Equal("wav", request.Parameters!.Format);
        Assert.False(request.Parameters.DisfluencyRemovalEnabled);
        Assert.Equal("1b2c3d4e-5f60-4718-8293-a4b5c6d7e8f9", request.Parameters.Extra!["pre_task_id"].GetString());
    }

    [Fact]
    public void The_browser_demos_run_task_is_valid()
    {
        TaskRequest request = Json.Request("""
            {"header":{"action":"run-task","task_id":"9b2d6c1e-0f3a-4b5c-8d7e-6f5a4b3c2d1e","streaming":"duplex"},"payload":{"task_group":"audio","task":"asr","function":"recognition","model":"paraformer-realtime-v2","parameters":{"sample_rate":16000,"format":"pcm"},"input":{}}}
            """);

        RequestValidator.Validate(request);
        Assert.Null(request.Parameters!.Extra);
        Assert.Empty(request.Resources);
    }

    [Fact]
    public void A_finish_task_is_read()
    {
        TaskRequest request = Json.Request("""
            {"header": {"action": "finish-task", "task_id": "t", "streaming": "duplex"}, "payload": {"input": {}}}
            """);

        RequestValidator.Validate(request);
        Assert.Equal(TaskActions.FinishTask, request.Action);
        Assert.Null(request.Parameters);
        Assert.Null(request.Model);
    }

    [Fact]
    public void Null_counts_as_absent()
    {
        TaskRequest request = Json.Request("""
            {"header":{"action":"run-task","task_id":"t","streaming":null},
             "payload":{"model":null,"resources":null,"input":null,
              "parameters":{"format":null,"sample_rate":null,"vocabulary_id":null,"heartbeat":null,"language_hints":null,"unknown":null}}}
            """);

        Assert.Null(request.Streaming);
        Assert.Null(request.Model);
        Assert.Empty(request.Resources);
        Assert.False(request.HasInput);
        Assert.Equal(new RecognitionParameters(), request.Parameters);
    }

    [Fact]
    public void Quoted_numbers_and_booleans_are_understood()
    {
        RecognitionParameters parameters = Parameters("""
            {"sample_rate": "16000", "max_sentence_silence": 800.0, "heartbeat": "true", "disfluency_removal_enabled": "false"}
            """);

        Assert.Equal(16000, parameters.SampleRate);
        Assert.Equal(800, parameters.MaxSentenceSilence);
        Assert.True(parameters.Heartbeat);
        Assert.False(parameters.DisfluencyRemovalEnabled);
    }

    [Fact]
    public void Of_a_repeated_key_the_last_counts()
    {
        TaskRequest request = Json.Request("""
            {"header":{"action":"finish-task","action":"run-task","task_id":"a","task_id":"b"},
             "payload":{"parameters":{"format":"wav","format":"pcm","sample_rate":8000,"sample_rate":null,"x":1,"x":2,"y":1,"y":null}}}
            """);

        Assert.Equal("run-task", request.Action);
        Assert.Equal("b", request.TaskId);
        Assert.Equal("pcm", request.Parameters!.Format);
        Assert.Null(request.Parameters.SampleRate);
        Assert.Equal(2, Assert.Single(request.Parameters.Extra!).Value.GetInt32());
    }

    [Fact]
    public void Keys_are_case_sensitive()
    {
        RecognitionParameters parameters = Parameters("""{"Format":"pcm"}""");

        Assert.Null(parameters.Format);
        Assert.Equal("pcm", parameters.Extra!["Format"].GetString());
    }

    [Fact]
    public void Phrase_resources_with_an_empty_id_are_dropped()
    {
        TaskRequest request = Json.Request("""
            {"header":{},"payload":{"resources":[{"resource_id":"","resource_type":"asr_phrase"},null,{"resource_type":"asr_phrase"},{"resource_id":"p","resource_type":null},{"resource_id":"q","resource_type":"other"}]}}
            """);

        Assert.Equal([new PhraseResource("p"), new PhraseResource("q", "other")], request.Resources);
    }

    [Fact]
    public void A_header_without_fields_and_no_payload_reads_as_an_empty_request()
    {
        TaskRequest request = Json.Request("""{"header":{}}""");

        Assert.Equal(new TaskRequest { Action = "", HasInput = false }, request with { Resources = [] });
        Assert.Null(request.TaskId);
    }

    [Theory]
    [InlineData("""{"sample_rate": "fast"}""", "payload.parameters.sample_rate")]
    [InlineData("""{"sample_rate": {}}""", "payload.parameters.sample_rate")]
    [InlineData("""{"sample_rate": 16000.5}""", "payload.parameters.sample_rate")]
    [InlineData("""{"sample_rate": 1e300}""", "payload.parameters.sample_rate")]
    [InlineData("""{"sample_rate": 3000000000}""", "payload.parameters.sample_rate")]
    [InlineData("""{"sample_rate": ""}""", "payload.parameters.sample_rate")]
    [InlineData("""{"sample_rate": true}""", "payload.parameters.sample_rate")]
    [InlineData("""{"format": 3}""", "payload.parameters.format")]
    [InlineData("""{"heartbeat": 1}""", "payload.parameters.heartbeat")]
    [InlineData("""{"heartbeat": "yes"}""", "payload.parameters.heartbeat")]
    [InlineData("""{"language_hints": "zh"}""", "payload.parameters.language_hints")]
    [InlineData("""{"language_hints": ["zh", 1]}""", "payload.parameters.language_hints[1]")]
    public void A_parameter_that_cannot_be_understood_is_named_by_its_path(string parameters, string path)
    {
        var e = Assert.Throws<ProtocolException>(() => Parameters(parameters));

        Assert.Equal(ErrorCodes.InvalidParameter, e.Code);
        Assert.Equal("t", e.TaskId);
        Assert.Contains($"'{path}'", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"header":{"action":1,"task_id":"t"}}""", "header.action", "t")]
    [InlineData("""{"header":{"action":"run-task","task_id":{}}}""", "header.task_id", null)]
    [InlineData("""{"header":{"task_id":"t"},"payload":[]}""", "payload", "t")]
    [InlineData("""{"header":{"task_id":"t"},"payload":{"parameters":"x"}}""", "payload.parameters", "t")]
    [InlineData("""{"header":{"task_id":"t"},"payload":{"model":1}}""", "payload.model", "t")]
    [InlineData("""{"header":{"task_id":"t"},"payload":{"resources":{}}}""", "payload.resources", "t")]
    [InlineData("""{"header":{"task_id":"t"},"payload":{"resources":["x"]}}""", "payload.resources[0]", "t")]
    [InlineData("""{"header":{"task_id":"t"},"payload":{"resources":[{"resource_id":"a"},{"resource_id":1}]}}""", "payload.resources[1].resource_id", "t")]
    public void A_field_of_a_wrong_type_is_named_by_its_path(string json, string path, string? taskId)
    {
        var e = Assert.Throws<ProtocolException>(() => Json.Request(json));

        Assert.Equal(ErrorCodes.InvalidParameter, e.Code);
        Assert.Equal(taskId, e.TaskId);
        Assert.Contains($"'{path}'", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("hello", null)]
    [InlineData("[]", null)]
    [InlineData("null", null)]
    [InlineData("42", null)]
    [InlineData("{}", null)]
    [InlineData("""{"header":null}""", null)]
    [InlineData("""{"header":"run-task"}""", null)]
    [InlineData("""{"header":[{"task_id":"t"}]}""", null)]
    [InlineData("""{"header":{"task_id":"t"}} {}""", "t")]
    [InlineData("""{"header":{"task_id":"t"},"payload":""", "t")]
    [InlineData("""{"header":{"task_id":"t"},}""", "t")]
    [InlineData("""{"payload":{"task_id":"no"},"header":{"action":"x","task_id":"t"}""", "t")]
    [InlineData("""{"header":{"task_id":"t","action":"\ud800"}}""", "t")]
    [InlineData("""{"header":{"task_id":"t","action":"\ud83d\n"}}""", "t")]
    [InlineData("""{"header":{"task_id":"t","action":"\udc00\ud800"}}""", "t")]
    [InlineData("""{"header":{"task_id":"\ud800"}}""", null)]
    [InlineData("""{"header":{"task_id":5},""", null)]
    public void Text_that_is_no_message_is_invalid_payload_data(string text, string? taskId)
    {
        var e = Assert.Throws<ProtocolException>(() => Json.Request(text));

        Assert.Equal(ErrorCodes.InvalidParameter, e.Code);
        Assert.Equal("Invalid payload data", e.Message);
        Assert.Equal(taskId, e.TaskId);
    }

    [Fact]
    public void Text_that_is_not_UTF_8_is_invalid_payload_data()
    {
        byte[] text = Encoding.UTF8.GetBytes("""{"header":{"task_id":"t","action":"x"}}""");
        text[^4] = 0xFF;

        var e = Assert.Throws<ProtocolException>(() => ProtocolSerializer.ReadRequest(text));

        Assert.Equal("Invalid payload data", e.Message);
        Assert.Equal("t", e.TaskId);
    }

    [Fact]
    public void A_byte_order_mark_is_passed_over()
    {
        byte[] text = [0xEF, 0xBB, 0xBF, .. """{"header":{"action":"x"}}"""u8];

        Assert.Equal("x", ProtocolSerializer.ReadRequest(text).Action);
    }

    [Fact]
    public void Escaped_text_is_read_as_the_characters_it_stands_for()
    {
        TaskRequest request = Json.Request("""{"header":{"action":"\u4eca\u5929\ud83d\ude00\"\\u","task_id":"\ud842\udfb7"}}""");

        Assert.Equal("今天😀\"\\u", request.Action);
        Assert.Equal("𠮷", request.TaskId);
    }

    [Theory]
    [InlineData(61, true)]
    [InlineData(62, false)]
    [InlineData(1_000_000, false)]
    public void Nesting_is_read_to_a_depth_of_64(int depthOfExtra, bool valid)
    {
        string value = new string('[', depthOfExtra) + new string(']', depthOfExtra);
        string json = RunTaskWith($$"""{"x": {{value}} }""");

        if (valid)
        {
            Assert.NotNull(Json.Request(json).Parameters!.Extra);
        }
        else
        {
            Assert.Equal("Invalid payload data", Assert.Throws<ProtocolException>(() => Json.Request(json)).Message);
        }
    }

    private static RecognitionParameters Parameters(string json) =>
        Json.Request(RunTaskWith(json)).Parameters!;

    private static string RunTaskWith(string parameters) =>
        """{"header":{"action":"run-task","task_id":"t"},"payload":{"parameters":""" + parameters + "}}";
}
