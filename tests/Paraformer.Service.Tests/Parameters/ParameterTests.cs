using Paraformer.Engine;
using Paraformer.Protocol;
using Paraformer.Service.Tests.Fakes;

namespace Paraformer.Service.Tests.Parameters;

public sealed class ParameterTests
{
    private static readonly string s_taskId = Guid.NewGuid().ToString();

    [Theory]
    [InlineData("paraformer-realtime-v2", """{"sample_rate":16000}""", ErrorCodes.InvalidParameter, "'payload.parameters.format'")]
    [InlineData("paraformer-realtime-v2", """{"format":"flac","sample_rate":16000}""", ErrorCodes.UnsupportedFormat, "unsupported audio format:flac")]
    [InlineData("paraformer-realtime-v2", """{"format":"pcm"}""", ErrorCodes.InvalidParameter, "'payload.parameters.sample_rate'")]
    [InlineData("paraformer-realtime-v2", """{"format":"pcm","sample_rate":999}""", ErrorCodes.InvalidParameter, "between 1000 and 768000")]
    [InlineData("paraformer-realtime-v2", """{"format":"pcm","sample_rate":768001}""", ErrorCodes.InvalidParameter, "between 1000 and 768000")]
    [InlineData("paraformer-realtime-v2", """{"format":"pcm","sample_rate":"fast"}""", ErrorCodes.InvalidParameter, "sample_rate")]
    [InlineData("paraformer-realtime-8k-v2", """{"format":"pcm","sample_rate":16000}""", ErrorCodes.InvalidParameter, "takes 8000 only")]
    [InlineData("paraformer-realtime-v1", """{"format":"pcm","sample_rate":8000}""", ErrorCodes.InvalidParameter, "takes 16000 only")]
    [InlineData("paraformer-realtime-8k-v1", """{"format":"pcm","sample_rate":16000}""", ErrorCodes.InvalidParameter, "takes 8000 only")]
    [InlineData("paraformer-realtime-v2", """{"format":"pcm","sample_rate":16000,"max_sentence_silence":199}""", ErrorCodes.InvalidParameter, "between 200 and 6000")]
    [InlineData("paraformer-realtime-8k-v2", """{"format":"pcm","sample_rate":8000,"max_sentence_silence":6001}""", ErrorCodes.InvalidParameter, "between 200 and 6000")]
    [InlineData("paraformer-realtime-v2", """{"format":"pcm","sample_rate":16000,"language_hints":["zh","tlh"]}""", ErrorCodes.InvalidParameter, "'tlh'")]
    [InlineData("paraformer-realtime-v2", """{"format":"pcm","sample_rate":16000,"vocabulary_id":"vocab-x"}""", ErrorCodes.NotFound, "Not found!")]
    [InlineData("paraformer-realtime-v1", """{"format":"pcm","sample_rate":16000,"phrase_id":"p"}""", ErrorCodes.NotFound, "Not found!")]
    public async Task A_wrong_parameter_fails_the_task(string model, string parameters, string code, string message)
    {
        await using var harness = new Harness();
        await harness.SendAsync(ClientMessages.RunTask(s_taskId, model, parameters));
        await harness.ExpectFailureAsync(code, message, s_taskId);
        Assert.Empty(harness.Engine.Requests);
    }

    [Theory]
    [InlineData("paraformer-realtime-v2", """{"format":"pcm","sample_rate":"16000","stream":true,"pre_task_id":"x","model":"y","vocabulary_id":null}""")]
    [InlineData("paraformer-realtime-v2", """{"format":"wav","sample_rate":48000,"vocabulary_id":"","phrase_id":"p"}""")]
    [InlineData("paraformer-realtime-v1", """{"format":"opus","sample_rate":16000,"max_sentence_silence":1,"language_hints":["tlh"],"vocabulary_id":"v"}""")]
    [InlineData("paraformer-realtime-8k-v2", """{"format":"amr","sample_rate":8000,"language_hints":["tlh"]}""")]
    [InlineData("paraformer-realtime-8k-v1", """{"format":"mp3","sample_rate":8000}""")]
    public async Task Stray_and_inapplicable_parameters_are_ignored(string model, string parameters)
    {
        await using var harness = new Harness();
        await harness.SendAsync(ClientMessages.RunTask(s_taskId, model, parameters));
        Assert.Equal(TaskEvents.TaskStarted, (await harness.ReceiveAsync()).Event.Event);
    }

    [Fact]
    public async Task A_phrase_list_is_not_found_with_v1_and_ignored_with_v2()
    {
        const string Resources = """[{"resource_id":"p","resource_type":"asr_phrase"}]""";
        await using (var harness = new Harness())
        {
            await harness.SendAsync(ClientMessages.RunTask(s_taskId, "paraformer-realtime-v1", resources: Resources));
            await harness.ExpectFailureAsync(ErrorCodes.NotFound, "Not found!", s_taskId);
        }

        await using (var harness = new Harness())
        {
            await harness.SendAsync(ClientMessages.RunTask(s_taskId, resources: Resources));
            Assert.Equal(TaskEvents.TaskStarted, (await harness.ReceiveAsync()).Event.Event);
        }
    }

    [Fact]
    public async Task The_engine_gets_what_was_asked_for()
    {
        await using var harness = new Harness();
        await harness.StartTaskAsync(s_taskId, """{"format":"OPUS","sample_rate":48000,"language_hints":["en","ja","en"],"max_sentence_silence":200}""");
        StreamRequest request = Assert.Single(harness.Engine.Requests);
        Assert.Equal(("paraformer-realtime-v2", "opus", 48000, 200), (request.Model, request.Format, request.SampleRate, request.MaxSentenceSilenceMs));
        Assert.Equal(["en", "ja"], request.Languages);
    }

    [Fact]
    public async Task The_defaults_are_those_of_the_service()
    {
        await using var harness = new Harness();
        await harness.StartTaskAsync(s_taskId);
        StreamRequest request = Assert.Single(harness.Engine.Requests);
        Assert.Equal(800, request.MaxSentenceSilenceMs);
        Assert.Empty(request.Languages);
    }
}
