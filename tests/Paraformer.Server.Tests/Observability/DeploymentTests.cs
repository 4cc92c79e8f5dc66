using System.Diagnostics.Metrics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Paraformer.Engine;
using Paraformer.Server.Tests.Support;
using Paraformer.Service.Tests.Fakes;
using Paraformer.Testing;

namespace Paraformer.Server.Tests.Observability;

/// <summary>What lies in <c>deploy/</c> asks for measurements by names that a server has.</summary>
public sealed partial class DeploymentTests
{
    private static readonly string s_deploy = Path.GetFullPath(Path.Combine(Samples.Austen, "..", "..", "..", "deploy"));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_has_every_measurement_that_the_dashboard_shows()
    {
        using Meter engine = EngineMetrics.Observe(() => 0, () => 0, () => 0);
        await using RunningServer server = await RunningServer.StartProtocolOnlyAsync(
            new ServerOptions { Service = new() { MaxAudioSpeed = 20, AudioBurst = TimeSpan.Zero, MaxTasksPerConnection = 1 } });
        EngineMetrics.BatchRun(2);
        EngineMetrics.StreamRefused("full");
        using (RawSocket client = await RawSocket.ConnectAsync(server))
        {
            await client.SendTextAsync(ClientMessages.RunTask("task"));
            await client.ExpectEventAsync("task-started", "task");
            await client.SendAudioAsync(320_000);
            await client.SendAudioAsync(320_000);
            await client.SendTextAsync(ClientMessages.FinishTask("task"));
            string name;
            do
            {
                name = (await client.ReadEventAsync()).GetProperty("header").GetProperty("event").GetString()!;
            }
            while (name != "task-finished");
            await client.SendTextAsync(ClientMessages.RunTask("another"));
            await client.ExpectFailureAsync("InvalidParameter");
        }

        HashSet<string> served = [.. Names(await server.Http.GetStringAsync("metrics", Token))];
        using var dashboard = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(s_deploy, "grafana", "paraformer.json"), Token));
        string[] expressions = [.. dashboard.RootElement.GetProperty("panels").EnumerateArray()
            .SelectMany(panel => panel.GetProperty("targets").EnumerateArray())
            .Select(target => target.GetProperty("expr").GetString()!)];
        string[] shown = [.. expressions.SelectMany(expression => MetricName().Matches(expression).Select(match => match.Value)).Distinct()];
        Assert.True(shown.Length > 15);
        Assert.Empty(shown.Except(served));
        Assert.All(served.Where(name => name.StartsWith("paraformer_", StringComparison.Ordinal) && !name.EndsWith("_sum", StringComparison.Ordinal) && !name.EndsWith("_count", StringComparison.Ordinal)), name => Assert.Contains(name, shown));
    }

    [Fact]
    public async Task An_idle_server_tells_the_autoscaler_that_it_has_no_session()
    {
        string scaling = await File.ReadAllTextAsync(Path.Combine(s_deploy, "kubernetes", "autoscaling.yaml"), Token);
        string name = ScalingName().Match(scaling).Groups[1].Value;
        await using RunningServer server = await RunningServer.StartProtocolOnlyAsync();
        string metrics = await server.Http.GetStringAsync("metrics", Token);

        // The servers of other tests, in the same process, are there too.
        Assert.Contains(metrics.Split('\n'), line => line.StartsWith(name + "{", StringComparison.Ordinal) && line.TrimEnd().EndsWith(" 0", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Latencies_fall_into_buckets_of_their_size()
    {
        await using RunningServer server = await RunningServer.StartProtocolOnlyAsync();
        await using (SocketClient client = await SocketClient.ConnectAsync(server.Endpoint))
        {
            await client.SendAsync(ClientMessages.RunTask("task"));
            await client.ReceiveAsync();
            await client.SendAudioAsync(32_000);
            await client.ReceiveAsync();
        }

        string metrics = await server.Http.GetStringAsync("metrics", Token);
        double[] bounds = [.. metrics.Split('\n')
            .Where(line => line.StartsWith("paraformer_session_first_result_seconds_bucket", StringComparison.Ordinal))
            .Select(line => Bound().Match(line).Groups[1].Value)
            .Where(bound => bound != "+Inf")
            .Select(bound => double.Parse(bound, System.Globalization.CultureInfo.InvariantCulture))];
        Assert.True(bounds.Count(bound => bound is > 0 and <= 1) >= 6, string.Join(' ', bounds));
    }

    private static IEnumerable<string> Names(string metrics) =>
        metrics.Split('\n').Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split('{', ' ')[0]);

    [GeneratedRegex(@"\b(paraformer|dotnet|kestrel)_[a-z_]+")]
    private static partial Regex MetricName();

    [GeneratedRegex(@"metric: \{ name: (\w+) \}")]
    private static partial Regex ScalingName();

    [GeneratedRegex(@"le=""([^""]+)""")]
    private static partial Regex Bound();
}
