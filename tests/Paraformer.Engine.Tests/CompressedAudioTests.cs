using Paraformer.Audio;
using Paraformer.Testing;

namespace Paraformer.Engine.Tests;

/// <summary>One recording in the compressed formats: the words of the WAV, at the times of the WAV.</summary>
public class CompressedAudioTests(EngineFixture fixture)
{
    private const string Recording = "austen-0890.wav";
    private const int MaxShiftMs = 80;

    [Theory]
    [InlineData("mp3", 16000, "-ar 16000 -b:a 64k -f mp3", 0)]
    [InlineData("mp3", 44100, "-ar 44100 -ac 2 -b:a 128k -f mp3", 0)]
    [InlineData("mp3", 16000, "-ar 16000 -b:a 24k -f mp3", 1)]
    [InlineData("opus", 16000, "-c:a libopus -b:a 32k -f ogg", 0)]
    [InlineData("opus", 48000, "-ar 48000 -ac 2 -c:a libopus -b:a 64k -frame_duration 60 -f ogg", 0)]
    [InlineData("opus", 16000, "-c:a libopus -b:a 12k -f ogg", 1)]
    [InlineData("speex", 16000, "-ar 16000 -c:a libspeex -f ogg", 0)]
    [InlineData("speex", 32000, "-ar 32000 -c:a libspeex -f ogg", 0)]
    [InlineData("aac", 16000, "-ar 16000 -c:a aac -b:a 64k -f adts", 0)]
    [InlineData("aac", 44100, "-ar 44100 -ac 2 -c:a aac -b:a 128k -f adts", 0)]
    [InlineData("aac", 16000, "-ar 16000 -c:a aac -b:a 24k -f adts", 1)]
    [InlineData("wav", 16000, "-f wav", 0)]
    [InlineData("pcm", 16000, "-f s16le", 0)]
    public Task Wideband_formats_give_the_words_and_times_of_the_wav(string format, int rate, string arguments, int differences) =>
        CompareAsync(format, rate, arguments, differences, "-f wav", 16000);

    [Theory]
    [InlineData("amr", 8000, "-ar 8000 -ac 1 -c:a libopencore_amrnb -b:a 12.2k -f amr", 1)]
    [InlineData("speex", 8000, "-ar 8000 -c:a libspeex -f ogg", 1)]
    [InlineData("opus", 8000, "-ar 8000 -c:a libopus -b:a 24k -f ogg", 1)]
    [InlineData("mp3", 8000, "-ar 8000 -b:a 32k -f mp3", 1)]
    public Task Telephone_formats_give_the_words_and_times_of_the_wav_at_8_kHz(string format, int rate, string arguments, int differences) =>
        CompareAsync(format, rate, arguments, differences, "-ar 8000 -f wav", 8000);

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

    private static StreamRequest Request(string format, int rate) => new() { Model = "paraformer-realtime-v2", Format = format, SampleRate = rate };

    private static void RequireDecoder() =>
        Assert.SkipUnless(AudioDecoders.Supported.Contains(AudioCodec.Opus), "FFmpeg's libavcodec is not installed: apt-get install ffmpeg");

    private async Task CompareAsync(string format, int rate, string arguments, int differences, string reference, int referenceRate)
    {
        Packs.RequireEnglish();
        RequireDecoder();
        CancellationToken cancel = TestContext.Current.CancellationToken;
        string file = Samples.PathOf(Recording);
        List<RecognizedSentence> expected = await Recognize.FinalsAsync(
            fixture.Engine, await Encoder.EncodeAsync(file, reference, cancel), Request("wav", referenceRate), cancellationToken: cancel);
        List<RecognizedSentence> actual = await Recognize.FinalsAsync(
            fixture.Engine, await Encoder.EncodeAsync(file, arguments, cancel), Request(format, rate), chunk: 1000, cancellationToken: cancel);

        string wanted = Recognize.Text(expected), got = Recognize.Text(actual);
        Assert.True(Words.Distance(wanted, got) <= differences, $"'{wanted}' became '{got}'");
        int compared = 0;
        foreach ((RecognizedWord word, RecognizedWord other) in Common([.. expected.SelectMany(static s => s.Words)], [.. actual.SelectMany(static s => s.Words)]))
        {
            Assert.InRange(other.BeginMs - word.BeginMs, -MaxShiftMs, MaxShiftMs);
            Assert.InRange(other.EndMs - word.EndMs, -MaxShiftMs, MaxShiftMs);
            compared++;
        }

        Assert.InRange(compared, Words.Of(wanted).Length - (2 * differences), int.MaxValue);
    }

    // From both ends as far as the words agree.
    private static IEnumerable<(RecognizedWord, RecognizedWord)> Common(RecognizedWord[] a, RecognizedWord[] b)
    {
        int front = a.Zip(b).TakeWhile(static p => p.First.Text == p.Second.Text).Count();
        int back = Math.Min(a.Reverse().Zip(b.Reverse()).TakeWhile(static p => p.First.Text == p.Second.Text).Count(), Math.Min(a.Length, b.Length) - front);
        return a.Take(front).Zip(b).Concat(a.TakeLast(back).Zip(b.TakeLast(back)));
    }
}
