using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using CsCheck;
using Paraformer.Client.Tests.Support;
using Paraformer.Protocol;

namespace Paraformer.Client.Tests.Sessions;

/// <summary>Services that break the protocol: typed failures with the task's id, in bounded time, and nothing left behind.</summary>
public sealed class MisbehavingServiceTests
{
    private const string Result = """{"header":{"task_id":"$","event":"result-generated","attributes":{}},"payload":{"output":{"sentence":{"sentence_id":1,"begin_time":0,"end_time":100,"text":"one","words":[{"begin_time":0,"end_time":100,"text":"one","punctuation":""}]}},"usage":{"duration":1}}}""";
    private const string Finished = """{"header":{"task_id":"$","event":"task-finished","attributes":{}},"payload":{"output":{},"usage":null}}""";

    private static readonly RecognitionOptions Pcm16k = new(ParaformerModel.RealtimeV2, AudioFormat.Pcm, 16000);

    private static CancellationToken Ct => TestLimit.Token;

    [Theory]
    [InlineData("""{"header":{"task_id":"$","event":"task-finished"},"payload":{}}""")]
    [InlineData("""{"header":{"task_id":"$","event":"task-finished"}}""")]
    [InlineData("""{"header":{"task_id":"$","event":"task-finished"},"payload":null}""")]
    [InlineData("""{"header":{"task_id":"$","event":"task-finished"},"payload":{"output":null}}""")]
    [InlineData("""{"header":{"event":"task-finished"}}""")]
    [InlineData("""{"header":{"task_id":null,"event":"task-finished","attributes":null},"payload":{"output":{"sentence":null},"usage":{}}}""")]
    public async Task An_end_without_its_payload_is_an_end(string finished)
    {
        List<RecognitionResult> results = await RecognizeAsync([Result, finished]);

        Assert.Equal("one", Assert.Single(results).Sentence!.Text);
    }

    [Theory]
    [InlineData("""{"header":{"task_id":"$","event":"result-generated"},"payload":{"output":{"sentence":{"text":"hm"}},"usage":{"duration":3}}}""")]
    [InlineData("""{"header":{"task_id":"$","event":"result-generated"},"payload":{"output":{"sentence":{"begin_time":null,"text":"hm","words":null}}}}""")]
    [InlineData("""{"header":{"task_id":"$","event":"result-generated"},"payload":{"output":{"sentence":{"begin_time":"0","end_time":null,"text":"hm","words":[null],"stash":null,"new_field":[1]}}}}""")]
    public async Task A_sentence_with_fields_missing_or_null_is_a_partial(string partial)
    {
        List<RecognitionResult> results = await RecognizeAsync([partial, Finished]);

        RecognitionResult result = Assert.Single(results);
        Assert.Equal(("hm", false), (result.Sentence!.Text, result.IsFinal));
        Assert.Null(result.GetUsage(result.Sentence));
    }

    [Theory]
    [InlineData("""{"header":{"task_id":"$","event":"result-generated"},"payload":{}}""")]
    [InlineData("""{"header":{"task_id":"$","event":"result-generated"}}""")]
    [InlineData("""{"header":{"task_id":"another","event":"result-generated"},"payload":{"output":{"sentence":{"text":"late"}}}}""")]
    [InlineData("""{"header":{"task_id":"another","event":"task-finished"},"payload":{"output":{}}}""")]
    [InlineData("""{"header":{"task_id":"$","event":"task-started"},"payload":{}}""")]
    [InlineData("""{"header":{"task_id":"$"}}""")]
    public async Task An_event_that_says_nothing_about_this_task_is_passed_over(string message) =>
        Assert.Equal("one", Assert.Single(await RecognizeAsync([message, Result, Finished])).Sentence!.Text);

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"header":{"task_id":"$","event":"result-generated"},"payload":[]}""")]
    [InlineData("""{"header":{"task_id":"$","event":"result-generated"},"payload":{"output":7}}""")]
    [InlineData("""{"header":{"task_id":"$","event":"result-generated"},"payload":{"output":{"sentence":{"text":{}}}}}""")]
    [InlineData("""{"header":{"task_id":"$","event":"result-generated"},"payload":{"output":{"sentence":{"end_time":"soon","text":"x"}}}}""")]
    [InlineData("""{"header":{"task_id":"$","event":"result-generated"},"payload":{"output":{"sentence":{"end_time":1e300,"text":"x"}}}}""")]
    [InlineData("""{"header":{"task_id":"$","event":"result-generated"},"payload":{"output":{"sentence":{"text":"x","words":[5]}}}}""")]
    [InlineData("""{"header":{"task_id":"$","event":"result-generated"},"payload":{"output":{"sentence":{"text":"\ud800"}}}}""")]
    public async Task Wrong_types_and_missing_objects_fail_the_session_and_say_where(string message)
    {
        RecognitionFailedException e = await FailsAsync([message]);

        Assert.Equal(ClientErrorCodes.MessageFormat, e.Code);
        Assert.StartsWith("The service sent a message that cannot be read", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"header":{"task_id":"$","event":"task-failed"},"payload":{}}""", ClientErrorCodes.Unknown)]
    [InlineData("""{"header":{"event":"task-failed","error_code":"X","error_message":null}}""", "X")]
    [InlineData("""{"header":{"task_id":"another","event":"task-failed","error_code":"InvalidParameter","error_message":"m"}}""", "InvalidParameter")]
    public async Task A_failure_is_one_though_half_of_it_is_missing(string message, string code)
    {
        RecognitionFailedException e = await FailsAsync([message]);

        Assert.Equal((code, RecognitionStatus.TaskFailed), (e.Code, e.StatusCode));
        Assert.NotEmpty(e.Message);
    }

    [Fact]
    public async Task An_oversized_message_fails_the_session_over_a_socket_and_in_process()
    {
        string huge = Result.Replace("one", new string('x', 5 << 20), StringComparison.Ordinal);
        await using var socket = SocketService.Playing(task => PlayAsync(task, [huge]));
        await using RecognitionClient overSocket = socket.CreateClient();

        Assert.Equal(ClientErrorCodes.MessageFormat, (await FailsAsync([huge])).Code);
        Assert.Equal(ClientErrorCodes.MessageFormat, (await FailsAsync(overSocket)).Code);
    }

    [Fact]
    public async Task A_message_in_fragments_that_split_characters_arrives_whole()
    {
        await using var service = SocketService.PlayingRaw(async stream =>
        {
            string id = await ReadTaskIdAsync(stream);
            await stream.WriteAsync(TextFrame("""{"header":{"task_id":"$","event":"task-started"},"payload":{}}""".Replace("$", id, StringComparison.Ordinal)), Ct);
            byte[] text = Encoding.UTF8.GetBytes(Result.Replace("$", id, StringComparison.Ordinal).Replace("one", "今天天气🌤", StringComparison.Ordinal));
            for (int at = 0; at < text.Length; at++)
            {
                byte opcode = (byte)((at == 0 ? 1 : 0) | (at == text.Length - 1 ? 0x80 : 0));
                await stream.WriteAsync(new byte[] { opcode, 1, text[at] }, Ct);
            }

            await stream.WriteAsync(TextFrame(Finished.Replace("$", id, StringComparison.Ordinal)), Ct);
            await DrainAsync(stream);
        });
        await using RecognitionClient client = service.CreateClient();
        await using RecognitionSession session = await client.StartAsync(Pcm16k, Ct);
        session.BeginFinish();

        RecognitionResult? result = await session.Results.FirstOrDefaultAsync(Ct);

        Assert.Equal("今天天气🌤", result!.Sentence!.Text);
    }

    [Theory]
    [InlineData("junk")]
    [InlineData("invalid utf-8")]
    [InlineData("masked")]
    [InlineData("reserved bits")]
    [InlineData("huge length")]
    [InlineData("half a frame")]
    [InlineData("unknown opcode")]
    public async Task Bytes_that_are_no_frames_fail_the_session(string what)
    {
        byte[] bytes = what switch
        {
            "junk" => [.. Enumerable.Range(0, 5000).Select(i => (byte)((i * 7919) >> 3))],
            "invalid utf-8" => [0x81, 4, (byte)'"', 0xFF, 0xFE, (byte)'"'],
            "masked" => [0x81, 0x82, 1, 2, 3, 4, 5, 6],
            "reserved bits" => [0xF1, 1, 0x20],
            "huge length" => [0x81, 127, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0],
            "half a frame" => [0x81, 100, 0x7B],
            _ => [0x8B, 0],
        };
        await using var service = SocketService.PlayingRaw(async stream =>
        {
            string id = await ReadTaskIdAsync(stream);
            await stream.WriteAsync(TextFrame("""{"header":{"task_id":"$","event":"task-started"},"payload":{}}""".Replace("$", id, StringComparison.Ordinal)), Ct);
            await stream.WriteAsync(bytes, Ct);
        });
        await using RecognitionClient client = service.CreateClient();

        RecognitionFailedException e = await FailsAsync(client);

        Assert.Contains(e.Code, (string[])[ClientErrorCodes.ConnectionLost, ClientErrorCodes.MessageFormat]);
    }

    [Fact]
    public async Task A_service_that_never_says_anything_is_given_up_at_every_stage()
    {
        await using var mute = SocketService.PlayingRaw(DrainAsync);
        await using RecognitionClient starting = mute.CreateClient(o => o with { StartTimeout = TimeSpan.FromMilliseconds(200) });
        var service = new FakeService(async task =>
        {
            await task.StartAsync();
            await task.ReadToEndAsync();
        });
        await using RecognitionClient finishing = service.CreateClient(o => o with { FinishTimeout = TimeSpan.FromMilliseconds(200) });

        RecognitionFailedException atStart = await Assert.ThrowsAsync<RecognitionConnectionException>(() => starting.StartAsync(Pcm16k, Ct));
        RecognitionFailedException atEnd = await FailsAsync(finishing);

        Assert.Equal((ClientErrorCodes.Timeout, ClientErrorCodes.Timeout), (atStart.Code, atEnd.Code));
        Assert.NotNull(atStart.RequestId);
    }

    [Fact]
    public async Task A_service_that_answers_no_pings_in_mid_task_is_given_up()
    {
        await using var service = SocketService.PlayingRaw(async stream =>
        {
            string id = await ReadTaskIdAsync(stream);
            await stream.WriteAsync(TextFrame("""{"header":{"task_id":"$","event":"task-started"},"payload":{}}""".Replace("$", id, StringComparison.Ordinal)), Ct);
            await DrainAsync(stream);
        });
        await using RecognitionClient client = service.CreateClient(
            o => o with { KeepAliveInterval = TimeSpan.FromMilliseconds(50), KeepAliveTimeout = TimeSpan.FromMilliseconds(200) });
        await using RecognitionSession session = await client.StartAsync(Pcm16k, Ct);

        RecognitionConnectionException e = await Assert.ThrowsAsync<RecognitionConnectionException>(() => session.Results.ToListAsync(Ct).AsTask());

        Assert.Equal((ClientErrorCodes.ConnectionLost, session.RequestId), (e.Code, e.RequestId));
    }

    [Fact]
    public async Task Whatever_bytes_the_service_sends_the_session_ends_with_its_results_or_a_typed_failure()
    {
        string[] valid = [Result, Finished, """{"header":{"task_id":"$","event":"task-failed","error_code":"E","error_message":"m"},"payload":{}}"""];
        Gen<(int, int, byte)[]> changes = Gen.Select(Gen.Int[0, 2], Gen.Int[0, 250], Gen.Byte).Array[0, 6];
        await changes.SampleAsync(async edits =>
        {
            byte[][] messages = [.. valid.Select(Encoding.UTF8.GetBytes)];
            foreach ((int message, int at, byte value) in edits)
            {
                messages[message][at % messages[message].Length] = value;
            }

            var service = new FakeService(async task =>
            {
                await task.StartAsync();
                await task.ReadToFinishAsync();
                foreach (byte[] message in messages)
                {
                    try
                    {
                        await task.Connection.SendTextAsync(message, Ct);
                    }
                    catch (ConnectionLostException)
                    {
                        // The client has seen enough.
                        return;
                    }
                }
            });
            await using RecognitionClient client = service.CreateClient();
            await using RecognitionSession session = await client.StartAsync(Pcm16k, Ct);
            session.BeginFinish();
            try
            {
                await session.Results.ToListAsync(Ct);
            }
            catch (RecognitionFailedException e)
            {
                Assert.Equal(session.RequestId, e.RequestId);
            }

            await session.Ended.WaitAsync(Ct);
            await service.EndedAsync();
        }, iter: 500);
    }

    [Fact]
    public async Task Failed_sessions_leave_no_socket_and_no_object_behind()
    {
        var left = new ConcurrentBag<WeakReference>();
        await using var service = SocketService.Playing(async task =>
        {
            await task.ReadRunTaskAsync();
            switch (task.TaskId[0] % 4)
            {
                case 0:
                    await PlayAsync(task, ["not json"], isStarted: true);
                    break;
                case 1:
                    await PlayAsync(task, ["""{"header":{"event":"task-failed","error_code":"E","error_message":"m"}}"""], isStarted: true);
                    break;
                case 2:
                    await task.ReadToEndAsync();
                    break;
                default:
                    break;
            }
        });
        await using RecognitionClient client = service.CreateClient(o => o with { StartTimeout = TimeSpan.FromMilliseconds(300) });

        await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => Task.Run(() => FailAsync(client, left))));
        await service.EndedAsync().WaitAsync(Ct);

        Assert.Equal(40, left.Count);
        await GoneAsync(left);
    }

    private static async Task FailAsync(RecognitionClient client, ConcurrentBag<WeakReference> left)
    {
        RecognitionSession session = client.Begin(Pcm16k, RecognitionClient.NewRequestId());
        left.Add(new WeakReference(session));
        RecognitionFailedException e = await Assert.ThrowsAnyAsync<RecognitionFailedException>(async () =>
        {
            // Where the session has failed by now, this says so.
            Assert.True(session.TrySend(new byte[3200]));
            await session.Results.ToListAsync(Ct);
        });
        Assert.NotNull(e.RequestId);
        await session.DisposeAsync();
    }

    private static async Task GoneAsync(ConcurrentBag<WeakReference> left)
    {
        while (left.Any(session => session.IsAlive))
        {
            await Task.Delay(10, Ct);
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    private static async Task<List<RecognitionResult>> RecognizeAsync(string[] messages)
    {
        var service = new FakeService(task => PlayAsync(task, messages));
        await using RecognitionClient client = service.CreateClient();
        await using RecognitionSession session = await client.StartAsync(Pcm16k, Ct);
        session.BeginFinish();
        return await session.Results.ToListAsync(Ct);
    }

    private static async Task<RecognitionFailedException> FailsAsync(string[] messages)
    {
        var service = new FakeService(task => PlayAsync(task, messages));
        await using RecognitionClient client = service.CreateClient();
        return await FailsAsync(client);
    }

    private static async Task<RecognitionFailedException> FailsAsync(RecognitionClient client)
    {
        await using RecognitionSession session = await client.StartAsync(Pcm16k, Ct);
        session.BeginFinish();
        RecognitionFailedException e = await Assert.ThrowsAnyAsync<RecognitionFailedException>(() => session.Results.ToListAsync(Ct).AsTask());
        Assert.Equal(session.RequestId, e.RequestId);
        await session.Ended.WaitAsync(Ct);
        return e;
    }

    private static async Task PlayAsync(FakeTask task, string[] messages, bool isStarted = false)
    {
        if (isStarted)
        {
            await task.SendTextAsync("""{"header":{"event":"task-started"}}""");
        }
        else
        {
            await task.StartAsync();
            await task.ReadToFinishAsync();
        }

        foreach (string message in messages)
        {
            await task.SendTextAsync(message.Replace("$", task.TaskId, StringComparison.Ordinal));
        }

        await task.ReadToEndAsync();
    }

    private static byte[] TextFrame(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return [0x81, 126, (byte)(bytes.Length >> 8), (byte)bytes.Length, .. bytes];
    }

    /// <summary>Reads the run-task frame, which is masked, and takes the id from it.</summary>
    private static async Task<string> ReadTaskIdAsync(NetworkStream stream)
    {
        byte[] head = new byte[8];
        await stream.ReadExactlyAsync(head, Ct);
        byte[] body = new byte[(head[2] << 8) | head[3]];
        await stream.ReadExactlyAsync(body, Ct);
        for (int i = 0; i < body.Length; i++)
        {
            body[i] ^= head[4 + (i % 4)];
        }

        return ProtocolSerializer.ReadRequest(body).TaskId!;
    }

    private static async Task DrainAsync(NetworkStream stream)
    {
        byte[] buffer = new byte[4096];
        try
        {
            while (await stream.ReadAsync(buffer, Ct) > 0)
            {
            }
        }
        catch (IOException)
        {
            // The client has cut the connection, as it should.
        }
    }
}
