using System.Text.Json;
using Paraformer.Cli.Output;
using Paraformer.Client;

namespace Paraformer.Cli.Recognition;

/// <summary>What <c>--json-metrics</c> writes. Null where unknown.</summary>
internal sealed record RunMetrics
{
    public required string RequestId { get; init; }

    public double? FirstPackageDelayMs { get; init; }

    public double? LastPackageDelayMs { get; init; }

    public double? AudioSeconds { get; init; }

    public required double WallSeconds { get; init; }

    public required IReadOnlyList<string> Packs { get; init; }

    /// <summary>Wall time over audio time: below 1 is faster than speech.</summary>
    public double? RealTimeFactor => AudioSeconds > 0 ? WallSeconds / AudioSeconds : null;

    public static RunMetrics From(RecognitionSession session, long? audioMs, TimeSpan wall, IReadOnlyList<string> packs) => new()
    {
        RequestId = session.RequestId,
        FirstPackageDelayMs = session.FirstPackageDelay?.TotalMilliseconds,
        LastPackageDelayMs = session.LastPackageDelay?.TotalMilliseconds,
        AudioSeconds = audioMs / 1000.0,
        WallSeconds = wall.TotalSeconds,
        Packs = packs,
    };

    /// <summary>Writes one JSON object.</summary>
    /// <exception cref="CliException">The file cannot be written.</exception>
    public async Task WriteAsync(string path)
    {
        try
        {
            await using FileStream file = OutputFile.Create(path);
            await using var json = new Utf8JsonWriter(file, new JsonWriterOptions { Indented = true });
            Write(json);
            await json.FlushAsync();
        }
        catch (IOException problem)
        {
            throw CliException.Failed("the metrics cannot be written: " + problem.Message, path, "make room or choose another place", problem);
        }
    }

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("request_id", RequestId);
        WriteNumber("first_package_delay_ms", FirstPackageDelayMs);
        WriteNumber("last_package_delay_ms", LastPackageDelayMs);
        WriteNumber("audio_seconds", AudioSeconds);
        WriteNumber("wall_seconds", WallSeconds);
        WriteNumber("real_time_factor", RealTimeFactor);
        json.WriteStartArray("packs");
        foreach (string pack in Packs)
        {
            json.WriteStringValue(pack);
        }

        json.WriteEndArray();
        json.WriteEndObject();

        void WriteNumber(string name, double? value)
        {
            if (value is { } number)
            {
                json.WriteNumber(name, Math.Round(number, 4));
            }
            else
            {
                json.WriteNull(name);
            }
        }
    }
}
