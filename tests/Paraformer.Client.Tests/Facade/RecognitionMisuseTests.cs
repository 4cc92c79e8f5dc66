using Paraformer.Client.Tests.Support;
using Paraformer.Protocol;

namespace Paraformer.Client.Tests.Facade;

public sealed class RecognitionMisuseTests
{
    private static CancellationToken Ct => TestLimit.Token;

    [Fact]
    public async Task Misuse_is_refused_with_the_texts_of_the_python_sdk()
    {
        var service = new FakeService(FakeService.Answering("one"));
        await using RecognitionClient client = service.CreateClient();
        var recognition = new Recognition(ParaformerModel.RealtimeV2, null, AudioFormat.Pcm, 16000) { Client = client };

        Refused("Please set the callback to get the speech recognition result.", () => recognition.Start());
        Refused("Speech recognition has stopped.", () => recognition.SendAudioFrame([1]));
        Refused("Speech recognition has stopped.", recognition.Stop);
        recognition.Callback = new RecordingCallback();
        recognition.Start();
        Refused("Speech recognition has started.", () => recognition.Start());
        Refused("Speech recognition has been called.", () => recognition.Call("any"));
        await recognition.StopAsync(Ct);
        Refused("Speech recognition has stopped.", () => recognition.SendAudioFrame([1]));
        Refused("Speech recognition has stopped.", recognition.Stop);
    }

    [Fact]
    public void A_missing_model_format_or_sample_rate_is_refused()
    {
        Assert.Contains("Model is required!", Assert.Throws<ArgumentException>(() => new Recognition(default, null, "pcm", 16000)).Message, StringComparison.Ordinal);
        Assert.Contains("format is required!", Assert.Throws<ArgumentException>(() => new Recognition("m", null, default, 16000)).Message, StringComparison.Ordinal);
        Assert.Contains("sample_rate is required!", Assert.Throws<ArgumentOutOfRangeException>(() => new Recognition("m", null, "pcm", 0)).Message, StringComparison.Ordinal);
    }

    private static void Refused(string message, Action act) =>
        Assert.Equal(message, Assert.Throws<InvalidRecognitionStateException>(act).Message);
}
