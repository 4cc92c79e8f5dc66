using Paraformer.Client.Tests.Support;
using Paraformer.Protocol;

namespace Paraformer.Client.Tests;

public sealed class RecognizeTests
{
    private static readonly RecognitionOptions Pcm16k = new(ParaformerModel.RealtimeV2, AudioFormat.Pcm, 16000);

    private static CancellationToken Ct => TestLimit.Token;

    [Theory]
    [InlineData("pcm", 16000, 3200)]
    [InlineData("pcm", 8000, 1600)]
    [InlineData("wav", 48000, 9600)]
    [InlineData("pcm", 192000, 16384)]
    [InlineData("mp3", 16000, 4096)]
    public async Task A_stream_is_sent_whole_in_pieces_of_100_ms_and_at_most_16_KB(string format, int rate, int piece)
    {
        var service = new FakeService(FakeService.Answering("one", "two"));
        await using RecognitionClient client = service.CreateClient();
        byte[] audio = [.. Enumerable.Range(0, 50_001).Select(i => (byte)i)];

        List<RecognitionResult> results = await client.RecognizeAsync(new MemoryStream(audio), Pcm16k with { Format = format, SampleRate = rate }, Ct).ToListAsync(Ct);

        Assert.Equal(["o", "one", "t", "two"], results.Select(r => r.Sentence!.Text));
        FakeTask task = service.Tasks.Single();
        Assert.Equal(audio, task.Audio);
        Assert.Equal(piece, task.LargestFrame);
        Assert.Equal((audio.Length + piece - 1) / piece, task.AudioFrames);
    }

    [Fact]
    public async Task Real_time_pacing_keeps_to_the_schedule_though_a_wait_runs_over()
    {
        var time = new ManualTimeProvider();
        var service = new FakeService(FakeService.Answering());
        await using RecognitionClient client = service.CreateClient(o => o with { TimeProvider = time });
        var options = Pcm16k with { Pacing = Pacing.RealTime };
        ValueTask<List<RecognitionResult>> recognizing = client.RecognizeAsync(new MemoryStream(new byte[3200 * 4]), options, Ct).ToListAsync(Ct);

        await time.TimerDueInAsync(TimeSpan.FromMilliseconds(100), Ct);
        time.Advance(TimeSpan.FromMilliseconds(130));
        await time.TimerDueInAsync(TimeSpan.FromMilliseconds(70), Ct);
        time.Advance(TimeSpan.FromMilliseconds(70));
        await time.TimerDueInAsync(TimeSpan.FromMilliseconds(100), Ct);
        time.Advance(TimeSpan.FromMilliseconds(100));
        await time.TimerDueInAsync(TimeSpan.FromMilliseconds(100), Ct);
        time.Advance(TimeSpan.FromMilliseconds(100));

        await recognizing;
        Assert.Equal(3200 * 4, service.Tasks.Single().Audio.Length);
    }

    [Fact]
    public async Task A_wav_file_is_paced_by_the_rate_of_its_header()
    {
        var time = new ManualTimeProvider();
        var service = new FakeService(FakeService.Answering());
        await using RecognitionClient client = service.CreateClient(o => o with { TimeProvider = time });
        byte[] wav = [.. "RIFF\0\0\0\0WAVELIST"u8, 3, 0, 0, 0, .. "abc\0fmt "u8, 16, 0, 0, 0, 1, 0, 2, 0, 0, 0, 0, 0, .. BitConverter.GetBytes(64000), .. new byte[3200 - 44]];
        ValueTask<List<RecognitionResult>> recognizing =
            client.RecognizeAsync(new MemoryStream(wav), Pcm16k with { Format = AudioFormat.Wav, Pacing = Pacing.RealTime }, Ct).ToListAsync(Ct);

        await time.TimerDueInAsync(TimeSpan.FromSeconds(wav.Length / 64000.0), Ct);
        time.Advance(TimeSpan.FromSeconds(1));

        await recognizing;
    }

    [Fact]
    public async Task A_stated_byte_rate_paces_compressed_audio()
    {
        var time = new ManualTimeProvider();
        var service = new FakeService(FakeService.Answering());
        await using RecognitionClient client = service.CreateClient(o => o with { TimeProvider = time });
        var options = Pcm16k with { Format = AudioFormat.Mp3, Pacing = Pacing.AtBytesPerSecond(16000) };
        ValueTask<List<RecognitionResult>> recognizing = client.RecognizeAsync(new MemoryStream(new byte[1600]), options, Ct).ToListAsync(Ct);

        await time.TimerDueInAsync(TimeSpan.FromMilliseconds(100), Ct);
        time.Advance(TimeSpan.FromMilliseconds(100));

        await recognizing;
    }

    [Fact]
    public async Task Arguments_are_checked_before_the_enumeration()
    {
        var service = new FakeService(FakeService.Answering());
        await using RecognitionClient client = service.CreateClient();
        var audio = new MemoryStream();

        Assert.Throws<ArgumentNullException>(() => client.RecognizeAsync(null!, Pcm16k, Ct));
        Assert.Throws<ArgumentException>(() => client.RecognizeAsync(audio, Pcm16k with { Model = default }, Ct));
        Assert.Throws<ArgumentException>(() => client.RecognizeAsync(audio, Pcm16k with { Format = "" }, Ct));
        Assert.Throws<ArgumentOutOfRangeException>(() => client.RecognizeAsync(audio, Pcm16k with { SampleRate = 0 }, Ct));
        Assert.Throws<ArgumentOutOfRangeException>(() => client.RecognizeAsync(audio, Pcm16k with { MaxSentenceSilence = 199 }, Ct));
        Assert.Throws<ArgumentOutOfRangeException>(() => client.RecognizeAsync(audio, Pcm16k with { MaxSentenceSilence = 6001 }, Ct));
        Assert.Throws<ArgumentException>(() => client.RecognizeAsync(audio, Pcm16k with { Format = AudioFormat.Mp3, Pacing = Pacing.RealTime }, Ct));
        await audio.DisposeAsync();
        Assert.Throws<ArgumentException>(() => client.RecognizeAsync(audio, Pcm16k, Ct));
        Assert.Empty(service.Tasks);
    }

    [Fact]
    public async Task A_source_that_fails_surfaces_its_own_failure_and_drops_the_task()
    {
        var service = new FakeService(async task =>
        {
            await task.StartAsync();
            await task.ReadToEndAsync();
        });
        await using RecognitionClient client = service.CreateClient();
        var failure = new IOException("The microphone was unplugged.");

        IOException e = await Assert.ThrowsAsync<IOException>(() => client.RecognizeAsync(new FailingStream(failure), Pcm16k, Ct).ToListAsync(Ct).AsTask());

        Assert.Same(failure, e);
        await service.EndedAsync();
    }

    [Fact]
    public async Task A_task_that_fails_while_audio_is_sent_surfaces_as_itself()
    {
        var service = new FakeService(async task =>
        {
            await task.StartAsync();
            await task.ReadAudioAsync(100);
            await task.SendFinalAsync(1, "one");
            await task.FailAsync(ErrorCodes.NoValidAudio, "NO_VALID_AUDIO_ERROR");
        });
        await using RecognitionClient client = service.CreateClient(o => o with { SendQueueBytes = 10_000 });
        var texts = new List<string>();

        RecognitionFailedException e = await Assert.ThrowsAsync<RecognitionFailedException>(async () =>
        {
            await foreach (RecognitionResult result in client.RecognizeAsync(new EndlessStream(), Pcm16k, Ct))
            {
                texts.Add(result.Sentence!.Text);
            }
        });

        Assert.Equal(ErrorCodes.NoValidAudio, e.Code);
        Assert.Equal(["one"], texts);
    }

    [Fact]
    public async Task Stopping_the_enumeration_stops_an_endless_source()
    {
        var service = new FakeService(async task =>
        {
            await task.StartAsync();
            await task.ReadAudioAsync(100);
            await task.SendFinalAsync(1, "one");
            await task.ReadToEndAsync();
        });
        await using RecognitionClient client = service.CreateClient();

        await foreach (RecognitionResult result in client.RecognizeAsync(new EndlessStream(), Pcm16k, Ct))
        {
            Assert.Equal("one", result.Sentence!.Text);
            break;
        }

        await service.EndedAsync();
    }

    [Fact]
    public async Task Canceling_ends_the_recognition_of_an_endless_source()
    {
        using var cancel = new CancellationTokenSource();
        var service = new FakeService(async task =>
        {
            await task.StartAsync();
            await task.ReadAudioAsync(100);
            await cancel.CancelAsync();
            await task.ReadToEndAsync();
        });
        await using RecognitionClient client = service.CreateClient();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.RecognizeAsync(new EndlessStream(), Pcm16k, cancel.Token).ToListAsync(Ct).AsTask());

        await service.EndedAsync();
    }

    private sealed class EndlessStream : ReadOnlyStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return new(buffer.Length);
        }
    }

    private sealed class FailingStream(Exception failure) : ReadOnlyStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromException<int>(failure);
    }
}
