using System.Diagnostics;
using System.Net;
using Paraformer.Server.Tests.Support;

namespace Paraformer.Server.Tests.Observability;

public sealed class ObservabilityTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_metrics_of_a_task_can_be_scraped()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        await using var client = await SocketClient.ConnectAsync(server.Endpoint);
        await client.RunTaskAsync("task-1");

        string metrics = await server.Http.GetStringAsync("metrics", Token);

        Assert.Contains("paraformer_sessions_total", metrics, StringComparison.Ordinal);
        Assert.Contains("result=\"finished\"", metrics, StringComparison.Ordinal);
        Assert.Contains("paraformer_session_final_seconds_bucket", metrics, StringComparison.Ordinal);
        Assert.Contains("paraformer_connections_active", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_can_be_switched_off()
    {
        await using RunningServer server = await RunningServer.StartAsync(new ServerOptions { Metrics = MetricsAccess.Off });

        Assert.Equal(HttpStatusCode.NotFound, (await server.Http.GetAsync("metrics", Token)).StatusCode);
    }

    [Fact]
    public async Task A_task_is_an_activity_with_its_result()
    {
        var activities = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Paraformer.Service",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                lock (activities)
                {
                    activities.Add(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        await using RunningServer server = await RunningServer.StartAsync();
        await using var client = await SocketClient.ConnectAsync(server.Endpoint);
        foreach (string id in (string[])["task-a", "task-b"])
        {
            await client.RunTaskAsync(id);
        }

        Activity[] mine;
        lock (activities)
        {
            mine = [.. activities.Where(a => Equals(a.GetTagItem("paraformer.result"), "finished"))];
        }

        Assert.True(mine.Length >= 2);
        Assert.DoesNotContain(mine, a => mine.Any(other => other.SpanId == a.ParentSpanId));
    }

    [Fact]
    public async Task A_server_that_stops_is_not_ready_and_one_that_serves_is()
    {
        await using RunningServer server = await RunningServer.StartProtocolOnlyAsync();

        Assert.Equal("ok\n", await server.Http.GetStringAsync("readyz", Token));
        Assert.Equal("ok\n", await server.Http.GetStringAsync("healthz", Token));
    }

    [Fact]
    public async Task A_server_without_a_pack_is_alive_but_not_ready()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        server.Engine.Models = [];

        HttpResponseMessage answer = await server.Http.GetAsync("readyz", Token);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal("no pack is installed\n", await answer.Content.ReadAsStringAsync(Token));
        Assert.Equal("ok\n", await server.Http.GetStringAsync("healthz", Token));
    }
}
