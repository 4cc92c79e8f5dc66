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
    public async Task Open_comes_when_the_service_has_started_and_frames_sent_before_wait_for_it()
    {
        var start = new TaskCompletionSource();
        var service = new FakeService(async task =>
        {
            await start.Task.WaitAsync(task.CancellationToken);
            await FakeService.Answering("one")(task);
        });
        await using RecognitionClient client = service.CreateClient();
        var callback = new RecordingCallback();
        Recognition recognition = Make(client, callback);

        recognition.Start();
        recognition.SendAudioFrame("early"u8);
        Assert.Empty(callback.Calls);
        start.SetResult();
        await recognition.StopAsync(Ct);

        Assert.Equal("open", callback.Calls[0]);
        Assert.Equal("early"u8.ToArray(), service.Tasks.Single().Audio);
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
        var seen = new TaskCompletionSource();
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
        var second = new TaskCompletionSource();
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
        var opened = new TaskCompletionSource();
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
    public async Task Parameters_and_the_phrase_id_of_start_go_on_the_wire()
    {
        var service = new FakeService(FakeService.Answering());
        await using RecognitionClient client = service.CreateClient();
        Recognition recognition = Make(client, new RecordingCallback());
        recognition.LanguageHints = ["zh", "en"];
        recognition.SemanticPunctuationEnabled = true;
        recognition.MaxSentenceSilence = 6000;
        recognition.PhraseId = "own";

        recognition.Start(phraseId: "given");
        await recognition.StopAsync(Ct);

        TaskRequest run = service.Tasks.Single().RunTask!;
        Assert.Equal([new PhraseResource("given")], run.Resources);
        Assert.Equal(["zh", "en"], run.Parameters!.LanguageHints!);
        Assert.Equal((true, 6000), (run.Parameters.SemanticPunctuationEnabled, run.Parameters.MaxSentenceSilence));
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
