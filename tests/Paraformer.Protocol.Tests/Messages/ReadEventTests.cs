using System.Text;

namespace Paraformer.Protocol.Tests;

public class ReadEventTests
{
    [Fact]
    public void Task_started_is_read()
    {
        TaskEvent started = Json.Event("""{"header": {"task_id": "6f1d", "event": "task-started", "attributes": {}}, "payload": {}}""");

        Assert.Equal(new TaskEvent { Event = TaskEvents.TaskStarted, TaskId = "6f1d" }, started);
    }

    [Fact]
    public void A_partial_as_the_live_service_sends_it_is_read()
    {
        TaskEvent result = Json.Event("""
            {"header": {"task_id": "6f1d", "event": "result-generated", "attributes": {}},
             "payload": {"output": {"sentence": {
               "sentence_id": 1, "begin_time": 420, "end_time": null, "text": "今天天",
               "channel_id": 0, "speaker_id": null, "sentence_end": false,
               "words": [
                 {"begin_time": 420, "end_time": 780, "text": "今天", "punctuation": "", "fixed": false, "speaker_id": null},
                 {"begin_time": 780, "end_time": 980, "text": "天",   "punctuation": "", "fixed": false, "speaker_id": null}]}}}}
            """);

        Sentence sentence = result.Sentence!;
        Assert.Equal(1, sentence.SentenceId);
        Assert.Equal(420, sentence.BeginTime);
        Assert.Null(sentence.EndTime);
        Assert.Equal("今天天", sentence.Text);
        Assert.Equal(0, sentence.ChannelId);
        Assert.False(sentence.IsFinal);
        Assert.Null(sentence.Heartbeat);
        Assert.Null(result.Usage);
        Assert.Equal(
            [
                new Word { BeginTime = 420, EndTime = 780, Text = "今天", Fixed = false },
                new Word { BeginTime = 780, EndTime = 980, Text = "天", Fixed = false },
            ],
            sentence.Words);
    }

    [Fact]
    public void An_opened_sentence_is_read()
    {
        TaskEvent result = Json.Event("""
            {"header":{"task_id":"t","event":"result-generated","attributes":{}},"payload":{"output":{"sentence":{"sentence_id":2,"begin_time":0,"end_time":null,"text":"","sentence_begin":true,"sentence_end":false,"words":[]}},"usage":null}}
            """);

        Assert.True(result.Sentence!.SentenceBegin);
        Assert.Empty(result.Sentence.Words);
    }

    [Fact]
    public void A_final_with_emotion_and_stash_is_read()
    {
        TaskEvent result = Json.Event("""
            {"header": {"task_id": "6f1d", "event": "result-generated", "attributes": {}},
             "payload": {
               "output": {"sentence": {
                 "sentence_id": 1, "begin_time": 420, "end_time": 2310, "text": "今天天气不错。",
                 "channel_id": 0, "speaker_id": null, "sentence_end": true, "heartbeat": false,
                 "words": [
                   {"begin_time": 1340, "end_time": 2310, "text": "不错", "punctuation": "。", "fixed": true, "speaker_id": null}],
                 "emo_tag": "neutral", "emo_confidence": 0.87,
                 "stash": {"sentence_id": 2, "text": "天", "begin_time": 2310, "current_time": 2320, "words": [{"text":"天"}]}}},
               "usage": {"duration": 3}}}
            """);

        Sentence sentence = result.Sentence!;
        Assert.True(sentence.IsFinal);
        Assert.Equal(2310, sentence.EndTime);
        Assert.False(sentence.Heartbeat);
        Assert.Equal("neutral", sentence.EmoTag);
        Assert.Equal(0.87, sentence.EmoConfidence);
        Assert.Equal("。", sentence.Words[0].Punctuation);
        Assert.True(sentence.Words[0].Fixed);
        Assert.Equal(new Usage(3), result.Usage);
        Stash stash = sentence.Stash!;
        Assert.Equal((2L, 2310L, 2320L, "天"), (stash.SentenceId, stash.BeginTime, stash.CurrentTime, stash.Text));
        Assert.Null(stash.EndTime);
        Assert.Equal([new Word { Text = "天" }], stash.Words);
    }

    [Fact]
    public void A_heartbeat_is_read()
    {
        TaskEvent result = Json.Event("""
            {"header": {"task_id": "6f1d", "event": "result-generated", "attributes": {}},
             "payload": {"output": {"sentence": {"sentence_id": 0, "begin_time": 0, "end_time": null, "text": "",
               "heartbeat": true, "sentence_end": false, "words": []}}, "usage": null}}
            """);

        Assert.True(result.Sentence!.Heartbeat);
        Assert.Equal(0, result.Sentence.SentenceId);
        Assert.False(result.Sentence.IsFinal);
    }

    [Theory]
    [InlineData("""{"header":{"task_id":"t","event":"task-finished","attributes":{}},"payload":{"output":{},"usage":null}}""")]
    [InlineData("""{"header":{"task_id":"t","event":"task-finished"},"payload":{"output":{}}}""")]
    [InlineData("""{"header":{"task_id":"t","event":"task-finished"},"payload":{"output":{"finished":true},"usage":{}}}""")]
    [InlineData("""{"header":{"task_id":"t","event":"task-finished"},"payload":{"output":null}}""")]
    [InlineData("""{"header":{"task_id":"t","event":"task-finished"}}""")]
    public void Task_finished_is_read_in_every_form(string json) =>
        Assert.Equal(new TaskEvent { Event = TaskEvents.TaskFinished, TaskId = "t" }, Json.Event(json));

    [Fact]
    public void Task_failed_is_read()
    {
        TaskEvent failed = Json.Event("""
            {"header": {"task_id": "6f1d", "event": "task-failed", "error_code": "CLIENT_ERROR",
                        "error_message": "request timeout after 23 seconds.", "attributes": {}},
             "payload": {}}
            """);

        Assert.Equal(ErrorCodes.ClientError, failed.ErrorCode);
        Assert.Equal("request timeout after 23 seconds.", failed.ErrorMessage);
    }

    [Fact]
    public void A_numeric_error_code_is_taken_as_text() =>
        Assert.Equal("401", Json.Event("""{"header":{"event":"task-failed","error_code":401}}""").ErrorCode);

    [Theory]
    [InlineData("null", null)]
    [InlineData("3", "3")]
    [InlineData("\"A\"", "A")]
    public void A_speaker_may_be_a_string_a_number_or_null(string value, string? speaker)
    {
        Sentence sentence = Json.Event(ResultWith($$"""{"speaker_id": {{value}}, "words": [{"speaker_id": {{value}} }]}""")).Sentence!;

        Assert.Equal(speaker, sentence.SpeakerId);
        Assert.Equal(speaker, sentence.Words[0].SpeakerId);
    }

    [Fact]
    public void A_sentence_without_any_field_has_the_defaults()
    {
        Sentence sentence = Json.Event("""{"header":{},"payload":{"output":{"sentence":{"heartbeat":null,"words":null,"begin_time":null,"vad_pre_end":true}}}}""").Sentence!;

        Assert.Equal(new Sentence(), sentence with { Words = new Sentence().Words });
        Assert.Empty(sentence.Words);
    }

    [Fact]
    public void A_sentence_end_alone_makes_a_final() =>
        Assert.True(Json.Event("""{"header":{},"payload":{"output":{"sentence":{"sentence_end":"true"}}}}""").Sentence!.IsFinal);

    [Theory]
    [InlineData("""{"begin_time":"soon"}""", "payload.output.sentence.begin_time")]
    [InlineData("""{"words":[{},{"end_time":[]}]}""", "payload.output.sentence.words[1].end_time")]
    [InlineData("""{"stash":{"words":[7]}}""", "payload.output.sentence.stash.words[0]")]
    [InlineData("""{"stash":{"words":[{"text":7}]}}""", "payload.output.sentence.stash.words[0].text")]
    [InlineData("""{"emo_confidence":"NaN"}""", "payload.output.sentence.emo_confidence")]
    [InlineData("""{"emo_confidence":1e999}""", "payload.output.sentence.emo_confidence")]
    public void A_field_of_a_wrong_type_is_named_by_its_path(string sentence, string path)
    {
        var e = Assert.Throws<ProtocolException>(() => Json.Event(ResultWith(sentence)));

        Assert.Contains($"'{path}'", e.Message, StringComparison.Ordinal);
        Assert.Equal("t", e.TaskId);
    }

    [Fact]
    public void A_bare_sentence_is_read()
    {
        Sentence sentence = ProtocolSerializer.ReadSentence(Encoding.UTF8.GetBytes("""{"text":"好","end_time":5}"""));

        Assert.Equal("好", sentence.Text);
        Assert.True(sentence.IsFinal);
    }

    [Fact]
    public void A_bad_field_of_a_bare_sentence_is_named() =>
        Assert.Contains(
            "'words[0].text'",
            Assert.Throws<ProtocolException>(() => ProtocolSerializer.ReadSentence("""{"words":[{"text":1}]}"""u8)).Message,
            StringComparison.Ordinal);

    private static string ResultWith(string sentence) => """{"header":{"task_id":"t"},"payload":{"output":{"sentence":""" + sentence + "}}}";
}
