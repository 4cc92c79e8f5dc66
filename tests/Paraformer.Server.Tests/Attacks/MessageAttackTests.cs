using System.Text.Json;
using Paraformer.Server.Tests.Support;
using Paraformer.Service.Tests.Fakes;

namespace Paraformer.Server.Tests.Attacks;

/// <summary>Sound frames with hostile contents.</summary>
public sealed class MessageAttackTests
{
    [Theory]
    [InlineData(65)]
    [InlineData(100_000)]
    public async Task Deep_JSON_is_invalid_payload(int depth)
    {
        await using RunningServer server = await RunningServer.StartProtocolOnlyAsync();
        using RawSocket client = await RawSocket.ConnectAsync(server);
        await client.SendTextAsync(new string('[', depth) + new string(']', depth));
        Assert.Equal("Invalid payload data", (await client.ExpectFailureAsync("InvalidParameter")).Message);
    }

    [Theory]
    [InlineData("../../../../etc/passwd")]
    [InlineData("..\\..\\windows\\system32")]
    [InlineData("/dev/null")]
    [InlineData("id\r\nX-Injected: 1")]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("'; DROP TABLE keys; --")]
    [InlineData("\u0000\u001b[2J")]
    [InlineData("{{7*7}}")]
    public async Task An_id_with_tricks_is_echoed_verbatim_and_means_nothing(string id)
    {
        await using RunningServer server = await RunningServer.StartProtocolOnlyAsync();
        using RawSocket client = await RawSocket.ConnectAsync(server);
        await client.SendTextAsync(ClientMessages.RunTask(id));
        await client.ExpectEventAsync("task-started", id);
        await client.SendAudioAsync(3200);
        await client.SendTextAsync(ClientMessages.FinishTask(id));
        await client.ExpectEventAsync("task-finished", id);
        Assert.DoesNotContain(server.Log.Lines, line => line.Contains('\n', StringComparison.Ordinal) || line.Contains('\u001b', StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("../../models/vosk-en")]
    [InlineData("paraformer-realtime-v2/../..")]
    [InlineData("paraformer-realtime-v2\u0000")]
    public async Task A_model_with_tricks_is_not_found(string model)
    {
        await using RunningServer server = await RunningServer.StartProtocolOnlyAsync();
        using RawSocket client = await RawSocket.ConnectAsync(server);
        await client.SendTextAsync(ClientMessages.RunTask("id", model));
        Assert.StartsWith("Model can not be found.", (await client.ExpectFailureAsync("ModelNotFound")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ten_times_real_time_for_ever_is_read_at_the_speed_that_is_allowed()
    {
        await using RunningServer server = await RunningServer.StartProtocolOnlyAsync(
            new ServerOptions { Service = new() { MaxAudioSpeed = 10, AudioBurst = TimeSpan.FromSeconds(1) } });
        using var measured = new Measurements(server.Service);
        using RawSocket client = await RawSocket.ConnectAsync(server);
        await client.SendTextAsync(ClientMessages.RunTask("id"));
        await client.ExpectEventAsync("task-started", "id");
        Task flood = FloodAsync(client);
        int finals = 0;
        while (true)
        {
            JsonElement json = await client.ReadEventAsync();
            if (json.GetProperty("header").GetProperty("event").GetString() == "task-finished")
            {
                break;
            }

            finals += json.GetProperty("payload").GetProperty("output").GetProperty("sentence").GetProperty("sentence_end").GetBoolean() ? 1 : 0;
        }

        await flood;
        Assert.Equal(8, finals);
        Assert.InRange(measured["paraformer.limits.waited limit=audio_speed"], 0.5, 60);
    }

    private static async Task FloodAsync(RawSocket client)
    {
        for (int i = 0; i < 100; i++)
        {
            await client.SendAudioAsync(12_800);
        }

        await client.SendTextAsync(ClientMessages.FinishTask("id"));
    }
}
