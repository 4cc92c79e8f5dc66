using Paraformer.Testing;

namespace Paraformer.Engine.Tests;

/// <summary>The same speech in other sample rates, widths and channel counts gives the same words.</summary>
public sealed class AudioShapesTests(EngineFixture fixture)
{
    public static TheoryData<string, int, int, int, bool> Shapes => new()
    {
        { "44.1 kHz stereo", 44100, 16, 2, false },
        { "48 kHz", 48000, 16, 1, false },
        { "24-bit", 16000, 24, 1, false },
        { "32-bit", 16000, 32, 1, false },
        { "float", 16000, 32, 1, true },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task The_same_speech_gives_the_same_words(string shape, int rate, int bits, int channels, bool isFloat)
    {
        Packs.RequireEnglish();
        foreach (string name in Samples.Transcripts.Keys)
        {
            CancellationToken cancel = TestContext.Current.CancellationToken;
            string path = Samples.PathOf(name + ".wav");
            float[] samples = WaveFile.Read16BitMono(path);
            float[] resampled = rate == 16000 ? samples : WaveFile.Resample(samples, 16000, rate);
            var request = new StreamRequest { Model = "paraformer-realtime-v2", Format = "wav", SampleRate = rate };

            string expected = Recognize.Text(await Recognize.FinalsAsync(fixture.Engine, File.ReadAllBytes(path), cancellationToken: cancel));
            string actual = Recognize.Text(await Recognize.FinalsAsync(fixture.Engine, WaveFile.Write(resampled, rate, bits, channels, isFloat), request, cancellationToken: cancel));
            Assert.True(Words.Distance(expected, actual) <= 1, $"{shape}, {name}: '{expected}' became '{actual}'");
        }
    }

    [Fact]
    public async Task Telephone_rate_speech_keeps_most_of_its_words()
    {
        Packs.RequireEnglish();
        CancellationToken cancel = TestContext.Current.CancellationToken;
        var request = new StreamRequest { Model = "paraformer-realtime-v2", Format = "wav", SampleRate = 8000 };
        int errors = 0;
        foreach ((string name, string transcript) in Samples.Transcripts)
        {
            float[] narrow = WaveFile.Resample(WaveFile.Read16BitMono(Samples.PathOf(name + ".wav")), 16000, 8000);
            errors += Words.Distance(transcript, Recognize.Text(await Recognize.FinalsAsync(fixture.Engine, WaveFile.Write(narrow, 8000), request, cancellationToken: cancel)));
        }

        // Measured through sox's resampler: 14 of 70 words, against 10 at 16 kHz.
        Assert.InRange(errors, 0, 20);
    }
}
