using System.Text.Json;
using Paraformer.Client.Tests.Support;
using Paraformer.Protocol;

namespace Paraformer.Client.Tests.Facade;

public sealed class RecognitionStreamTests
{
    private static CancellationToken Ct => TestLimit.Token;

    [Fact]
    public async Task Callbacks_come_in_order_and_close_comes_once()
    {
        var service = new FakeService(FakeService.Answering("one", "two"));
        await using RecognitionClient client = service.CreateClient();
        var callback = new RecordingCallback();
        Recognition recognition = Make(client, callback);
        string announced = recognition.GetLastRequestId();

        recognition.Start();
        recognition.SendAudioFrame(new byte[3200]);
        recognition.SendAudioFrame(new byte[40_000]);
        await Task.Run(recognition.Stop, Ct);

        Assert.Equal(["open", "event o", "event one", "event t", "event two", "complete", "close"], callback.Calls);
        Assert.Equal(43_200, service.Tasks.Single().Audio.Length);
        Assert.Equal(announced, service.Tasks.Single().TaskId);
        Assert.Equal(announced, recognition.GetLastRequestId());
        Assert.True(recognition.GetFirstPackageDelay() >= 0);
        Assert.True(recognition.GetLastPackageDelay() >= 0);
    }

    [Fact]
    public async Task Open_comes_after_the_handshake_and_frames_sent_before_the_task_starts_wait_for_it()
    {
        var connect = new TaskCompletionSource();
        var start = new TaskCompletionSource();
        var opened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var service = SocketService.Playing(async task =>
        {
            await start.Task.WaitAsync(task.CancellationToken);
            await FakeService.Answering("one")(task);
        });
        await using RecognitionClient client = service.CreateClient(o => o with
        {
            ApiKeyProvider = async ct =>
            {
                await connect.Task.WaitAsync(ct);
                return "sk-test";
            },
            ApiKey = null,
        });
        var callback = new RecordingCallback { Then = (_, _) => opened.TrySetResult() };
        Recognition recognition = Make(client, callback);

        recognition.Start();
        recognition.SendAudioFrame("early"u8);
        Assert.Empty(callback.Calls);
        connect.SetResult();
        await opened.Task.WaitAsync(Ct);
        Assert.Equal(["open"], callback.Calls);
        start.SetResult();
        await recognition.StopAsync(Ct);

        Assert.Equal(["open", "event o", "event one", "complete", "close"], callback.Calls);
    }

    [Fact]
    public async Task A_task_that_is_refused_gives_open_error_and_close()
    {
        var service = new FakeService(async task =>
        {
            await task.ReadRunTaskAsync();
            await task.FailAsync(ErrorCodes.ModelNotFound, "Model can not be found.");
        });
        await using RecognitionClient client = service.CreateClient();
        var callback = new RecordingCallback();
        Make(client, callback).Start();

        await callback.Closed.Task.WaitAsync(Ct);

        Assert.Equal(["open", "error 44 ModelNotFound", "close"], callback.Calls);
    }

    [Fact]
    public async Task A_missing_key_goes_to_the_callback()
    {
        var options = new RecognitionClientOptions { Endpoint = new Uri("wss://speech.invalid/") };
        await using var client = new RecognitionClient(options with { Transport = new WebSocketTransport(options, _ => null, "no-home") });
        var callback = new RecordingCallback();
        Make(client, callback).Start();

        await callback.Closed.Task.WaitAsync(Ct);

        Assert.Equal(["error 401 InvalidApiKey", "close"], callback.Calls);
    }

    [Fact]
    public async Task Results_come_while_no_audio_is_sent()
    {
        var service = new FakeService(async task =>
        {
            await task.StartAsync();
            for (int i = 1; i <= 50; i++)
            {
                await task.SendFinalAsync(i, $"{i}");
            }

            await task.ReadToFinishAsync();
            await task.FinishAsync();
            await task.ReadToEndAsync();
        });
        await using RecognitionClient client = service.CreateClient();
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var callback = new RecordingCallback { Then = (call, result) => result = call == "event 50" && all.TrySetResult() ? result : null };
        Recognition recognition = Make(client, callback);

        recognition.Start();
        await all.Task.WaitAsync(Ct);
        await recognition.StopAsync(Ct);

        Assert.Equal(["open", .. Enumerable.Range(1, 50).Select(i => $"event {i}"), "complete", "close"], callback.Calls);
    }

    [Fact]
    public async Task Lost_audio_goes_to_the_callback_before_the_sentence_behind_the_gap()
    {
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
            await task.SendFinalAsync(1, "rest");
            await task.FinishAsync();
            await task.ReadToEndAsync();
        });
        await using RecognitionClient client = service.CreateClient(
            o => o with { Reconnect = new ReconnectPolicy { BaseDelay = TimeSpan.Zero, BufferLength = TimeSpan.FromSeconds(1) } });
        var callback = new RecordingCallback();
        Recognition recognition = Make(client, callback);
        string announced = recognition.GetLastRequestId();

        recognition.Start();
        recognition.SendAudioFrame(new byte[64_000]);
        await recognition.StopAsync(Ct);

        Assert.Equal(["open", "lost 0-1000", "event rest", "complete", "close"], callback.Calls);
        Assert.Equal([announced, recognition.GetLastRequestId()], service.Tasks.Select(t => t.TaskId));
    }

    [Fact]
    public async Task Before_the_end_and_without_text_the_delays_are_null()
    {
        var service = new FakeService(FakeService.Answering());
        await using RecognitionClient client = service.CreateClient();
        Recognition recognition = Make(client, new RecordingCallback());
        Assert.Equal((null, null), (recognition.GetFirstPackageDelay(), recognition.GetLastPackageDelay()));

        recognition.Start();
        recognition.SendAudioFrame(new byte[100]);
        await recognition.StopAsync(Ct);

        Assert.Null(recognition.GetFirstPackageDelay());
        Assert.True(recognition.GetLastPackageDelay() >= 0);
    }

    [Fact]
    public async Task Each_run_has_an_id_of_its_own()
    {
        var service = new FakeService(FakeService.Answering("one"));
        await using RecognitionClient client = service.CreateClient();
        Recognition recognition = Make(client, new RecordingCallback());

        for (int i = 0; i < 2; i++)
        {
            recognition.Start();
            await recognition.StopAsync(Ct);
        }

        string[] ids = [.. service.Tasks.Select(t => t.TaskId)];
        Assert.NotEqual(ids[0], ids[1]);
        Assert.Equal(ids[1], recognition.GetLastRequestId());
    }

    [Fact]
    public async Task A_task_that_fails_gives_one_error_and_one_close()
    {
        var service = new FakeService(async task =>
        {
            await task.StartAsync();
            await task.SendFinalAsync(1, "one");
            await task.FailAsync(ErrorCodes.ClientError, "request timeout after 23 seconds.");
        });
        await using RecognitionClient client = service.CreateClient();
        RecognitionResult? error = null;
        var callback = new RecordingCallback { Then = (call, result) => error = call.StartsWith("error", StringComparison.Ordinal) ? result : error };
        Recognition recognition = Make(client, callback);

        recognition.Start();
        await callback.Closed.Task.WaitAsync(Ct);

        Assert.Equal(["open", "event one", "error 44 CLIENT_ERROR", "close"], callback.Calls);
        Assert.Equal(("request timeout after 23 seconds.", recognition.GetLastRequestId()), (error!.Message, error.RequestId));
        Assert.Contains("CLIENT_ERROR", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_handshake_goes_to_the_callback_without_open()
    {
        await using var service = SocketService.Refusing("401 Unauthorized");
        await using RecognitionClient client = service.CreateClient();
        var callback = new RecordingCallback();
        Recognition recognition = Make(client, callback);

        recognition.Start();
        await callback.Closed.Task.WaitAsync(Ct);

        Assert.Equal(["error 401 InvalidApiKey", "close"], callback.Calls);
    }

    [Fact]
    public async Task A_lost_connection_goes_to_the_callback()
    {
        var service = new FakeService(task => task.StartAsync());
        await using RecognitionClient client = service.CreateClient();
        var callback = new RecordingCallback();
        Recognition recognition = Make(client, callback);

        recognition.Start();
        await callback.Closed.Task.WaitAsync(Ct);

        Assert.Equal(["open", "error -1 ConnectionLost", "close"], callback.Calls);
    }

    [Theory]
    [InlineData("open")]
    [InlineData("event one")]
    [InlineData("complete")]
    [InlineData("close")]
    public async Task An_exception_in_a_callback_disturbs_nothing_and_stop_throws_it(string where)
    {
        var service = new FakeService(FakeService.Answering("one"));
        await using RecognitionClient client = service.CreateClient();
        var thrown = new NotSupportedException("mine");
        var callback = new RecordingCallback { Then = (call, _) => Throw(call == where, thrown) };
        Recognition recognition = Make(client, callback);
        recognition.Start();

        Assert.Same(thrown, await Assert.ThrowsAsync<NotSupportedException>(() => recognition.StopAsync(Ct)));

        Assert.Equal(["open", "event o", "event one", "complete", "close"], callback.Calls);
        Assert.Throws<InvalidRecognitionStateException>(recognition.Stop);
    }

    [Theory]
    [InlineData("event one")]
    [InlineData("complete")]
    [InlineData("close")]
    public async Task Stop_inside_a_callback_does_not_deadlock(string where)
    {
        var service = new FakeService(async task =>
        {
            await task.StartAsync();
            await task.SendFinalAsync(1, "one");
            await task.ReadToFinishAsync();
            await task.FinishAsync();
            await task.ReadToEndAsync();
        });
        await using RecognitionClient client = service.CreateClient();
        Recognition? recognition = null;
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var callback = new RecordingCallback
        {
            Then = (call, _) =>
            {
                if (call == "event one")
                {
                    seen.TrySetResult();
                }

                if (call == where)
                {
                    recognition!.Stop();
                }
            },
        };
        recognition = Make(client, callback);
        recognition.Start();
        await seen.Task.WaitAsync(Ct);
        if (where != "event one")
        {
            await recognition.StopAsync(Ct);
        }

        await callback.Closed.Task.WaitAsync(Ct);

        Assert.Equal(["open", "event one", "complete", "close"], callback.Calls);
    }

    [Fact]
    public async Task Stop_inside_the_error_callback_does_not_deadlock()
    {
        var service = new FakeService(task => task.StartAsync());
        await using RecognitionClient client = service.CreateClient();
        Recognition? recognition = null;
        var callback = new RecordingCallback
        {
            Then = (call, _) =>
            {
                if (call.StartsWith("error", StringComparison.Ordinal))
                {
                    recognition!.Stop();
                }
            },
        };
        recognition = Make(client, callback);
        recognition.Start();

        await callback.Closed.Task.WaitAsync(Ct);

        Assert.Equal("close", callback.Calls[^1]);
    }

    [Fact]
    public async Task A_new_run_can_start_inside_close()
    {
        var service = new FakeService(FakeService.Answering("one"));
        await using RecognitionClient client = service.CreateClient();
        Recognition? recognition = null;
        int closes = 0;
        var second = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var callback = new RecordingCallback
        {
            Then = (call, _) =>
            {
                if (call != "close")
                {
                    return;
                }

                if (++closes == 1)
                {
                    recognition!.Start();
                    recognition.Stop();
                }
                else
                {
                    second.SetResult();
                }
            },
        };
        recognition = Make(client, callback);
        recognition.Start();
        await recognition.StopAsync(Ct);

        await second.Task.WaitAsync(Ct);

        Assert.Equal(2, service.Tasks.Count);
    }

    [Fact]
    public async Task Sending_blocks_while_the_service_is_slow()
    {
        var read = new TaskCompletionSource();
        var service = new FakeService(
            async task =>
            {
                await task.StartAsync();
                await read.Task.WaitAsync(task.CancellationToken);
                await FinishAsync(task);
            },
            new InProcessConnectionOptions { MaxQueuedBytes = 1000 });
        await using RecognitionClient client = service.CreateClient(o => o with { SendQueueBytes = 1000 });
        Recognition recognition = Make(client, new RecordingCallback());
        recognition.Start();

        Task sending = Task.Run(() => recognition.SendAudioFrame(new byte[100_000]), Ct);
        Assert.False(sending.IsCompleted);
        read.SetResult();
        await sending.WaitAsync(Ct);
        await recognition.StopAsync(Ct);

        Assert.Equal(100_000, service.Tasks.Single().Audio.Length);
    }

    [Fact]
    public async Task Disposing_abandons_the_run_and_tells_the_callback()
    {
        var opened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var service = new FakeService(async task =>
        {
            await task.StartAsync();
            opened.SetResult();
            await task.ReadToEndAsync();
        });
        await using RecognitionClient client = service.CreateClient();
        var callback = new RecordingCallback();
        Recognition recognition = Make(client, callback);
        recognition.Start();
        await opened.Task.WaitAsync(Ct);

        recognition.Dispose();
        await callback.Closed.Task.WaitAsync(Ct);

        Assert.Equal(["open", "error -1 Unknown", "close"], callback.Calls);
        await service.EndedAsync();
    }

    [Fact]
    public async Task Every_parameter_and_the_phrase_id_and_extras_of_start_go_on_the_wire()
    {
        var service = new FakeService(FakeService.Answering());
        await using RecognitionClient client = service.CreateClient();
        var recognition = new Recognition("paraformer-realtime-8k-v2", new RecordingCallback(), "wav", 8000)
        {
            Client = client,
            VocabularyId = "vocab-1",
            PhraseId = "own",
            DisfluencyRemovalEnabled = true,
            LanguageHints = ["zh", "en"],
            SemanticPunctuationEnabled = true,
            MaxSentenceSilence = 6000,
            MultiThresholdModeEnabled = true,
            PunctuationPredictionEnabled = false,
            Heartbeat = true,
            InverseTextNormalizationEnabled = false,
            Extra = new Dictionary<string, JsonElement> { ["speaker_count"] = JsonElement.Parse("2"), ["stream"] = JsonElement.Parse("true") },
        };

        recognition.Start(phraseId: "given", extra: new Dictionary<string, JsonElement> { ["speaker_count"] = JsonElement.Parse("3") });
        await recognition.StopAsync(Ct);
        recognition.Start();
        await recognition.StopAsync(Ct);

        TaskRequest first = service.Tasks.First().RunTask!;
        TaskRequest second = service.Tasks.Last().RunTask!;
        Assert.Equal(("paraformer-realtime-8k-v2", "wav", 8000), (first.Model, first.Parameters!.Format, first.Parameters.SampleRate));
        Assert.Equal([new PhraseResource("given")], first.Resources);
        Assert.Equal([new PhraseResource("own")], second.Resources);
        Assert.Equal(["zh", "en"], first.Parameters.LanguageHints!);
        Assert.Equal(("vocab-1", true, 6000), (first.Parameters.VocabularyId, first.Parameters.SemanticPunctuationEnabled, first.Parameters.MaxSentenceSilence));
        Assert.Equal((true, true, false), (first.Parameters.DisfluencyRemovalEnabled, first.Parameters.MultiThresholdModeEnabled, first.Parameters.PunctuationPredictionEnabled));
        Assert.Equal((true, false), (first.Parameters.Heartbeat, first.Parameters.InverseTextNormalizationEnabled));
        Assert.Equal(("3", "true"), (first.Parameters.Extra!["speaker_count"].GetRawText(), first.Parameters.Extra["stream"].GetRawText()));
        Assert.Equal("2", second.Parameters!.Extra!["speaker_count"].GetRawText());
    }

    [Fact]
    public async Task Parameters_that_are_not_set_are_not_sent()
    {
        var service = new FakeService(FakeService.Answering());
        await using RecognitionClient client = service.CreateClient();
        Recognition recognition = Make(client, new RecordingCallback());

        recognition.Start();
        await recognition.StopAsync(Ct);

        TaskRequest run = service.Tasks.Single().RunTask!;
        Assert.Equal(new RecognitionParameters { Format = "pcm", SampleRate = 16000 }, run.Parameters);
        Assert.Empty(run.Resources);
    }

    private static async Task FinishAsync(FakeTask task)
    {
        await task.ReadToFinishAsync();
        await task.FinishAsync();
        await task.ReadToEndAsync();
    }

    private static Recognition Make(RecognitionClient client, RecognitionCallback? callback) =>
        new(ParaformerModel.RealtimeV2, callback, AudioFormat.Pcm, 16000) { Client = client };

    private static void Throw(bool when, Exception exception)
    {
        if (when)
        {
            throw exception;
        }
    }
}
