using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Paraformer.Server.Tests.Support;
using Paraformer.Service.Tests.Fakes;

namespace Paraformer.Server.Tests.Conformance;

/// <summary>The events byte for byte where clients depend on it, protocol.md sections 0 and 2.2.</summary>
public sealed class EventShapeTests
{
    private readonly string _id = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task Task_started_has_an_empty_payload_and_no_result()
    {
        await using RunningServer server = await RunningServer.StartProtocolOnlyAsync();
        using RawSocket client = await RawSocket.ConnectAsync(server);
        await client.SendTextAsync(ClientMessages.RunTask(_id));
        JsonElement started = await client.ReadEventAsync();
        Assert.Equal($$$"""{"header":{"task_id":"{{{_id}}}","event":"task-started","attributes":{}},"payload":{}}""", started.GetRawText());
    }

    [Fact]
    public async Task A_partial_has_end_time_null_and_usage_null()
    {
        await using RunningServer server = await RunningServer.StartProtocolOnlyAsync();
        using RawSocket client = await StartAsync(server);
        await client.SendAudioAsync(32_000);
        JsonElement payload = (await client.ExpectEventAsync("result-generated", _id)).GetProperty("payload");
        Assert.Equal(JsonValueKind.Null, payload.GetProperty("usage").ValueKind);
        JsonElement sentence = payload.GetProperty("output").GetProperty("sentence");
        Assert.Equal(JsonValueKind.Null, sentence.GetProperty("end_time").ValueKind);
        Assert.Equal((1, 0, false), (sentence.GetProperty("sentence_id").GetInt32(), sentence.GetProperty("begin_time").GetInt32(), sentence.GetProperty("sentence_end").GetBoolean()));
        Assert.Equal("one two", sentence.GetProperty("text").GetString());
        JsonElement word = sentence.GetProperty("words")[1];
        Assert.Equal((500, 1000, "two", ""), (word.GetProperty("begin_time").GetInt32(), word.GetProperty("end_time").GetInt32(), word.GetProperty("text").GetString(), word.GetProperty("punctuation").GetString()));
    }

    [Fact]
    public async Task A_final_has_end_time_sentence_end_and_the_duration_so_far_rounded_up()
    {
        await using RunningServer server = await RunningServer.StartProtocolOnlyAsync();
        using RawSocket client = await StartAsync(server);
        await client.SendAudioAsync(32_000 + 16_640);
        await client.SendTextAsync(ClientMessages.FinishTask(_id));
        JsonElement json;
        do
        {
            json = await client.ExpectEventAsync("result-generated", _id);
        }
        while (!json.GetProperty("payload").GetProperty("output").GetProperty("sentence").GetProperty("sentence_end").GetBoolean());

        JsonElement sentence = json.GetProperty("payload").GetProperty("output").GetProperty("sentence");
        Assert.Equal(1500, sentence.GetProperty("end_time").GetInt32());
        Assert.Equal("one two three.", sentence.GetProperty("text").GetString());
        Assert.Equal("""{"duration":2}""", json.GetProperty("payload").GetProperty("usage").GetRawText());
        await ExpectFinishedAsync(client);
    }

    [Fact]
    public async Task A_heartbeat_is_a_result_without_text_end_time_or_usage()
    {
        var time = new FakeTimeProvider();
        await using RunningServer server = await RunningServer.StartAsync(new ServerOptions { Time = time });
        using RawSocket client = await RawSocket.ConnectAsync(server);
        await client.SendTextAsync(ClientMessages.RunTask(_id, parameters: """{"format":"pcm","sample_rate":16000,"heartbeat":true}"""));
        await client.ExpectEventAsync("task-started", _id);
        ScriptedStream stream = await server.Engine.NextStreamAsync();
        await client.SendAudioAsync(3200);
        await stream.WaitForAudioAsync(3200);
        stream.SilenceMs = 12_000;
        time.Advance(TimeSpan.FromSeconds(12));
        JsonElement payload = (await client.ExpectEventAsync("result-generated", _id)).GetProperty("payload");
        Assert.Equal(JsonValueKind.Null, payload.GetProperty("usage").ValueKind);
        JsonElement sentence = payload.GetProperty("output").GetProperty("sentence");
        Assert.Equal((0, 0, "", true, false), (sentence.GetProperty("sentence_id").GetInt32(), sentence.GetProperty("begin_time").GetInt32(),
            sentence.GetProperty("text").GetString(), sentence.GetProperty("heartbeat").GetBoolean(), sentence.GetProperty("sentence_end").GetBoolean()));
        Assert.Equal(JsonValueKind.Null, sentence.GetProperty("end_time").ValueKind);
        Assert.Equal(0, sentence.GetProperty("words").GetArrayLength());
    }

    [Fact]
    public async Task Task_failed_has_code_message_task_id_and_an_empty_payload()
    {
        await using RunningServer server = await RunningServer.StartProtocolOnlyAsync();
        using RawSocket client = await StartAsync(server);
        await client.SendTextAsync(ClientMessages.FinishTask(_id));
        JsonElement failed = await client.ReadEventAsync();
        Assert.Equal(
            $$$"""{"header":{"task_id":"{{{_id}}}","event":"task-failed","error_code":"NO_VALID_AUDIO_ERROR","error_message":"NO_VALID_AUDIO_ERROR: no audio was received before finish-task.","attributes":{}},"payload":{}}""",
            failed.GetRawText());
        await client.ExpectCloseAsync(1000);
    }

    private async Task<RawSocket> StartAsync(RunningServer server)
    {
        RawSocket client = await RawSocket.ConnectAsync(server);
        await client.SendTextAsync(ClientMessages.RunTask(_id));
        await client.ExpectEventAsync("task-started", _id);
        return client;
    }

    private async Task ExpectFinishedAsync(RawSocket client)
    {
        JsonElement finished = await client.ReadEventAsync();
        Assert.Equal($$$"""{"header":{"task_id":"{{{_id}}}","event":"task-finished","attributes":{}},"payload":{"output":{},"usage":null}}""", finished.GetRawText());
    }
}
