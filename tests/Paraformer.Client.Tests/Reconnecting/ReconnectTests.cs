using System.Collections.Concurrent;
using CsCheck;
using Paraformer.Client.Tests.Support;
using Paraformer.Protocol;
using Paraformer.Testing;

namespace Paraformer.Client.Tests.Reconnecting;

/// <summary>What a session does when its connection is lost, step by step.</summary>
public sealed class ReconnectTests
{
    private static readonly RecognitionOptions Pcm16k = new(ParaformerModel.RealtimeV2, AudioFormat.Pcm, 16000);
    private static readonly ReconnectPolicy AtOnce = new() { MaxAttempts = 3, BaseDelay = TimeSpan.Zero };

    private static CancellationToken Ct => TestLimit.Token;

    [Fact]
    public async Task The_audio_behind_the_last_final_is_heard_again_and_the_sentence_numbers_go_on()
    {
        var tasks = new ConcurrentQueue<FakeTask>();
        var service = new FakeService(async task =>
        {
            tasks.Enqueue(task);
            await task.StartAsync();
            if (tasks.Count == 1)
            {
                await task.ReadAudioAsync(64_000);
                await task.SendSentenceAsync(Final(1, 100, 500, "one"));
                return;
            }

            await task.ReadToFinishAsync();
            await task.SendSentenceAsync(Final(1, 250, 1000, "two"));
            await task.FinishAsync();
            await task.ReadToEndAsync();
        });
        await using RecognitionClient client = service.CreateClient(o => o with { Reconnect = AtOnce });
        await using RecognitionSession session = await client.StartAsync(Pcm16k, Ct);
        string firstId = session.RequestId;
        byte[] audio = [.. Enumerable.Range(0, 64_000).Select(i => (byte)i)];

        await session.SendAsync(audio, Ct);
        await using IAsyncEnumerator<RecognitionResult> results = session.Results.GetAsyncEnumerator(Ct);
        Assert.True(await results.MoveNextAsync());
        RecognitionResult one = results.Current;
        await session.FinishAsync(Ct);
        Assert.True(await results.MoveNextAsync());
        RecognitionResult two = results.Current;
        Assert.False(await results.MoveNextAsync());

        Assert.Equal(audio[16_000..], tasks.Last().Audio);
        Assert.Equal(("one", 1, 100, 500), (one.Sentence!.Text, one.Sentence.SentenceId, one.Sentence.BeginTime, one.Sentence.EndTime));
        Assert.Equal(("two", 2, 750, 1500), (two.Sentence!.Text, two.Sentence.SentenceId, two.Sentence.BeginTime, two.Sentence.EndTime));
        Assert.Equal((firstId, session.RequestId), (one.RequestId, two.RequestId));
        Assert.NotEqual(firstId, session.RequestId);
        Assert.Equal([firstId, session.RequestId], tasks.Select(t => t.TaskId));
        Assert.Empty(session.LostAudio);
    }

    [Fact]
    public async Task Switched_off_a_lost_connection_ends_the_session()
    {
        var service = new FakeService(task => task.StartAsync());
        await using RecognitionClient client = service.CreateClient(o => o with { Reconnect = ReconnectPolicy.Off });
        await using RecognitionSession session = await client.StartAsync(Pcm16k, Ct);

        RecognitionConnectionException e = await Assert.ThrowsAsync<RecognitionConnectionException>(() => session.Results.ToListAsync(Ct).AsTask());

        Assert.Equal((ClientErrorCodes.ConnectionLost, session.RequestId), (e.Code, e.RequestId));
        Assert.Single(service.Tasks);
    }

    [Fact]
    public async Task After_the_last_attempt_the_session_fails_and_says_how_often_it_tried()
    {
        var service = new FakeService(task => task.StartAsync());
        await using RecognitionClient client = service.CreateClient(o => o with { Reconnect = AtOnce });
        await using RecognitionSession session = await client.StartAsync(Pcm16k, Ct);

        RecognitionConnectionException e = await Assert.ThrowsAsync<RecognitionConnectionException>(() => session.Results.ToListAsync(Ct).AsTask());

        Assert.Contains("3 attempts", e.Message, StringComparison.Ordinal);
        Assert.Equal((ClientErrorCodes.ConnectionLost, session.RequestId), (e.Code, e.RequestId));
        Assert.Equal(4, service.Tasks.Count);
    }

    [Fact]
    public async Task Each_new_final_sentence_allows_the_attempts_anew()
    {
        int tasks = 0;
        var service = new FakeService(async task =>
        {
            await task.StartAsync();
            if (Interlocked.Increment(ref tasks) <= 10)
            {
                await task.ReadAudioAsync(3200);
                await task.SendSentenceAsync(Final(1, 0, 100, "word"));
                return;
            }

            await task.ReadToFinishAsync();
            await task.FinishAsync();
            await task.ReadToEndAsync();
        });
        await using RecognitionClient client = service.CreateClient(o => o with { Reconnect = AtOnce with { MaxAttempts = 1 } });

        List<RecognitionResult> results = await client.RecognizeAsync(new MemoryStream(new byte[40_000]), Pcm16k, Ct).ToListAsync(Ct);

        Assert.Equal(Enumerable.Range(1, 10).Select(i => ((long?)i, (long?)i * 100)), results.Select(r => (r.Sentence!.SentenceId, r.Sentence.EndTime)));
    }

    [Fact]
    public async Task A_task_that_the_service_fails_is_not_tried_again()
    {
        var service = new FakeService(async task =>
        {
            await task.StartAsync();
            await task.FailAsync(ErrorCodes.InternalError, "inference internal error.");
        });
        await using RecognitionClient client = service.CreateClient(o => o with { Reconnect = AtOnce });
        await using RecognitionSession session = await client.StartAsync(Pcm16k, Ct);

        RecognitionFailedException e = await Assert.ThrowsAsync<RecognitionFailedException>(() => session.Results.ToListAsync(Ct).AsTask());

        Assert.Equal(ErrorCodes.InternalError, e.Code);
        Assert.Single(service.Tasks);
    }

    [Fact]
    public async Task A_busy_service_is_asked_again_while_reconnecting_and_only_then()
    {
        int tasks = 0;
        var service = new FakeService(async task =>
        {
            int number = Interlocked.Increment(ref tasks);
            if (number == 2)
            {
                await task.ReadRunTaskAsync();
                await task.FailAsync(ErrorCodes.ThrottlingRateQuota, "Requests rate limit exceeded, please try again later.");
                return;
            }

            await task.StartAsync();
            if (number == 3)
            {
                await task.ReadToFinishAsync();
                await task.FinishAsync();
                await task.ReadToEndAsync();
            }
        });
        await using RecognitionClient client = service.CreateClient(o => o with { Reconnect = AtOnce });

        Assert.Empty(await client.RecognizeAsync(new MemoryStream(new byte[3200]), Pcm16k, Ct).ToListAsync(Ct));
        Interlocked.Exchange(ref tasks, 1);
        await Assert.ThrowsAsync<RecognitionFailedException>(() => client.StartAsync(Pcm16k, Ct));
    }

    [Fact]
    public async Task The_first_connection_is_not_tried_again()
    {
        await using var service = SocketService.Refusing("503 Service Unavailable");
        await using RecognitionClient client = service.CreateClient(o => o with { Reconnect = AtOnce });

        await Assert.ThrowsAsync<HandshakeRefusedException>(() => client.StartAsync(Pcm16k, Ct));

        Assert.Single(service.Handshakes);
    }

    [Fact]
    public async Task A_loss_after_everything_was_covered_is_the_end()
    {
        var service = new FakeService(async task =>
        {
            await task.StartAsync();
            await task.ReadToFinishAsync();
            await task.SendSentenceAsync(Final(1, 0, 100, "all of it"));
        });
        await using RecognitionClient client = service.CreateClient(o => o with { Reconnect = AtOnce });

        List<RecognitionResult> results = await client.RecognizeAsync(new MemoryStream(new byte[3200]), Pcm16k, Ct).ToListAsync(Ct);

        Assert.Equal("all of it", Assert.Single(results).Sentence!.Text);
        Assert.Single(service.Tasks);
    }

    [Fact]
    public async Task A_rest_without_speech_that_the_service_calls_no_audio_is_the_end()
    {
        int tasks = 0;
        var service = new FakeService(async task =>
        {
            await task.StartAsync();
            await task.ReadToFinishAsync();
            if (Interlocked.Increment(ref tasks) == 1)
            {
                await task.SendSentenceAsync(Final(1, 0, 90, "all but silence"));
                return;
            }

            await task.FailAsync(ErrorCodes.NoValidAudio, ErrorCodes.NoValidAudio);
        });
        await using RecognitionClient client = service.CreateClient(o => o with { Reconnect = AtOnce });

        Assert.Single(await client.RecognizeAsync(new MemoryStream(new byte[3200]), Pcm16k, Ct).ToListAsync(Ct));
        Assert.Equal(2, service.Tasks.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Audio_that_cannot_be_sent_again_is_reported(bool fails)
    {
        var read = new TaskCompletionSource();
        int tasks = 0;
        var service = new FakeService(async task =>
        {
            await task.StartAsync();
            if (Interlocked.Increment(ref tasks) == 1)
            {
                await task.ReadAudioAsync(64_000);
                return;
            }

            await task.ReadToFinishAsync();
            await task.SendSentenceAsync(Final(1, 100, 200, "rest"));
            await task.FinishAsync();
            await task.ReadToEndAsync();
        });
        await using RecognitionClient client = service.CreateClient(
            o => o with { Reconnect = AtOnce with { BufferLength = TimeSpan.FromSeconds(0.5), FailOnAudioLoss = fails } });
        await using RecognitionSession session = await client.StartAsync(Pcm16k, Ct);
        await session.SendAsync(new byte[64_000], Ct);
        session.BeginFinish();

        if (fails)
        {
            AudioLostException e = await Assert.ThrowsAsync<AudioLostException>(() => session.Results.ToListAsync(Ct).AsTask());
            Assert.Equal((new AudioRange(0, 1500), ClientErrorCodes.AudioLost, session.RequestId), (e.Range, e.Code, e.RequestId));
            Assert.IsAssignableFrom<IOException>(e.InnerException);
        }
        else
        {
            RecognitionResult rest = Assert.Single(await session.Results.ToListAsync(Ct));
            Assert.Equal((1600, 1700), (rest.Sentence!.BeginTime, rest.Sentence.EndTime));
            Assert.Equal([new AudioRange(0, 1500)], rest.LostAudio);
            Assert.Contains("lost 0-1500 ms", rest.ToString(), StringComparison.Ordinal);
        }

        Assert.Equal([new AudioRange(0, 1500)], session.LostAudio);
    }

    [Fact]
    public async Task Sending_waits_while_there_is_no_connection_and_a_dispose_ends_the_wait()
    {
        var service = new FakeService(task => task.StartAsync());
        var time = new ManualTimeProvider();
        await using RecognitionClient client = service.CreateClient(
            o => o with { SendQueueBytes = 5000, TimeProvider = time, Reconnect = AtOnce with { BaseDelay = TimeSpan.FromMinutes(10), MaxDelay = TimeSpan.FromMinutes(10) } });
        RecognitionSession session = await client.StartAsync(Pcm16k, Ct);
        await service.EndedAsync();

        Task sending = Task.Run(() => session.SendAsync(new byte[100_000], Ct).AsTask(), Ct);
        await session.DisposeAsync();

        await Assert.ThrowsAnyAsync<InvalidOperationException>(() => sending);
    }

    [Fact]
    public async Task Whatever_message_the_connection_is_cut_at_the_words_are_the_same()
    {
        await Gen.Select(Gen.Int[0, 1000], Gen.Int[1, 150].Array[1, 4], Gen.Bool, Gen.Bool.Select(compressed => compressed ? "aac" : "pcm")).SampleAsync(async (seed, cuts, isStream, format) =>
        {
            SpokenAudio audio = SpokenAudio.Create(seed, sentences: 3);
            byte[] bytes = format == "pcm" ? audio.Pcm : [.. WordService.ContainerHeader, .. audio.Pcm];
            var service = new WordService();
            await using var client = new RecognitionClient(new RecognitionClientOptions
            {
                Transport = new CuttingTransport(service.ServeAsync, cuts), Reconnect = AtOnce with { MaxAttempts = 10 },
            });
            Stream stream = isStream ? new MemoryStream(bytes) : new ForwardStream(bytes);

            List<RecognitionResult> results = await client.RecognizeAsync(
                stream, new RecognitionOptions(ParaformerModel.RealtimeV2, format, audio.SampleRate), Ct).ToListAsync(Ct);

            Assert.Equal(audio.Text, string.Join('\n', results.Where(r => r.IsFinal).Select(r => r.Sentence!.Text)));
            Assert.Empty(service.Violations);
        }, iter: 100);
    }

    private static Sentence Final(int id, long begin, long end, string text) => new()
    {
        SentenceId = id, BeginTime = begin, EndTime = end, SentenceEnd = true, Text = text, Words = [new Word { BeginTime = begin, EndTime = end, Text = text }],
    };

    private sealed class ForwardStream(byte[] bytes) : ReadOnlyStream
    {
        private int _at;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int length = Math.Min(buffer.Length, bytes.Length - _at);
            bytes.AsMemory(_at, length).CopyTo(buffer);
            _at += length;
            return new(length);
        }
    }
}
