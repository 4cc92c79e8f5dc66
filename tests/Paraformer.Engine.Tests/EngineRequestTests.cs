using Paraformer.Testing;

namespace Paraformer.Engine.Tests;

public sealed class EngineRequestTests(EngineFixture fixture)
{
    private static readonly StreamRequest s_valid = new() { Model = "paraformer-realtime-v2", Format = "pcm", SampleRate = 16000, Languages = ["en"] };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<StreamRequest, RecognitionError, string> Refused => new()
    {
        { s_valid with { Model = "whisper" }, RecognitionError.ModelNotFound, "whisper" },
        { s_valid with { Format = "flac" }, RecognitionError.UnsupportedFormat, "flac" },
        { s_valid with { SampleRate = 5 }, RecognitionError.InvalidParameter, "sample_rate 5" },
        { s_valid with { Languages = ["ja"] }, RecognitionError.ModelUnavailable, "ja" },
        { s_valid with { Languages = ["xx"] }, RecognitionError.InvalidParameter, "xx" },
        { s_valid with { MaxSentenceSilenceMs = 199 }, RecognitionError.InvalidParameter, "199" },
        { s_valid with { Model = "paraformer-realtime-8k-v2" }, RecognitionError.InvalidParameter, "8000" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task A_request_that_cannot_be_served_is_refused_and_says_why(StreamRequest request, RecognitionError error, string named)
    {
        RecognitionException thrown = await Assert.ThrowsAsync<RecognitionException>(async () => await fixture.Engine.StartAsync(request, Cancel));
        Assert.Equal(error, thrown.Error);
        Assert.Contains(named, thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_hints_are_served_when_one_of_them_can_be()
    {
        Packs.RequireEnglish();
        await using IRecognitionStream stream = await fixture.Engine.StartAsync(s_valid with { Languages = ["ja", "en"] }, Cancel);
        Assert.Contains("vosk-en", stream.Packs);
    }

    [Fact]
    public async Task Audio_that_is_not_what_the_format_says_fails_the_stream()
    {
        Packs.RequireEnglish();
        byte[] text = [.. Enumerable.Repeat("This is a text file and no audio at all.\n"u8.ToArray(), 200).SelectMany(b => b)];
        RecognitionException thrown = await Assert.ThrowsAsync<RecognitionException>(
            () => Recognize.AllAsync(fixture.Engine, text, s_valid with { Format = "wav" }, chunk: text.Length, cancellationToken: Cancel));
        Assert.Equal(RecognitionError.UndecodableAudio, thrown.Error);
    }

    [Fact]
    public async Task One_stream_too_many_is_refused_until_another_is_closed()
    {
        Packs.RequireEnglish();
        await using RecognitionEngine engine = RecognitionEngine.Create(Packs.Store, new EngineOptions { MaxStreams = 1, WorkerCount = 1 });
        IRecognitionStream first = await engine.StartAsync(s_valid, Cancel);
        RecognitionException refused = await Assert.ThrowsAsync<RecognitionException>(async () => await engine.StartAsync(s_valid, Cancel));
        Assert.Equal(RecognitionError.Overloaded, refused.Error);

        await first.DisposeAsync();
        await using IRecognitionStream second = await engine.StartAsync(s_valid, Cancel);
        Assert.NotEmpty(second.Packs);
    }

    [Fact]
    public async Task A_stream_can_be_abandoned_at_any_moment()
    {
        Packs.RequireEnglish();
        byte[] audio = File.ReadAllBytes(Samples.Austen);
        for (int i = 0; i < 10; i++)
        {
            IRecognitionStream stream = await fixture.Engine.StartAsync(s_valid with { Format = "wav" }, Cancel);
            await stream.WriteAsync(audio.AsMemory(0, audio.Length * i / 20), Cancel);
            await stream.DisposeAsync();
            await Assert.ThrowsAsync<RecognitionException>(async () => await stream.WriteAsync(audio, Cancel));
        }
    }

    [Fact]
    public async Task A_writer_waits_while_the_queue_is_full_and_can_be_cancelled()
    {
        Packs.RequireEnglish();
        using var source = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        await using IRecognitionStream stream = await fixture.Engine.StartAsync(s_valid, Cancel);

        // Two hours of audio: far more than the queue holds and than can be recognised before the cancellation.
        Task writing = stream.WriteAsync(new byte[2 * 3600 * 32000], source.Token).AsTask();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing);
    }

    [Fact]
    public void Every_language_names_its_pack_or_the_remedy()
    {
        foreach (ServedModel model in fixture.Engine.DescribeModels())
        {
            Assert.All(model.Languages, language => Assert.True(language.Pack is not null || !string.IsNullOrEmpty(language.Remedy)));
        }
    }
}
