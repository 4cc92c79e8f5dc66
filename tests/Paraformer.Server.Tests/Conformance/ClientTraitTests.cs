using System.Text.Json;
using Paraformer.Server.Tests.Support;
using Paraformer.Service.Tests.Fakes;

namespace Paraformer.Server.Tests.Conformance;

/// <summary>Whole runs with what is peculiar to each client, protocol.md sections 0, 2.1 and 8.</summary>
public sealed class ClientTraitTests
{
    private const string PythonRunTask =
        """{"header":{"streaming":"duplex","task_id":"$ID","action":"run-task"},"payload":{"model":"paraformer-realtime-v2","parameters":{"sample_rate":16000,"format":"pcm","stream":true},"input":{},"task":"asr","task_group":"audio","function":"recognition"}}""";

    private const string PythonFinishTask = """{"header":{"streaming":"duplex","task_id":"$ID","action":"finish-task"},"payload":{"input":{}}}""";

    private const string JavaRunTask =
        """{"header":{"action":"run-task","task_id":"$ID","streaming":"duplex"},"payload":{"model":"paraformer-realtime-v2","task_group":"audio","task":"asr","function":"recognition","input":{},"parameters":{"format":"wav","sample_rate":16000,"disfluency_removal_enabled":false,"language_hints":["zh","en"],"pre_task_id":"$ID"}}}""";

    private const string BrowserRunTask =
        """{"header":{"action":"run-task","task_id":"$ID","streaming":"duplex"},"payload":{"task_group":"audio","task":"asr","function":"recognition","model":"paraformer-realtime-v2","parameters":{"format":"pcm","sample_rate":16000,"vocabulary_id":null,"disfluency_removal_enabled":false},"input":{}}}""";

    [Fact]
    public async Task The_Python_client_pushes_a_file_unpaced_and_reads_only_afterwards()
    {
        await using RunningServer server = await RunningServer.StartProtocolOnlyAsync(new ServerOptions { ApiKeys = ["sk-py"] });
        using RawSocket client = await RawSocket.ConnectAsync(server.Endpoint, "/api-ws/v1/inference", RawRequest.PythonHeaders("bearer sk-py"));
        string id = Guid.NewGuid().ToString("N");
        await client.SendTextAsync(PythonRunTask.Replace("$ID", id, StringComparison.Ordinal));
        await client.ExpectEventAsync("task-started", id);
        for (int i = 0; i < 200; i++)
        {
            await client.SendAudioAsync(12_800);
        }

        await client.SendTextAsync(PythonFinishTask.Replace("$ID", id, StringComparison.Ordinal));
        await ExpectFinalsAsync(client, id, 16);
    }

    [Fact]
    public async Task The_Java_client_never_waits_ends_its_path_with_a_slash_and_reuses_the_socket()
    {
        await using RunningServer server = await RunningServer.StartProtocolOnlyAsync(new ServerOptions { ApiKeys = ["sk-java"] });
        using RawSocket client = await RawSocket.ConnectAsync(server.Endpoint, "/api-ws/v1/inference/", RawRequest.PythonHeaders("Bearer sk-java"));
        for (int i = 0; i < 3; i++)
        {
            string id = Guid.NewGuid().ToString();
            await client.SendTextAsync(JavaRunTask.Replace("$ID", id, StringComparison.Ordinal));
            await client.SendAudioAsync(16_384);
            await client.SendAudioAsync(16_384);
            await client.SendTextAsync(ClientMessages.FinishTask(id));
            await client.ExpectEventAsync("task-started", id);
            await ExpectFinalsAsync(client, id, 1);
        }

        await client.SendFrameAsync(RawFrame.Close, new byte[] { 0x03, 0xE8, (byte)'b', (byte)'y', (byte)'e' });
        RawFrame close = await client.ReadFrameAsync();
        Assert.Equal((RawFrame.Close, 1000), (close.Opcode, close.CloseStatus));
        await client.ExpectEndAsync();
    }

    [Fact]
    public async Task The_Java_client_that_reconnects_in_mid_task_is_stopped()
    {
        await using RunningServer server = await RunningServer.StartProtocolOnlyAsync();
        using RawSocket audio = await RawSocket.ConnectAsync(server);
        await audio.SendAudioAsync(16_384);
        Assert.StartsWith("Missing required parameter 'payload.model'! Please follow the protocol!", (await audio.ExpectFailureAsync("InvalidParameter")).Message, StringComparison.Ordinal);

        using RawSocket finish = await RawSocket.ConnectAsync(server);
        string id = Guid.NewGuid().ToString();
        await finish.SendTextAsync(ClientMessages.FinishTask(id));
        Assert.Equal(("Missing required parameter 'payload.model'! Please follow the protocol!", id), await finish.ExpectFailureAsync("InvalidParameter"));
    }

    [Fact]
    public async Task The_browser_gives_its_key_in_the_query_and_null_for_what_it_does_not_set()
    {
        await using RunningServer server = await RunningServer.StartProtocolOnlyAsync(new ServerOptions { ApiKeys = ["sk-web"] });
        string[] headers = [.. RawRequest.PythonHeaders("").Where(header => !header.StartsWith("Authorization", StringComparison.Ordinal)), "Origin: https://app.example.com"];
        using RawSocket client = await RawSocket.ConnectAsync(server.Endpoint, "/api-ws/v1/inference/?api_key=sk-web", headers);
        string id = Guid.NewGuid().ToString();
        await client.SendTextAsync(BrowserRunTask.Replace("$ID", id, StringComparison.Ordinal));
        await client.ExpectEventAsync("task-started", id);
        for (int i = 0; i < 10; i++)
        {
            await client.SendAudioAsync(3200);
        }

        await client.SendTextAsync(ClientMessages.FinishTask(id));
        await ExpectFinalsAsync(client, id, 1);
    }

    private static async Task ExpectFinalsAsync(RawSocket client, string id, int finals)
    {
        int seen = 0;
        while (true)
        {
            JsonElement json = await client.ReadEventAsync();
            JsonElement header = json.GetProperty("header");
            Assert.Equal(id, header.GetProperty("task_id").GetString());
            if (header.GetProperty("event").GetString() == "task-finished")
            {
                break;
            }

            Assert.Equal("result-generated", header.GetProperty("event").GetString());
            JsonElement sentence = json.GetProperty("payload").GetProperty("output").GetProperty("sentence");
            seen += sentence.GetProperty("end_time").ValueKind == JsonValueKind.Number ? 1 : 0;
        }

        Assert.Equal(finals, seen);
    }
}
