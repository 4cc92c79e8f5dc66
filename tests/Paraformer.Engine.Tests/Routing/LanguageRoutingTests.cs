using Paraformer.Audio;
using Paraformer.Testing;

namespace Paraformer.Engine.Tests.Routing;

/// <summary>Chinese and English, recognised side by side.</summary>
public sealed class LanguageRoutingTests(EngineFixture fixture)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("zh,en")]
    [InlineData("en,zh")]
    [InlineData("")]
    public async Task Each_sentence_is_in_the_language_that_is_spoken(string hints)
    {
        Packs.RequireEnglish();
        Clip[] clips = [.. MandarinClips.Require().Where((_, i) => i % 14 == 5)];
        foreach (Clip clip in clips)
        {
            RecognizedSentence sentence = Assert.Single(await FinalsAsync(clip.Path, hints));
            Assert.Equal("zh", sentence.Language);
        }

        List<RecognizedSentence> english = await FinalsAsync(Samples.Austen, hints, silenceMs: 800);
        Assert.True(english.Count >= 3);
        Assert.All(english, sentence => Assert.Equal("en", sentence.Language));
    }

    [Fact]
    public async Task At_least_95_of_100_sentences_are_in_the_right_language()
    {
        Packs.RequireEnglish();
        int sentences = 0, wrong = 0;
        foreach ((string path, string language) in MandarinClips.Require().Where((_, i) => i % 6 == 1).Select(clip => (clip.Path, "zh"))
            .Concat(Directory.GetFiles(Path.GetDirectoryName(Samples.Austen)!, "austen-*.wav").Select(path => (path, "en"))))
        {
            foreach (RecognizedSentence sentence in await FinalsAsync(path, "zh,en"))
            {
                sentences++;
                wrong += sentence.Language == language ? 0 : 1;
                TestContext.Current.TestOutputHelper?.WriteLine($"{language} {sentence.Language} {sentence.Text}");
            }
        }

        Assert.True(sentences >= 14);
        Assert.True(wrong <= sentences / 20, $"{wrong} of {sentences} sentences are in the wrong language");
    }

    // What a coder leaves out of English sounds is what tells it from Mandarin.
    [Theory]
    [InlineData("mp3", 16000, "-ar 16000 -b:a 32k -f mp3")]
    [InlineData("mp3", 16000, "-ar 16000 -b:a 24k -f mp3")]
    [InlineData("opus", 16000, "-c:a libopus -b:a 12k -f ogg")]
    [InlineData("aac", 16000, "-ar 16000 -c:a aac -b:a 24k -f adts")]
    [InlineData("amr", 8000, "-ar 8000 -ac 1 -c:a libopencore_amrnb -b:a 4.75k -f amr")]
    public async Task Coded_speech_without_a_hint_is_in_the_language_that_is_spoken(string format, int rate, string arguments)
    {
        Packs.RequireEnglish();
        Assert.SkipUnless(AudioDecoders.Supported.Contains(AudioCodec.Opus), "FFmpeg's libavcodec is not installed: apt-get install ffmpeg");
        foreach ((string path, string language) in new[] { (Samples.PathOf("austen-0880.wav"), "en"), (MandarinClips.Require()[5].Path, "zh") })
        {
            byte[] coded = await Encoder.EncodeAsync(path, arguments, Cancel);
            var request = new StreamRequest { Model = "paraformer-realtime-v2", Format = format, SampleRate = rate };
            List<RecognizedSentence> finals = await Recognize.FinalsAsync(fixture.Engine, coded, request, cancellationToken: Cancel);
            Assert.NotEmpty(finals);
            Assert.All(finals, sentence => Assert.Equal(language, sentence.Language));
        }
    }

    [Theory]
    [InlineData("zh")]
    [InlineData("en")]
    public async Task A_single_hint_decides(string hint)
    {
        Packs.RequireEnglish();
        Clip clip = MandarinClips.Require()[5];
        Assert.All(await FinalsAsync(clip.Path, hint), s => Assert.Equal(hint, s.Language));
    }

    private async Task<List<RecognizedSentence>> FinalsAsync(string path, string hints, int silenceMs = 2000)
    {
        var request = new StreamRequest
        {
            Model = "paraformer-realtime-v2",
            Format = "wav",
            SampleRate = 16000,
            Languages = hints.Split(',', StringSplitOptions.RemoveEmptyEntries),
            MaxSentenceSilenceMs = silenceMs,
        };
        return await Recognize.FinalsAsync(fixture.Engine, await File.ReadAllBytesAsync(path, Cancel), request, cancellationToken: Cancel);
    }
}
