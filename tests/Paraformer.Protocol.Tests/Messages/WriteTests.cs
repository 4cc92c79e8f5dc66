using System.Text.Json;

namespace Paraformer.Protocol.Tests;

public class WriteTests
{
    private static readonly Word Weather = new() { BeginTime = 780, EndTime = 1340, Text = "天气", Fixed = true };

    [Fact]
    public void A_run_task_has_only_what_was_set()
    {
        var request = new TaskRequest
        {
            Action = TaskActions.RunTask,
            TaskId = "6f1d",
            Streaming = "duplex",
            TaskGroup = "audio",
            Task = "asr",
            Function = "recognition",
            Model = "paraformer-realtime-v2",
            Parameters = new RecognitionParameters { Format = "pcm", SampleRate = 16000 },
        };

        Assert.Equal(
            """{"header":{"action":"run-task","task_id":"6f1d","streaming":"duplex"},"payload":{"task_group":"audio","task":"asr","function":"recognition","model":"paraformer-realtime-v2","parameters":{"format":"pcm","sample_rate":16000},"input":{}}}""",
            Json.Write(output => ProtocolSerializer.WriteRequest(output, request)));
    }

    [Fact]
    public void A_run_task_with_everything_has_the_documented_order()
    {
        var request = new TaskRequest
        {
            Action = TaskActions.RunTask,
            TaskId = "6f1d",
            Streaming = "duplex",
            TaskGroup = "audio",
            Task = "asr",
            Function = "recognition",
            Model = "paraformer-realtime-v2",
            Parameters = new RecognitionParameters
            {
                Format = "pcm",
                SampleRate = 16000,
                VocabularyId = "vocab-a",
                PhraseId = "phrase-b",
                DisfluencyRemovalEnabled = false,
                LanguageHints = ["zh", "en"],
                SemanticPunctuationEnabled = false,
                MaxSentenceSilence = 800,
                MultiThresholdModeEnabled = false,
                PunctuationPredictionEnabled = true,
                Heartbeat = false,
                InverseTextNormalizationEnabled = true,
                Extra = new Dictionary<string, JsonElement>
                {
                    ["special_word_filter"] = JsonElement.Parse("""{"词": [1, "二"]}"""),
                    ["nothing"] = JsonElement.Parse("null"),
                },
            },
            Resources = [new PhraseResource("p")],
        };

        Assert.Equal(
            """{"header":{"action":"run-task","task_id":"6f1d","streaming":"duplex"},"payload":{"task_group":"audio","task":"asr","function":"recognition","model":"paraformer-realtime-v2","parameters":{"format":"pcm","sample_rate":16000,"vocabulary_id":"vocab-a","phrase_id":"phrase-b","disfluency_removal_enabled":false,"language_hints":["zh","en"],"semantic_punctuation_enabled":false,"max_sentence_silence":800,"multi_threshold_mode_enabled":false,"punctuation_prediction_enabled":true,"heartbeat":false,"inverse_text_normalization_enabled":true,"special_word_filter":{"词":[1,"二"]}},"resources":[{"resource_id":"p","resource_type":"asr_phrase"}],"input":{}}}""",
            Json.Write(output => ProtocolSerializer.WriteRequest(output, request)));
    }

    [Fact]
    public void A_known_parameter_among_the_extra_ones_is_refused()
    {
        var request = new TaskRequest
        {
            Action = TaskActions.RunTask,
            Parameters = new RecognitionParameters { Extra = new Dictionary<string, JsonElement> { ["format"] = JsonElement.Parse("1") } },
        };

        var e = Assert.Throws<ArgumentException>(() => Json.Write(output => ProtocolSerializer.WriteRequest(output, request)));
        Assert.Contains("'format'", e.Message, StringComparison.Ordinal);
        Assert.Contains("task-started", Json.Write(output => ProtocolSerializer.WriteTaskStarted(output, "t")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_finish_task_is_header_and_empty_input() =>
        Assert.Equal(
            """{"header":{"action":"finish-task","task_id":"6f1d","streaming":"duplex"},"payload":{"input":{}}}""",
            Json.Write(output => ProtocolSerializer.WriteRequest(
                output, new TaskRequest { Action = TaskActions.FinishTask, TaskId = "6f1d", Streaming = "duplex" })));

    [Fact]
    public void Task_started_has_an_empty_payload() =>
        Assert.Equal(
            """{"header":{"task_id":"6f1d","event":"task-started","attributes":{}},"payload":{}}""",
            Json.Write(output => ProtocolSerializer.WriteTaskStarted(output, "6f1d")));

    [Fact]
    public void Task_finished_has_output_and_usage() =>
        Assert.Equal(
            """{"header":{"task_id":"6f1d","event":"task-finished","attributes":{}},"payload":{"output":{},"usage":null}}""",
            Json.Write(output => ProtocolSerializer.WriteTaskFinished(output, "6f1d")));

    [Fact]
    public void Task_failed_has_code_message_and_an_empty_payload() =>
        Assert.Equal(
            """{"header":{"task_id":"6f1d","event":"task-failed","error_code":"CLIENT_ERROR","error_message":"request timeout after 23 seconds.","attributes":{}},"payload":{}}""",
            Json.Write(output => ProtocolSerializer.WriteTaskFailed(output, "6f1d", ErrorCodes.ClientError, "request timeout after 23 seconds.")));

    [Fact]
    public void A_partial_has_null_for_end_time_and_usage()
    {
        var sentence = new Sentence { SentenceId = 1, BeginTime = 420, Text = "天气", Words = [Weather with { Fixed = null }] };

        Assert.Equal(
            """{"header":{"task_id":"6f1d","event":"result-generated","attributes":{}},"payload":{"output":{"sentence":{"sentence_id":1,"begin_time":420,"end_time":null,"text":"天气","channel_id":0,"speaker_id":null,"sentence_end":false,"words":[{"begin_time":780,"end_time":1340,"text":"天气","punctuation":"","fixed":false,"speaker_id":null}]}},"usage":null}}""",
            Json.Write(output => ProtocolSerializer.WriteResult(output, "6f1d", sentence, null)));
    }

    [Fact]
    public void An_opened_sentence_says_so()
    {
        var sentence = new Sentence { SentenceId = 2, SentenceBegin = true };

        Assert.Equal(
            """{"sentence_id":2,"begin_time":0,"end_time":null,"text":"","channel_id":0,"speaker_id":null,"sentence_begin":true,"sentence_end":false,"words":[]}""",
            Json.Write(output => ProtocolSerializer.WriteSentence(output, sentence)));
    }

    [Fact]
    public void A_final_has_end_time_sentence_end_and_usage()
    {
        var sentence = new Sentence
        {
            SentenceId = 1,
            BeginTime = 420,
            EndTime = 2310,
            Text = "天气",
            Heartbeat = false,
            Words = [Weather],
            EmoTag = "neutral",
            EmoConfidence = 0.87,
            Stash = new Stash { SentenceId = 2, BeginTime = 2310, CurrentTime = 2310 },
        };

        Assert.Equal(
            """{"header":{"task_id":"6f1d","event":"result-generated","attributes":{}},"payload":{"output":{"sentence":{"sentence_id":1,"begin_time":420,"end_time":2310,"text":"天气","channel_id":0,"speaker_id":null,"sentence_end":true,"heartbeat":false,"words":[{"begin_time":780,"end_time":1340,"text":"天气","punctuation":"","fixed":true,"speaker_id":null}],"emo_tag":"neutral","emo_confidence":0.87,"stash":{"sentence_id":2,"text":"","begin_time":2310,"current_time":2310,"words":[]}}},"usage":{"duration":3}}}""",
            Json.Write(output => ProtocolSerializer.WriteResult(output, "6f1d", sentence, new Usage(3))));
    }

    [Fact]
    public void A_heartbeat_has_every_field_that_clients_index()
    {
        var sentence = new Sentence { SentenceId = 0, Heartbeat = true };

        Assert.Equal(
            """{"header":{"task_id":"6f1d","event":"result-generated","attributes":{}},"payload":{"output":{"sentence":{"sentence_id":0,"begin_time":0,"end_time":null,"text":"","channel_id":0,"speaker_id":null,"sentence_end":false,"heartbeat":true,"words":[]}},"usage":null}}""",
            Json.Write(output => ProtocolSerializer.WriteResult(output, "6f1d", sentence, null)));
    }

    [Fact]
    public void An_output_that_writes_a_message_of_its_own_disturbs_nothing()
    {
        string outer = Json.Write(output => ProtocolSerializer.WriteTaskStarted(new Nested(output), "outer"));

        Assert.Equal("""{"header":{"task_id":"outer","event":"task-started","attributes":{}},"payload":{}}""", outer);
    }

    private sealed class Nested(System.Buffers.IBufferWriter<byte> inner) : System.Buffers.IBufferWriter<byte>
    {
        public void Advance(int count) => inner.Advance(count);

        public Memory<byte> GetMemory(int sizeHint = 0)
        {
            _ = Json.Write(output => ProtocolSerializer.WriteTaskFinished(output, "inner"));
            return inner.GetMemory(sizeHint);
        }

        public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
    }
}
