using Paraformer.Engine;
using Paraformer.Server.Tests.Support;
using Paraformer.Service.Tests.Fakes;

namespace Paraformer.Server.Tests.Conformance;

/// <summary>Every parameter of protocol.md section 4 over the wire: its values, its default, what is refused and what is ignored.</summary>
public sealed class ParameterTests
{
    private const string V2 = "paraformer-realtime-v2";
    private const string Telephone = "paraformer-realtime-8k-v2";
    private const string V1 = "paraformer-realtime-v1";

    [Theory]
    [InlineData(V2, """{"format":"pcm","sample_rate":16000}""", "format=pcm rate=16000 languages= silence=800 multi=False semantic=False punctuation=True itn=True disfluency=False")]
    [InlineData(V2, """{"format":"WAV","sample_rate":"8000","max_sentence_silence":200}""", "format=wav rate=8000 silence=200")]
    [InlineData(V2, """{"format":"mp3","sample_rate":44100,"max_sentence_silence":6000}""", "format=mp3 rate=44100 silence=6000")]
    [InlineData(V2, """{"format":"opus","sample_rate":48000,"semantic_punctuation_enabled":true}""", "format=opus semantic=True")]
    [InlineData(V2, """{"format":"speex","sample_rate":16000,"multi_threshold_mode_enabled":true}""", "format=speex multi=True")]
    [InlineData(V2, """{"format":"aac","sample_rate":16000,"punctuation_prediction_enabled":false}""", "format=aac punctuation=False")]
    [InlineData(V2, """{"format":"amr","sample_rate":8000,"inverse_text_normalization_enabled":false}""", "format=amr itn=False")]
    [InlineData(V2, """{"format":"pcm","sample_rate":16000,"disfluency_removal_enabled":true}""", "disfluency=True")]
    [InlineData(V2, """{"format":"pcm","sample_rate":16000,"language_hints":["yue","ko"]}""", "languages=yue,ko")]
    [InlineData(V2, """{"format":"pcm","sample_rate":16000,"vocabulary_id":null,"language_hints":null,"heartbeat":null,"max_sentence_silence":null}""", "languages= silence=800")]
    [InlineData(V2, """{"format":"pcm","sample_rate":16000,"stream":true,"pre_task_id":"x","model":"y","phrase_id":"z","diarization_enabled":true,"speaker_count":2,"timestamp_alignment_enabled":true,"special_word_filter":"w","audio_event_detection_enabled":true,"never_heard_of":{"a":[1]}}""", "format=pcm")]
    [InlineData(Telephone, """{"format":"pcm","sample_rate":8000,"language_hints":["xx"]}""", "rate=8000 languages=")]
    [InlineData(V1, """{"format":"pcm","sample_rate":16000,"max_sentence_silence":1,"semantic_punctuation_enabled":true,"punctuation_prediction_enabled":false,"vocabulary_id":"v"}""", "silence=800 semantic=False punctuation=True")]
    public async Task A_parameter_reaches_recognition_or_is_ignored(string model, string parameters, string expected)
    {
        await using RunningServer server = await RunningServer.StartAsync();
        using RawSocket client = await RawSocket.ConnectAsync(server);
        await client.SendTextAsync(ClientMessages.RunTask("id", model, parameters, """[{"resource_id":"","resource_type":"asr_phrase"}]"""));
        await client.ExpectEventAsync("task-started", "id");
        StreamRequest request = Assert.Single(server.Engine.Requests);
        string actual = $"format={request.Format} rate={request.SampleRate} languages={string.Join(',', request.Languages)} silence={request.MaxSentenceSilenceMs} multi={request.MultiThreshold} semantic={request.SemanticSentences} punctuation={request.Punctuation} itn={request.InverseTextNormalization} disfluency={request.DisfluencyRemoval}";
        Assert.All(expected.Split(' '), part => Assert.Contains(part, actual.Split(' ')));
    }

    [Theory]
    [InlineData(V2, """{"sample_rate":16000}""", "InvalidParameter", "Missing required parameter 'payload.parameters.format'! Please follow the protocol!")]
    [InlineData(V2, """{"format":"flac","sample_rate":16000}""", "UNSUPPORTED_FORMAT", "unsupported audio format:flac")]
    [InlineData(V2, """{"format":7,"sample_rate":16000}""", "InvalidParameter", "payload.parameters.format")]
    [InlineData(V2, """{"format":"pcm"}""", "InvalidParameter", "Missing required parameter 'payload.parameters.sample_rate'! Please follow the protocol!")]
    [InlineData(V2, """{"format":"pcm","sample_rate":0}""", "InvalidParameter", "'payload.parameters.sample_rate' is 0")]
    [InlineData(V2, """{"format":"pcm","sample_rate":"fast"}""", "InvalidParameter", "payload.parameters.sample_rate")]
    [InlineData(V2, """{"format":"pcm","sample_rate":16000,"max_sentence_silence":199}""", "InvalidParameter", "must lie between 200 and 6000")]
    [InlineData(V2, """{"format":"pcm","sample_rate":16000,"max_sentence_silence":6001}""", "InvalidParameter", "must lie between 200 and 6000")]
    [InlineData(V2, """{"format":"pcm","sample_rate":16000,"language_hints":["tlh"]}""", "InvalidParameter", "'tlh'")]
    [InlineData(V2, """{"format":"pcm","sample_rate":16000,"heartbeat":"maybe"}""", "InvalidParameter", "payload.parameters.heartbeat")]
    [InlineData(V2, """{"format":"pcm","sample_rate":16000,"vocabulary_id":"vocab-none-0a1b2c3d4e5f60718293a4b5c6d7e8f9"}""", "NotFound", "Not found!")]
    [InlineData(Telephone, """{"format":"pcm","sample_rate":16000}""", "InvalidParameter", "takes 8000 only")]
    [InlineData(V1, """{"format":"pcm","sample_rate":8000}""", "InvalidParameter", "takes 16000 only")]
    public async Task A_parameter_that_cannot_be_served_is_refused(string model, string parameters, string code, string message)
    {
        await using RunningServer server = await RunningServer.StartAsync();
        using RawSocket client = await RawSocket.ConnectAsync(server);
        await client.SendTextAsync(ClientMessages.RunTask("id", model, parameters));
        (string answer, string taskId) = await client.ExpectFailureAsync(code);
        Assert.Contains(message, answer, StringComparison.Ordinal);
        Assert.Equal("id", taskId);
        Assert.Empty(server.Engine.Requests);
    }
}
