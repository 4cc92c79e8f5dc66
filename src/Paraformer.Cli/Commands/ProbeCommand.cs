using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Paraformer.Audio;
using Paraformer.Cli.Output;
using Paraformer.Cli.Probing;

namespace Paraformer.Cli.Commands;

/// <summary><c>paraformer probe FILE</c>: what a recording holds, and whether a stated format and rate fit it.</summary>
internal static class ProbeCommand
{
    public static Command Create(CliServices services)
    {
        var file = new Argument<string>("FILE") { Description = "The audio file, or - for standard input." };
        Option<string?> format = CommonOptions.Format();
        Option<int?> sampleRate = CommonOptions.SampleRate();
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        var command = new Command("probe", "Show what an audio file holds and whether --format and --sample-rate fit it.") { file, format, sampleRate, json };
        command.SetAction((parsed, _) => RunAsync(
            services, parsed.GetRequiredValue(file), parsed.GetValue(format), parsed.GetValue(sampleRate), parsed.GetValue(json)));
        return command;
    }

    private static async Task<int> RunAsync(CliServices services, string path, string? format, int? sampleRate, bool json)
    {
        await using AudioInput input = await AudioInput.OpenAsync(path, services.Console, services.Stop);
        string? problem = null;
        try
        {
            FormatChoice.Make(input, format, sampleRate, 16000, local: true);
        }
        catch (CliException unfit)
        {
            problem = unfit.Message;
        }

        services.Console.WriteLine(json ? Json(input, problem) : Text(input));
        if (input.Warning is { } warning && !json)
        {
            services.Console.Note($"warning: {warning} ({input.Name})");
        }

        // A description is what was asked for; only a statement that does not hold, or bytes that are no audio, are failures.
        bool failed = problem is not null && (format is not null || sampleRate is not null || input.Probe is null);
        if (problem is not null && !json)
        {
            services.Console.Note(problem);
        }

        return failed ? ExitCodes.Failed : ExitCodes.Ok;
    }

    private static string Text(AudioInput input)
    {
        AudioProbeResult? probe = input.Probe;
        var lines = new List<string> { $"file         {input.Name}", $"container    {probe?.Container ?? "unknown"}" };
        Add("encoding", probe?.Encoding);
        Add("sample rate", probe?.SampleRate is { } rate ? string.Create(CultureInfo.InvariantCulture, $"{rate} Hz") : null);
        Add("channels", probe?.Channels?.ToString(CultureInfo.InvariantCulture));
        Add("bits", probe?.BitsPerSample?.ToString(CultureInfo.InvariantCulture));
        Add("duration", input.DurationMs is { } ms ? string.Create(CultureInfo.InvariantCulture, $"{TimeText.Caption(ms)} ({ms / 1000m:0.000} s)") : null);
        Add("--format", WireFormat(probe));
        Add("decodable", probe is null ? null : probe.CanDecode ? "yes" : "no");
        return string.Join('\n', lines);

        void Add(string label, string? value)
        {
            if (value is not null)
            {
                lines.Add(label.PadRight(13) + value);
            }
        }
    }

    private static string? WireFormat(AudioProbeResult? probe) => probe?.Codec is { } codec ? FormatChoice.WireName(codec) : null;

    private static string Json(AudioInput input, string? problem)
    {
        AudioProbeResult? probe = input.Probe;
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("file", input.Name);
            json.WriteString("container", probe?.Container ?? "unknown");
            json.WriteString("encoding", probe?.Encoding);
            WriteNumber("sample_rate", probe?.SampleRate);
            WriteNumber("channels", probe?.Channels);
            WriteNumber("bits_per_sample", probe?.BitsPerSample);
            WriteNumber("duration_ms", input.DurationMs);
            json.WriteString("format", WireFormat(probe));
            json.WriteBoolean("decodable", probe?.CanDecode == true);
            json.WriteString("warning", input.Warning);
            json.WriteString("problem", problem);
            json.WriteEndObject();

            void WriteNumber(string property, long? value)
            {
                if (value is { } number)
                {
                    json.WriteNumber(property, number);
                }
                else
                {
                    json.WriteNull(property);
                }
            }
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
