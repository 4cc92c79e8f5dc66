using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Paraformer.Cli.Bench;

/// <summary>What <c>paraformer bench</c> measured.</summary>
internal sealed record BenchReport
{
    public required string Model { get; init; }

    public required IReadOnlyList<string> Packs { get; init; }

    public required string File { get; init; }

    public required double FileSeconds { get; init; }

    public required int Processors { get; init; }

    /// <summary>One stream as fast as it goes.</summary>
    public required SpeedReport OneStream { get; init; }

    /// <summary>All streams as fast as they go.</summary>
    public required SpeedReport AllStreams { get; init; }

    /// <summary>All streams at the speed of speech.</summary>
    public required LiveReport Live { get; init; }

    public required MemoryReport Memory { get; init; }

    public string Json() => JsonSerializer.Serialize(this, BenchJson.Default.BenchReport);

    public string Text()
    {
        var text = new StringBuilder();
        Line($"{Model} by {string.Join(", ", Packs)}; {File}, {FileSeconds:0.0} s; {Processors} processors");
        Line($"one stream        real-time factor {OneStream.RealTimeFactor:0.0000}{Bare(OneStream)}; {Others(OneStream.OtherPrograms)}");
        Line($"{AllStreams.Streams} streams         {AllStreams.StreamsAtRealTime:0.0} streams at real time{Bare(AllStreams)}; {Others(AllStreams.OtherPrograms)}");
        Line($"{Live.Streams} live streams    {Others(Live.OtherPrograms)}; {Live.Utterances} utterances in {Live.Seconds:0} s; this program used {Live.ProcessorsUsed:0.00} processors");
        Line($"  first result    {Row(Live.FirstResultMs)} after the first audio");
        Line($"  partial         {Row(Live.PartialMs)} after the end of its last word was sent");
        Line($"  final           {Row(Live.FinalMs)} after the end of the audio");
        text.Append(CultureInfo.InvariantCulture, $"memory            {Memory.WorkingSetMb:0} MB resident, {Memory.PeakWorkingSetMb:0} MB at most, {Memory.ManagedMb:0} MB managed; {Memory.Threads} threads");
        return text.ToString();

        void Line(FormattableString line) => text.AppendLine(line.ToString(CultureInfo.InvariantCulture));
        static string Bare(SpeedReport speed) => speed.ShareOfGraph is { } share ? string.Create(CultureInfo.InvariantCulture, $", {1 / share:0.000} × the bare graph") : "";
        static string Others(double? share) => share is { } busy ? string.Create(CultureInfo.InvariantCulture, $"other programs used {100 * busy:0} % of the processors") : "load unknown";
        static string Row(Percentiles? p) => p is null ? "none" : string.Create(CultureInfo.InvariantCulture, $"p50 {p.P50:0} ms, p95 {p.P95:0} ms, p99 {p.P99:0} ms");
    }
}

/// <summary>Streams as fast as they go.</summary>
/// <param name="Streams">Streams at the same time.</param>
/// <param name="AudioSeconds">Audio of all of them.</param>
/// <param name="WallSeconds">How long they took.</param>
/// <param name="ProcessorSeconds">Processor time of this program.</param>
/// <param name="ShareOfGraph">The share of the workers' time that the bare graph took; null where there is no synthetic graph.</param>
/// <param name="OtherPrograms">The share of all processors that other programs used meanwhile; null where unknown.</param>
internal sealed record SpeedReport(int Streams, double AudioSeconds, double WallSeconds, double ProcessorSeconds, double? ShareOfGraph, double? OtherPrograms)
{
    /// <summary>Wall time per stream over its audio.</summary>
    public double RealTimeFactor => WallSeconds * Streams / AudioSeconds;

    /// <summary>Audio over wall time.</summary>
    public double StreamsAtRealTime => AudioSeconds / WallSeconds;
}

/// <summary>Streams at the speed of speech.</summary>
/// <param name="Streams">Streams at the same time.</param>
/// <param name="Seconds">How long.</param>
/// <param name="Utterances">Sentences that ended.</param>
/// <param name="FirstResultMs">From a stream's first audio to its first words.</param>
/// <param name="PartialMs">From the sending of the end of a new last word to the partial with it.</param>
/// <param name="FinalMs">From the end of a stream's audio to its last result.</param>
/// <param name="ProcessorsUsed">Processor time of this program over wall time.</param>
/// <param name="OtherPrograms">The share of all processors that other programs used meanwhile; null where unknown.</param>
internal sealed record LiveReport(
    int Streams, double Seconds, int Utterances, Percentiles? FirstResultMs, Percentiles? PartialMs, Percentiles? FinalMs, double ProcessorsUsed, double? OtherPrograms);

/// <summary>Memory at the end of the measurement.</summary>
internal sealed record MemoryReport(double WorkingSetMb, double PeakWorkingSetMb, double ManagedMb, int Threads);

/// <summary>The usual three of a distribution, and how many values there were.</summary>
internal sealed record Percentiles(double P50, double P95, double P99, int Count)
{
    /// <summary>Takes them; null where there are no values.</summary>
    public static Percentiles? Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? null : new Percentiles(At(0.5), At(0.95), At(0.99), sorted.Length);

        double At(double share) => Math.Round(sorted[(int)Math.Ceiling(share * sorted.Length) - 1], 1);
    }
}

[JsonSerializable(typeof(BenchReport))]
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
internal sealed partial class BenchJson : JsonSerializerContext;
