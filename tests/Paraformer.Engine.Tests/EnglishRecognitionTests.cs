using Paraformer.Engine.Tests.Vosk;
using Paraformer.Testing;

namespace Paraformer.Engine.Tests;

/// <summary>Real speech through the real pipeline.</summary>
public sealed class EnglishRecognitionTests(EngineFixture fixture)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Five_sentences_come_out_with_the_right_words()
    {
        Packs.RequireEnglish();
        List<RecognizedSentence> finals = await Recognize.FinalsAsync(fixture.Engine, File.ReadAllBytes(Samples.Austen), cancellationToken: Cancel);

        Assert.Equal([1, 2, 3, 4, 5], finals.Select(s => s.Id));
        string reference = string.Join(' ', Samples.Transcripts.Values);
        int errors = Words.Distance(reference, Recognize.Text(finals));

        // Measured: 8 of 70 words.
        Assert.InRange(errors, 0, 12);
    }

    [Fact]
    public async Task Our_words_are_no_worse_than_those_of_Vosks_own_recogniser()
    {
        Packs.RequireEnglish();
        using var alone = new VoskAlone();
        int ours = 0, theirs = 0;
        foreach ((string name, string transcript) in Samples.Transcripts.Append(new("austen", string.Join(' ', Samples.Transcripts.Values))))
        {
            string path = Samples.PathOf(name + ".wav");
            ours += Words.Distance(transcript, Recognize.Text(await Recognize.FinalsAsync(fixture.Engine, File.ReadAllBytes(path), cancellationToken: Cancel)));
            theirs += Words.Distance(transcript, alone.Recognize(WaveFile.Read16BitMono(path)));
        }

        Assert.True(ours <= theirs, $"{ours} word errors, Vosk alone {theirs}");
    }

    [Fact]
    public async Task Times_are_in_order_inside_the_sentence_and_inside_the_audio()
    {
        Packs.RequireEnglish();
        List<RecognizedSentence> all = await Recognize.AllAsync(fixture.Engine, File.ReadAllBytes(Samples.Austen), cancellationToken: Cancel);

        long previousEnd = 0;
        foreach (RecognizedSentence sentence in all)
        {
            Assert.Equal(sentence.Words[0].BeginMs, sentence.BeginMs);
            Assert.Equal(sentence.Words[^1].EndMs, sentence.EndMs);
            Assert.Equal(string.Join(' ', sentence.Words.Select(w => w.Text + w.Punctuation)), sentence.Text);
            Assert.InRange(sentence.BeginMs, previousEnd, sentence.EndMs);
            Assert.InRange(sentence.EndMs, sentence.BeginMs, sentence.AudioMs);
            long end = sentence.BeginMs;
            foreach (RecognizedWord word in sentence.Words)
            {
                Assert.InRange(word.BeginMs, end, word.EndMs);
                end = word.EndMs;
            }

            previousEnd = sentence.IsFinal ? sentence.EndMs : previousEnd;
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(37)]
    [InlineData(12800)]
    [InlineData(10_000_000)]
    public async Task Finals_do_not_depend_on_how_the_audio_is_cut(int chunk)
    {
        Packs.RequireEnglish();
        byte[] audio = File.ReadAllBytes(Samples.PathOf("austen-0930.wav"));
        List<RecognizedSentence> expected = await Recognize.FinalsAsync(fixture.Engine, audio, cancellationToken: Cancel);
        List<RecognizedSentence> actual = await Recognize.FinalsAsync(fixture.Engine, audio, chunk: chunk, cancellationToken: Cancel);
        AssertSame(expected, actual);
    }

    [Fact]
    public async Task Finals_do_not_depend_on_what_else_the_engine_does()
    {
        Packs.RequireEnglish();
        byte[] audio = File.ReadAllBytes(Samples.PathOf("austen-0880.wav"));
        List<RecognizedSentence>[] runs = await Task.WhenAll(
            Enumerable.Range(0, 6).Select(_ => Recognize.FinalsAsync(fixture.Engine, audio, cancellationToken: Cancel)));
        Assert.All(runs, run => AssertSame(runs[0], run));
    }

    [Fact]
    public async Task Partials_grow_while_speech_goes_on()
    {
        Packs.RequireEnglish();
        await using IRecognitionStream stream = await fixture.Engine.StartAsync(
            new StreamRequest { Model = "paraformer-realtime-v2", Format = "wav", SampleRate = 16000 }, Cancel);
        await using IAsyncEnumerator<RecognizedSentence> results = stream.ReadAllAsync(Cancel).GetAsyncEnumerator(Cancel);
        byte[] audio = File.ReadAllBytes(Samples.PathOf("austen-0870.wav"));

        // Half of the audio, and no end: whatever comes now comes while the speaker speaks.
        await stream.WriteAsync(audio.AsMemory(0, audio.Length / 2), Cancel);
        Assert.True(await results.MoveNextAsync());
        Assert.False(results.Current.IsFinal);
        while (results.Current.Words.Count < 3)
        {
            Assert.True(await results.MoveNextAsync());
        }

        Assert.All(results.Current.Words, word => Assert.False(word.IsFixed));
    }

    [Theory]
    [InlineData(200)]
    [InlineData(6000)]
    public async Task Max_sentence_silence_decides_where_sentences_end(int silence)
    {
        Packs.RequireEnglish();
        var request = new StreamRequest { Model = "paraformer-realtime-v2", Format = "wav", SampleRate = 16000, MaxSentenceSilenceMs = silence };
        List<RecognizedSentence> finals = await Recognize.FinalsAsync(fixture.Engine, File.ReadAllBytes(Samples.Austen), request, cancellationToken: Cancel);

        // The pauses between the passages are a second long.
        if (silence == 6000)
        {
            Assert.Single(finals);
        }
        else
        {
            Assert.InRange(finals.Count, 5, 15);
        }

        int errors = Words.Distance(string.Join(' ', Samples.Transcripts.Values), Recognize.Text(finals));
        Assert.InRange(errors, 0, 18);
    }

    [Fact]
    public async Task Silence_and_noise_give_no_sentence()
    {
        Packs.RequireEnglish();
        var random = new Random(7);
        float[] audio = [.. new float[16000 * 4], .. Enumerable.Range(0, 16000 * 4).Select(_ => (float)(random.NextDouble() - 0.5) * 0.02f)];
        Assert.Empty(await Recognize.AllAsync(fixture.Engine, WaveFile.Write(audio, 16000), cancellationToken: Cancel));
    }

    private static void AssertSame(List<RecognizedSentence> expected, List<RecognizedSentence> actual)
    {
        Assert.Equal(expected.Count, actual.Count);
        Assert.All(expected.Zip(actual), pair =>
        {
            Assert.Equal(pair.First with { Words = [] }, pair.Second with { Words = [] });
            Assert.Equal(pair.First.Words, pair.Second.Words);
        });
    }
}
