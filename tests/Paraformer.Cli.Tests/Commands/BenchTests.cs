using System.Text.Json;
using Paraformer.Cli.Bench;
using Paraformer.Cli.Tests.Fakes;
using Paraformer.Testing;

namespace Paraformer.Cli.Tests.Commands;

public sealed class BenchTests
{
    [Theory]
    [InlineData("--file", "bench")]
    [InlineData("exclude each other", "bench", "--file", "a.wav", "--graph", "g", "--pack", "p")]
    [InlineData("goes with --graph or --pack", "bench", "--file", "a.wav", "--batch", "4")]
    [InlineData("--streams 0 is out of range", "bench", "--file", "a.wav", "--streams", "0")]
    [InlineData("--output xml is not known", "bench", "--file", "a.wav", "--output", "xml")]
    [InlineData("a.wav", "bench", "--file", "a.wav")]
    public async Task What_cannot_be_measured_is_a_usage_error(string said, params string[] args)
    {
        using var console = new TestConsole();
        Assert.Equal(2, await console.RunAsync(args));
        Assert.Contains(said, console.Error, StringComparison.Ordinal);
        Assert.Equal("", console.Output);
    }

    [Fact]
    public async Task An_unknown_pack_is_named_and_so_are_the_known_ones()
    {
        using var console = new TestConsole();
        Assert.Equal(2, await console.RunAsync("bench", "--file", Samples.PathOf("austen-0880.wav"), "--pack", "nonsense"));
        Assert.Contains("--pack nonsense", console.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_graph_that_is_not_there_is_named()
    {
        using var console = new TestConsole();
        Assert.Equal(2, await console.RunAsync("bench", "--file", Samples.PathOf("austen-0880.wav"), "--graph", "no-such-folder"));
        Assert.Contains("no-such-folder", console.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_report_is_one_json_object_with_every_part()
    {
        using var console = new TestConsole();
        Assert.Equal(0, await console.RunAsync("bench", "--file", Samples.PathOf("austen-0880.wav"), "--streams", "2", "--seconds", "1", "--output", "json"));
        using JsonDocument report = JsonDocument.Parse(console.Output);
        foreach (string part in new[] { "one_stream", "all_streams", "live", "memory" })
        {
            Assert.Equal(JsonValueKind.Object, report.RootElement.GetProperty(part).ValueKind);
        }

        Assert.Equal(2, report.RootElement.GetProperty("live").GetProperty("streams").GetInt32());
        Assert.True(report.RootElement.GetProperty("one_stream").GetProperty("real_time_factor").GetDouble() > 0);
    }

    [Theory]
    [InlineData(new double[] { 3, 1, 2 }, 2, 3, 3)]
    [InlineData(new double[] { 7 }, 7, 7, 7)]
    public void Percentiles_are_values_that_occurred(double[] values, double p50, double p95, double p99)
    {
        Assert.Equal(new Percentiles(p50, p95, p99, values.Length), Percentiles.Of(values));
    }

    [Fact]
    public void No_values_have_no_percentiles() => Assert.Null(Percentiles.Of([]));
}
