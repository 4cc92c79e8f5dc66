using Paraformer.Engine.Vad.Silero;
using Paraformer.Testing;

namespace Paraformer.Engine.Tests.Vad.Silero;

public sealed class SileroDetectorTests
{
    [Fact]
    public void Speech_is_told_from_the_silence_around_it()
    {
        using SileroModel model = SileroModel.Load(Packs.Require("vad-silero"));
        using IVoiceActivityDetector detector = model.CreateDetector();
        float[] speech = WaveFile.Read16BitMono(Samples.PathOf("austen-0880.wav"));
        float[] row = [.. new float[16000], .. speech, .. new float[16000]];
        float[] probabilities = [.. Enumerable.Range(0, row.Length / 512).Select(i => detector.Detect(row.AsSpan(i * 512, 512)))];
        Assert.All(probabilities[..28], p => Assert.True(p < 0.3f));
        Assert.All(probabilities[^25..], p => Assert.True(p < 0.3f));
        Assert.True(probabilities[31..^31].Count(p => p >= 0.5f) > 50);
    }

    [Fact]
    public void Two_streams_do_not_disturb_each_other()
    {
        using SileroModel model = SileroModel.Load(Packs.Require("vad-silero"));
        using IVoiceActivityDetector alone = model.CreateDetector();
        using IVoiceActivityDetector first = model.CreateDetector();
        using IVoiceActivityDetector second = model.CreateDetector();
        float[] speech = WaveFile.Read16BitMono(Samples.PathOf("austen-0880.wav"));
        for (int i = 0; i + 512 <= speech.Length; i += 512)
        {
            float expected = alone.Detect(speech.AsSpan(i, 512));
            second.Detect(speech.AsSpan(speech.Length - 512 - i, 512));
            Assert.Equal(expected, first.Detect(speech.AsSpan(i, 512)));
        }
    }
}
