using Paraformer.Client.Tests.Support;
using Paraformer.Protocol;

namespace Paraformer.Client.Tests.Facade;

public sealed class RecognitionCallTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    private static CancellationToken Ct => TestLimit.Token;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_call_returns_the_final_sentences_with_their_usage()
    {
        var service = new FakeService(FakeService.Answering("one", "two"));
        await using RecognitionClient client = service.CreateClient();
        Recognition recognition = Make(client);
        string file = Write(new byte[10_000]);

        RecognitionResult result = await Task.Run(() => recognition.Call(file), Ct);

        Assert.Equal((200, "", recognition.GetLastRequestId()), (result.StatusCode, result.Message, result.GetRequestId()));
        Assert.Equal(["one", "two"], result.GetSentences().Select(s => s.Text));
        Assert.All(result.Sentences, s => Assert.True(RecognitionResult.IsSentenceEnd(s)));
        Assert.Equal([new Usage(1), new Usage(2)], result.Sentences.Select(result.GetUsage));
        Assert.Equal(new Usage(2), result.Usage);
        Assert.Equal(10_000, service.Tasks.Single().Audio.Length);
        Assert.NotNull(recognition.GetFirstPackageDelay());
        Assert.NotNull(recognition.GetLastPackageDelay());
        Assert.Contains("two", result.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_that_fails_returns_the_failure_and_the_sentences_before_it()
    {
        var service = new FakeService(async task =>
        {
            await task.StartAsync();
            await task.ReadToFinishAsync();
            await task.SendFinalAsync(1, "one");
            await task.SendPartialAsync(2, "tw");
            await task.FailAsync(ErrorCodes.InternalError, "inference internal error.");
        });
        await using RecognitionClient client = service.CreateClient();

        RecognitionResult result = await Make(client).CallAsync(Write([1, 2]), cancellationToken: Ct);

        Assert.Equal((44, ErrorCodes.InternalError, "inference internal error."), (result.StatusCode, result.Code, result.Message));
        Assert.Equal("one", Assert.Single(result.Sentences).Text);
        Assert.Equal(("tw", false), (result.GetSentence()!.Text, result.IsFinal));
        Assert.Contains("[final 1000-1500 ms] one [partial 2000- ms] tw", result.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_goes_on_after_a_lost_connection_by_reading_the_file_again()
    {
        int tasks = 0;
        var service = new FakeService(async task =>
        {
            await task.StartAsync();
            if (Interlocked.Increment(ref tasks) == 1)
            {
                await task.ReadAudioAsync(100_000);
                return;
            }

            await FakeService.AnswerAsync(task, "one");
        });
        await using RecognitionClient client = service.CreateClient(
            o => o with { Reconnect = new ReconnectPolicy { BaseDelay = TimeSpan.Zero, BufferLength = TimeSpan.Zero } });
        byte[] audio = [.. Enumerable.Range(0, 200_000).Select(i => (byte)i)];

        RecognitionResult result = await Make(client).CallAsync(Write(audio), cancellationToken: Ct);

        Assert.Equal((200, "one"), (result.StatusCode, Assert.Single(result.Sentences).Text));
        Assert.Equal(audio, service.Tasks.Last().Audio);
        Assert.Empty(result.LostAudio);
    }

    [Fact]
    public async Task A_request_timeout_limits_what_the_service_takes()
    {
        await using var service = SocketService.Playing(task => task.ReadToEndAsync());
        var recognition = new Recognition("m", null, "pcm", 16000)
        {
            BaseAddress = service.Endpoint, RequestTimeout = TimeSpan.FromMilliseconds(200), Reconnect = ReconnectPolicy.Off,
        };

        RecognitionResult result = await recognition.CallAsync(Write([1]), cancellationToken: Ct);

        Assert.Equal((RecognitionStatus.ClientError, ClientErrorCodes.Timeout), (result.StatusCode, result.Code));
    }

    [Fact]
    public async Task A_call_that_is_refused_returns_the_status_and_the_object_can_be_used_again()
    {
        await using var service = SocketService.Refusing("403 Forbidden");
        await using RecognitionClient client = service.CreateClient();
        Recognition recognition = Make(client);
        string file = Write([1, 2]);

        Assert.Equal(403, (await recognition.CallAsync(file, cancellationToken: Ct)).StatusCode);
        Assert.Equal(403, (await recognition.CallAsync(file, cancellationToken: Ct)).StatusCode);
    }

    [Fact]
    public async Task Missing_files_folders_and_empty_files_are_refused_before_connecting()
    {
        var service = new FakeService(FakeService.Answering());
        await using RecognitionClient client = service.CreateClient();
        Recognition recognition = Make(client);
        string absent = Path.Combine(_folder, "absent.wav");

        FileNotFoundException missing = Assert.Throws<FileNotFoundException>(() => recognition.Call(absent));
        Assert.Equal($"No such file or directory: {absent}", missing.Message);
        Assert.Equal($"Is a directory: {_folder}", Assert.Throws<IOException>(() => recognition.Call(_folder)).Message);
        Assert.Equal("The supplied file was empty (zero bytes long)", Assert.Throws<InvalidDataException>(() => recognition.Call(Write([]))).Message);
        Assert.Empty(service.Tasks);
    }

    [Fact]
    public async Task A_call_without_a_key_throws_and_the_object_can_be_used_again()
    {
        var options = new RecognitionClientOptions { Endpoint = new Uri("wss://speech.invalid/") };
        await using var client = new RecognitionClient(options with { Transport = new WebSocketTransport(options, _ => null, "no-home") });
        Recognition recognition = Make(client);
        string file = Write([1]);

        await Assert.ThrowsAsync<ApiKeyNotFoundException>(() => recognition.CallAsync(file, cancellationToken: Ct));
        await Assert.ThrowsAsync<ApiKeyNotFoundException>(() => recognition.CallAsync(file, cancellationToken: Ct));
    }

    [Fact]
    public async Task While_a_call_runs_nothing_else_can_and_canceling_it_leaves_nothing_running()
    {
        var started = new TaskCompletionSource();
        var service = new FakeService(async task =>
        {
            await task.StartAsync();
            started.SetResult();
            await task.ReadToEndAsync();
        });
        await using RecognitionClient client = service.CreateClient();
        Recognition recognition = Make(client);
        recognition.Callback = new RecordingCallback();
        string file = Write([1]);
        using var cancel = new CancellationTokenSource();
        Task<RecognitionResult> calling = recognition.CallAsync(file, cancellationToken: cancel.Token);
        await started.Task.WaitAsync(Ct);

        Assert.Equal("Speech recognition has been called.", (await Assert.ThrowsAsync<InvalidRecognitionStateException>(() => recognition.CallAsync(file, cancellationToken: Ct))).Message);
        Assert.Throws<InvalidRecognitionStateException>(() => recognition.Start());
        Assert.Throws<InvalidRecognitionStateException>(() => recognition.SendAudioFrame([1]));
        await Assert.ThrowsAsync<InvalidRecognitionStateException>(() => recognition.StopAsync(Ct));
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => calling);
        await service.EndedAsync();
    }

    [Fact]
    public async Task The_facade_makes_a_client_from_its_own_address_key_and_workspace()
    {
        await using var service = SocketService.Playing(FakeService.Answering("one"));
        var recognition = new Recognition(ParaformerModel.RealtimeV2, null, AudioFormat.Pcm, 16000, workspace: "llm-w")
        {
            BaseAddress = service.Endpoint,
            ApiKey = "sk-own",
            UserAgent = "my-app/1",
            Headers = new Dictionary<string, string> { ["X-Mine"] = "yes" },
        };

        RecognitionResult result = await recognition.CallAsync(Write([1, 2]), cancellationToken: Ct);

        Assert.Equal("one", Assert.Single(result.Sentences).Text);
        Assert.Contains("Authorization: Bearer sk-own", service.Handshakes.Single());
        Assert.Contains("X-DashScope-WorkSpace: llm-w", service.Handshakes.Single());
        Assert.Contains("X-Mine: yes", service.Handshakes.Single());
        Assert.Contains(service.Handshakes.Single(), h => h.StartsWith("User-Agent: paraformer-net/", StringComparison.Ordinal) && h.EndsWith("my-app/1", StringComparison.Ordinal));
    }

    private static Recognition Make(RecognitionClient client) => new(ParaformerModel.RealtimeV2, null, AudioFormat.Pcm, 16000) { Client = client };

    private string Write(byte[] content)
    {
        string path = Path.Combine(_folder, "audio.pcm");
        File.WriteAllBytes(path, content);
        return path;
    }
}
