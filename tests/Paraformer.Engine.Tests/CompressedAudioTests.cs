using System.Collections.Concurrent;
using Paraformer.Audio;
using Paraformer.Testing;

namespace Paraformer.Engine.Tests;

/// <summary>One recording in the compressed formats: the words of the WAV, at the times of the WAV.</summary>
public class CompressedAudioTests(EngineFixture fixture)
{
    private const int MaxShiftMs = 80;

    private static readonly ConcurrentDictionary<(string, int), Task<List<RecognizedSentence>>> References = new();

    [Theory]
    [InlineData("austen-0890", "mp3", 16000, "-ar 16000 -b:a 64k -f mp3")]
    [InlineData("austen-0890", "mp3", 44100, "-ar 44100 -ac 2 -b:a 128k -f mp3")]
    [InlineData("austen-0880", "mp3", 16000, "-ar 16000 -b:a 32k -f mp3")]
    [InlineData("austen-0890", "opus", 16000, "-c:a libopus -b:a 32k -f ogg")]
    [InlineData("austen-0890", "opus", 48000, "-ar 48000 -ac 2 -c:a libopus -b:a 64k -frame_duration 60 -f ogg")]
    [InlineData("austen-0880", "opus", 16000, "-c:a libopus -b:a 12k -f ogg")]
    [InlineData("austen-0890", "speex", 16000, "-ar 16000 -c:a libspeex -f ogg")]
    [InlineData("austen-0890", "speex", 32000, "-ar 32000 -c:a libspeex -f ogg")]
    [InlineData("austen-0890", "aac", 16000, "-ar 16000 -c:a aac -b:a 64k -f adts")]
    [InlineData("austen-0890", "aac", 44100, "-ar 44100 -ac 2 -c:a aac -b:a 128k -f adts")]
    [InlineData("austen-0880", "aac", 16000, "-ar 16000 -c:a aac -b:a 32k -f adts")]
    [InlineData("austen-0880", "wav", 16000, "-f wav")]
    [InlineData("austen-0880", "pcm", 16000, "-f s16le")]
    public Task Wideband_formats_give_the_words_and_times_of_the_wav(string recording, string format, int rate, string arguments) =>
        CompareAsync(recording, format, rate, arguments, "-f wav", 16000, MaxShiftMs);

    // The small model finds the soft first sound of one word elsewhere in telephone speech that was coded: measured 150 ms.
    [Theory]
    [InlineData("austen-0930", "amr", 8000, "-ar 8000 -ac 1 -c:a libopencore_amrnb -b:a 12.2k -f amr", 160)]
    public Task Telephone_formats_give_the_words_and_times_of_the_wav_at_8_kHz(string recording, string format, int rate, string arguments, int maxShiftMs) =>
        CompareAsync(recording, format, rate, arguments, "-ar 8000 -f wav", 8000, maxShiftMs);

    [Fact]
    public async Task Single_bytes_give_what_the_whole_file_gives()
    {
        Packs.RequireEnglish();
        RequireDecoder();
        CancellationToken cancel = TestContext.Current.CancellationToken;
        byte[] stream = await Encoder.EncodeAsync(Samples.PathOf("austen-0880.wav"), "-c:a libopus -b:a 24k -f ogg", cancel);
        StreamRequest request = Request("opus", 16000);
        string whole = Recognize.Text(await Recognize.FinalsAsync(fixture.Engine, stream, request, int.MaxValue / 2, cancel));
        Assert.NotEmpty(whole);
        Assert.Equal(whole, Recognize.Text(await Recognize.FinalsAsync(fixture.Engine, stream, request, 1, cancel)));
    }

    [Fact]
    public async Task A_rate_that_contradicts_the_stream_fails_the_task_with_both_figures()
    {
        Packs.RequireEnglish();
        RequireDecoder();
        CancellationToken cancel = TestContext.Current.CancellationToken;
        byte[] stream = await Encoder.EncodeAsync(Samples.PathOf("austen-0880.wav"), "-ar 44100 -f mp3", cancel);
        var e = await Assert.ThrowsAsync<RecognitionException>(() => Recognize.AllAsync(fixture.Engine, stream, Request("mp3", 16000), cancellationToken: cancel));
        Assert.Equal(RecognitionError.UndecodableAudio, e.Error);
        Assert.Contains("16000 Hz", e.Message, StringComparison.Ordinal);
        Assert.Contains("44100 Hz", e.Message, StringComparison.Ordinal);
    }

    // One language: what coding does to the choice between languages is not what these tests are about.
    private static StreamRequest Request(string format, int rate) => new() { Model = "paraformer-realtime-v2", Format = format, SampleRate = rate, Languages = ["en"] };

    private static void RequireDecoder() =>
        Assert.SkipUnless(AudioDecoders.Supported.Contains(AudioCodec.Opus), "FFmpeg's libavcodec is not installed: apt-get install ffmpeg");

    private async Task CompareAsync(string recording, string format, int rate, string arguments, string reference, int referenceRate, int maxShiftMs)
    {
        Packs.RequireEnglish();
        RequireDecoder();
        CancellationToken cancel = TestContext.Current.CancellationToken;
        string file = Samples.PathOf(recording + ".wav");
        List<RecognizedSentence> expected = await References.GetOrAdd((recording, referenceRate), async _ => await Recognize.FinalsAsync(
            fixture.Engine, await Encoder.EncodeAsync(file, reference, cancel), Request("wav", referenceRate), cancellationToken: cancel));
        List<RecognizedSentence> actual = await Recognize.FinalsAsync(
            fixture.Engine, await Encoder.EncodeAsync(file, arguments, cancel), Request(format, rate), chunk: 1000, cancellationToken: cancel);

        Assert.Equal(Recognize.Text(expected), Recognize.Text(actual));
        foreach ((RecognizedWord word, RecognizedWord other) in expected.SelectMany(static e => e.Words).Zip(actual.SelectMany(static a => a.Words)))
        {
            Assert.InRange(other.BeginMs - word.BeginMs, -maxShiftMs, maxShiftMs);
            Assert.InRange(other.EndMs - word.EndMs, -maxShiftMs, maxShiftMs);
        }
    }
}
