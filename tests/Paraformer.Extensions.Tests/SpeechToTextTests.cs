using Microsoft.Extensions.AI;
using Paraformer.Client;
using Paraformer.Client.Tests.Support;
using Paraformer.Protocol;

namespace Paraformer.Extensions.Tests;

public sealed class SpeechToTextTests
{
    [Fact]
    public async Task A_whole_text_joins_the_sentences_and_spans_them()
    {
        var fake = new FakeService(FakeService.Answering("Hello there.", "你好。", "再见。"));
        await using RecognitionClient client = fake.CreateClient();
        using ISpeechToTextClient stt = client.AsSpeechToTextClient();

        SpeechToTextResponse response = await stt.GetTextAsync(new MemoryStream(new byte[3200]), cancellationToken: TestLimit.Token);

        Assert.Equal("Hello there.你好。再见。", response.Text);
        Assert.Equal((TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3.5)), (response.StartTime, response.EndTime));
        Assert.Equal("paraformer-realtime-v2", response.ModelId);
        Assert.Equal(fake.Tasks.Single().TaskId, response.ResponseId);
    }

    [Fact]
    public async Task Updates_open_update_finish_and_close()
    {
        var fake = new FakeService(FakeService.Answering("one", "two"));
        await using RecognitionClient client = fake.CreateClient();
        using ISpeechToTextClient stt = client.AsSpeechToTextClient();

        List<(SpeechToTextResponseUpdateKind Kind, string Text)> updates = [];
        await foreach (SpeechToTextResponseUpdate update in stt.GetStreamingTextAsync(new MemoryStream(new byte[3200]), cancellationToken: TestLimit.Token))
        {
            updates.Add((update.Kind, update.Text));
        }

        Assert.Equal(
            [
                (SpeechToTextResponseUpdateKind.SessionOpen, ""),
                (SpeechToTextResponseUpdateKind.TextUpdating, "o"),
                (SpeechToTextResponseUpdateKind.TextUpdated, "one"),
                (SpeechToTextResponseUpdateKind.TextUpdating, "t"),
                (SpeechToTextResponseUpdateKind.TextUpdated, "two"),
                (SpeechToTextResponseUpdateKind.SessionClose, ""),
            ],
            updates);
    }

    [Fact]
    public async Task Options_reach_the_service_by_their_names_on_the_wire()
    {
        var fake = new FakeService(FakeService.Answering());
        await using RecognitionClient client = fake.CreateClient();
        using ISpeechToTextClient stt = client.AsSpeechToTextClient(languageHints: ["zh"]);
        var options = new SpeechToTextOptions
        {
            ModelId = "paraformer-realtime-v1",
            SpeechLanguage = "en-US",
            SpeechSampleRate = 8000,
            AdditionalProperties = new() { ["custom_flag"] = true, ["custom_number"] = 5, ["custom_text"] = "a\"b" },
        };

        await stt.GetTextAsync(new MemoryStream(new byte[3200]), options, TestLimit.Token);

        TaskRequest request = fake.Tasks.Single().RunTask!;
        Assert.Equal("paraformer-realtime-v1", request.Model);
        Assert.Equal(("pcm", 8000), (request.Parameters!.Format, request.Parameters.SampleRate));
        Assert.Equal(["en"], request.Parameters.LanguageHints);
        Assert.True(request.Parameters.Extra!["custom_flag"].GetBoolean());
        Assert.Equal(5, request.Parameters.Extra["custom_number"].GetInt32());
        Assert.Equal("a\"b", request.Parameters.Extra["custom_text"].GetString());
    }

    [Fact]
    public async Task Raw_options_win_and_the_audio_is_sent_whole()
    {
        var fake = new FakeService(FakeService.Answering());
        await using RecognitionClient client = fake.CreateClient();
        using ISpeechToTextClient stt = client.AsSpeechToTextClient();
        byte[] audio = [.. Enumerable.Range(0, 5000).Select(i => (byte)i)];

        await stt.GetTextAsync(new MemoryStream(audio), cancellationToken: TestLimit.Token);
        await stt.GetTextAsync(
            new MemoryStream(audio),
            new SpeechToTextOptions { RawRepresentationFactory = _ => new RecognitionOptions("m", AudioFormat.Pcm, 16000) { VocabularyId = "v" } },
            TestLimit.Token);

        Assert.All(fake.Tasks, task => Assert.Equal(audio, task.Audio));
        Assert.Equal("v", fake.Tasks.Last().RunTask!.Parameters!.VocabularyId);
    }

    [Fact]
    public async Task What_the_service_cannot_do_is_refused_before_anything_is_sent()
    {
        var fake = new FakeService(FakeService.Answering());
        await using RecognitionClient client = fake.CreateClient();
        using ISpeechToTextClient stt = client.AsSpeechToTextClient();

        await Assert.ThrowsAsync<NotSupportedException>(() => stt.GetTextAsync(
            Stream.Null, new SpeechToTextOptions { SpeechLanguage = "de", TextLanguage = "en" }, TestLimit.Token));
        await Assert.ThrowsAsync<ArgumentException>(() => stt.GetTextAsync(
            Stream.Null, new SpeechToTextOptions { AdditionalProperties = new() { ["x"] = new object() } }, TestLimit.Token));
        Assert.Empty(fake.Tasks);
    }

    [Theory]
    [InlineData("524946460000000057415645666D7420100000000100010044AC0000", "wav", 44100)]
    [InlineData("4F6767530002000000000000000000000000000000000000000001134F70757348656164", "opus", 48000)]
    [InlineData("4F67675300020000000000000000000000000000000000000000015053706565782020203100", "speex", 16000)]
    [InlineData("2321414D520A3C91", "amr", 8000)]
    [InlineData("FFF15080", "aac", 44100)]
    [InlineData("FFFB9064", "mp3", 44100)]
    [InlineData("FFF3A8C4", "mp3", 16000)]
    [InlineData("49443304", "mp3", 16000)]
    [InlineData("0000010002000300", "pcm", 16000)]
    public async Task The_first_bytes_show_the_format(string hex, string format, int rate)
    {
        var fake = new FakeService(FakeService.Answering());
        await using RecognitionClient client = fake.CreateClient();
        using ISpeechToTextClient stt = client.AsSpeechToTextClient();

        await stt.GetTextAsync(new MemoryStream(Convert.FromHexString(hex)), cancellationToken: TestLimit.Token);

        RecognitionParameters parameters = fake.Tasks.Single().RunTask!.Parameters!;
        Assert.Equal((format, rate), (parameters.Format, parameters.SampleRate));
    }
}
