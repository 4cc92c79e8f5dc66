using Paraformer.Client.Tests.Support;
using Paraformer.Protocol;

namespace Paraformer.Client.Tests.Sessions;

public sealed class RecognitionSessionTests
{
    private static readonly RecognitionOptions Pcm16k = new(ParaformerModel.RealtimeV2, AudioFormat.Pcm, 16000);

    private static CancellationToken Ct => TestLimit.Token;

    [Fact]
    public async Task A_session_gives_partials_and_finals_in_order_and_leaves_heartbeats_out()
    {
        var service = new FakeService(async task =>
        {
            await task.StartAsync();
            await task.ReadAudioAsync(3200);
            await task.SendPartialAsync(1, "he");
            await task.SendSentenceAsync(new Sentence { SentenceId = 0, Heartbeat = true });
            await task.SendPartialAsync(1, "hello");
            await task.ReadToFinishAsync();
            await task.SendFinalAsync(1, "hello.");
            await task.FinishAsync();
            await task.ReadToEndAsync();
        });
        await using RecognitionClient client = service.CreateClient();
        await using RecognitionSession session = await client.StartAsync(Pcm16k, Ct);

        await session.SendAsync(new byte[3200], Ct);
        await session.FinishAsync(Ct);
        List<RecognitionResult> results = await session.Results.ToListAsync(Ct);

        Assert.Equal(["he", "hello", "hello."], results.Select(r => r.Sentence!.Text));
        Assert.Equal([false, false, true], results.Select(r => r.IsFinal));
        Assert.Equal([null, null, new Usage(1)], results.Select(r => r.Usage));
        Assert.All(results, r => Assert.Equal((200, session.RequestId), (r.StatusCode, r.RequestId)));
        Assert.Equal(service.Tasks.Single().TaskId, session.RequestId);
        await service.EndedAsync();
    }

    [Fact]
    public async Task Every_set_parameter_goes_on_the_wire_and_no_other()
    {
        var service = new FakeService(FakeService.Answering());
        await using RecognitionClient client = service.CreateClient();
        RecognitionOptions options = new("paraformer-realtime-v1", "opus", 8000)
        {
            VocabularyId = "v",
            PhraseId = "p",
            LanguageHints = ["en"],
            MaxSentenceSilence = 200,
            Heartbeat = true,
            PunctuationPredictionEnabled = false,
            Extra = new Dictionary<string, System.Text.Json.JsonElement> { ["speaker_count"] = System.Text.Json.JsonElement.Parse("2") },
        };
        await using RecognitionSession session = await client.StartAsync(options, Ct);

        TaskRequest run = service.Tasks.Single().RunTask!;

        Assert.Equal("paraformer-realtime-v1", run.Model);
        Assert.Equal(("audio", "asr", "recognition", "duplex"), (run.TaskGroup, run.Task, run.Function, run.Streaming));
        Assert.Equal([new PhraseResource("p")], run.Resources);
        RecognitionParameters sent = run.Parameters!;
        Assert.Equal(("opus", 8000, "v", 200, true, false), (sent.Format, sent.SampleRate, sent.VocabularyId, sent.MaxSentenceSilence, sent.Heartbeat, sent.PunctuationPredictionEnabled));
        Assert.Equal(["en"], sent.LanguageHints!);
        Assert.Equal(2, sent.Extra!["speaker_count"].GetInt32());
        Assert.Null(sent.InverseTextNormalizationEnabled);
        Assert.Null(sent.SemanticPunctuationEnabled);
        Assert.Null(sent.PhraseId);
    }

    [Fact]
    public async Task The_audio_arrives_unchanged_though_its_memory_is_reused_at_once()
    {
        var service = new FakeService(FakeService.Answering("x"));
        await using RecognitionClient client = service.CreateClient();
        await using RecognitionSession session = await client.StartAsync(Pcm16k, Ct);
        byte[] all = [.. Enumerable.Range(0, 100_000).Select(i => (byte)(i * 7 / 3))];
        byte[] buffer = new byte[40_000];

        int[] lengths = [1, 3200, 40_000, 0, 16_384, 40_000, 415];
        int at = 0;
        foreach (int length in lengths)
        {
            all.AsSpan(at, length).CopyTo(buffer);
            await session.SendAsync(buffer.AsMemory(0, length), Ct);
            buffer.AsSpan().Clear();
            at += length;
        }

        Assert.Equal(all.Length, at);
        await session.FinishAsync(Ct);
        await session.Results.ToListAsync(Ct);

        FakeTask task = service.Tasks.Single();
        Assert.Equal(all, task.Audio);
        Assert.True(task.LargestFrame <= 16 * 1024);
    }

    [Fact]
    public async Task A_refused_task_fails_the_start_with_the_services_code_and_message()
    {
        var service = new FakeService(async task =>
        {
            await task.ReadRunTaskAsync();
            await task.FailAsync(ErrorCodes.ModelNotFound, "Model can not be found.");
        });
        await using RecognitionClient client = service.CreateClient();

        RecognitionFailedException e = await Assert.ThrowsAsync<RecognitionFailedException>(() => client.StartAsync(Pcm16k, Ct));

        Assert.Equal((ErrorCodes.ModelNotFound, "Model can not be found.", 44), (e.Code, e.Message, e.StatusCode));
        Assert.Equal(service.Tasks.Single().TaskId, e.RequestId);
    }

    [Fact]
    public async Task A_failed_task_gives_the_results_that_came_before_and_then_the_failure()
    {
        var service = new FakeService(async task =>
        {
            await task.StartAsync();
            await task.SendFinalAsync(1, "one");
            await task.SendPartialAsync(2, "tw");
            await task.FailAsync(ErrorCodes.ClientError, "request timeout after 23 seconds.");
        });
        await using RecognitionClient client = service.CreateClient();
        await using RecognitionSession session = await client.StartAsync(Pcm16k, Ct);
        var texts = new List<string>();

        RecognitionFailedException e = await Assert.ThrowsAsync<RecognitionFailedException>(() => ReadInto(texts, session));

        Assert.Equal(["one", "tw"], texts);
        Assert.Equal((ErrorCodes.ClientError, 44, session.RequestId), (e.Code, e.StatusCode, e.RequestId));
        RecognitionFailedException onSend = await Assert.ThrowsAsync<RecognitionFailedException>(() => session.SendAsync(new byte[2], Ct).AsTask());
        Assert.Equal(ErrorCodes.ClientError, onSend.Code);
        await Assert.ThrowsAsync<RecognitionFailedException>(() => session.FinishAsync(Ct));
    }

    [Fact]
    public async Task A_connection_lost_in_mid_task_is_a_failure_never_an_end()
    {
        var service = new FakeService(async task =>
        {
            await task.StartAsync();
            await task.SendFinalAsync(1, "one");
        });
        await using RecognitionClient client = service.CreateClient();
        await using RecognitionSession session = await client.StartAsync(Pcm16k, Ct);
        var texts = new List<string>();

        RecognitionConnectionException e = await Assert.ThrowsAsync<RecognitionConnectionException>(() => ReadInto(texts, session));

        Assert.Equal(["one"], texts);
        Assert.Equal((ClientErrorCodes.ConnectionLost, -1, session.RequestId), (e.Code, e.StatusCode, e.RequestId));
    }

    [Fact]
    public async Task A_close_in_mid_task_is_a_failure_that_names_its_status_and_reason()
    {
        var service = new FakeService(async task =>
        {
            await task.StartAsync();
            await task.Connection.CloseAsync(1011, "going down", task.CancellationToken);
        });
        await using RecognitionClient client = service.CreateClient();
        await using RecognitionSession session = await client.StartAsync(Pcm16k, Ct);

        RecognitionConnectionException e = await Assert.ThrowsAsync<RecognitionConnectionException>(() => session.Results.ToListAsync(Ct).AsTask());

        Assert.Contains("1011", e.Message, StringComparison.Ordinal);
        Assert.Contains("going down", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_task_that_the_service_ends_before_the_audio_ended_is_a_failure()
    {
        var service = new FakeService(async task =>
        {
            await task.StartAsync();
            await task.FinishAsync();
        });
        await using RecognitionClient client = service.CreateClient();
        await using RecognitionSession session = await client.StartAsync(Pcm16k, Ct);

        RecognitionFailedException e = await Assert.ThrowsAsync<RecognitionFailedException>(() => session.Results.ToListAsync(Ct).AsTask());

        Assert.Equal(ClientErrorCodes.EndedEarly, e.Code);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("{\"header\":7}")]
    public async Task A_message_that_cannot_be_read_fails_the_session(string message)
    {
        var service = new FakeService(async task =>
        {
            await task.StartAsync();
            await task.SendTextAsync(message);
            await task.ReadToEndAsync();
        });
        await using RecognitionClient client = service.CreateClient();
        await using RecognitionSession session = await client.StartAsync(Pcm16k, Ct);

        RecognitionFailedException e = await Assert.ThrowsAsync<RecognitionFailedException>(() => session.Results.ToListAsync(Ct).AsTask());

        Assert.Equal(ClientErrorCodes.MessageFormat, e.Code);
    }

    [Fact]
    public async Task Unknown_events_and_binary_frames_of_the_service_are_passed_over()
    {
        var service = new FakeService(async task =>
        {
            await task.StartAsync();
            await task.SendTextAsync($$$"""{"header":{"task_id":"{{{task.TaskId}}}","event":"news","attributes":{}},"payload":{}}""");
            await task.Connection.SendBinaryAsync(new byte[] { 1, 2 }, task.CancellationToken);
            await task.ReadToFinishAsync();
            await task.SendFinalAsync(1, "one");
            await task.FinishAsync();
            await task.ReadToEndAsync();
        });
        await using RecognitionClient client = service.CreateClient();
        await using RecognitionSession session = await client.StartAsync(Pcm16k, Ct);

        await session.FinishAsync(Ct);

        Assert.Equal("one", Assert.Single(await session.Results.ToListAsync(Ct)).Sentence!.Text);
    }

    [Fact]
    public async Task Audio_after_the_end_is_refused_and_finishing_twice_is_harmless()
    {
        var service = new FakeService(FakeService.Answering("x"));
        await using RecognitionClient client = service.CreateClient();
        await using RecognitionSession session = await client.StartAsync(Pcm16k, Ct);
        await session.FinishAsync(Ct);
        await session.FinishAsync(Ct);

        InvalidRecognitionStateException e = await Assert.ThrowsAsync<InvalidRecognitionStateException>(() => session.SendAsync(new byte[2], Ct).AsTask());

        Assert.Equal("Speech recognition has stopped.", e.Message);
        await session.Results.ToListAsync(Ct);
        await session.FinishAsync(Ct);
    }

    [Fact]
    public async Task Results_can_be_enumerated_only_once()
    {
        var service = new FakeService(FakeService.Answering("x"));
        await using RecognitionClient client = service.CreateClient();
        await using RecognitionSession session = await client.StartAsync(Pcm16k, Ct);
        await session.FinishAsync(Ct);
        await session.Results.ToListAsync(Ct);

        await Assert.ThrowsAsync<InvalidOperationException>(() => session.Results.ToListAsync(Ct).AsTask());
    }

    [Fact]
    public async Task Delays_run_from_the_first_audio_to_the_first_text_and_from_the_finish_to_the_end()
    {
        var time = new ManualTimeProvider();
        var service = new FakeService(async task =>
        {
            await task.StartAsync();
            await task.ReadAudioAsync(2);
            time.Advance(TimeSpan.FromMilliseconds(120));
            await task.SendPartialAsync(1, "");
            await task.SendPartialAsync(1, "h");
            await task.ReadToFinishAsync();
            time.Advance(TimeSpan.FromMilliseconds(70));
            await task.FinishAsync();
            await task.ReadToEndAsync();
        });
        await using RecognitionClient client = service.CreateClient(o => o with { TimeProvider = time });
        await using RecognitionSession session = await client.StartAsync(Pcm16k, Ct);
        Assert.Null(session.FirstPackageDelay);
        await session.SendAsync(new byte[2], Ct);

        IAsyncEnumerator<RecognitionResult> results = session.Results.GetAsyncEnumerator(Ct);
        Assert.True(await results.MoveNextAsync());
        Assert.True(await results.MoveNextAsync());
        Assert.Equal(TimeSpan.FromMilliseconds(120), session.FirstPackageDelay);
        Assert.Null(session.LastPackageDelay);
        await session.FinishAsync(Ct);
        Assert.False(await results.MoveNextAsync());

        Assert.Equal(TimeSpan.FromMilliseconds(70), session.LastPackageDelay);
        await results.DisposeAsync();
    }

    private static async Task ReadInto(List<string> texts, RecognitionSession session)
    {
        await foreach (RecognitionResult result in session.Results.WithCancellation(Ct))
        {
            texts.Add(result.Sentence!.Text);
        }
    }
}
