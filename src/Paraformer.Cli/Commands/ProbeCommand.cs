using System.CommandLine;
using Paraformer.Cli.Probing;
using Paraformer.Protocol;

namespace Paraformer.Cli.Commands;

/// <summary><c>paraformer probe FILE</c>: what a recording holds, and whether a stated format and rate fit it.</summary>
internal static class ProbeCommand
{
    public static Command Create(CliServices services)
    {
        var file = new Argument<string>("FILE") { Description = "The audio file, or - for standard input." };
        Option<string?> format = CommonOptions.Format();
        Option<int?> sampleRate = CommonOptions.SampleRate();
        var model = new Option<string?>("--model") { Description = "State the model that is to hear it.", HelpName = "NAME" };
        CommonOptions.OneOf(model, [.. ParaformerModel.All.Select(static m => m.Value)]);
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        var command = new Command("probe", "Show what an audio file holds and whether --format, --sample-rate and --model fit it.") { file, format, sampleRate, model, json };
        command.SetAction((parsed, _) => RunAsync(
            services, parsed.GetRequiredValue(file), new Statement(parsed.GetValue(format), parsed.GetValue(sampleRate), parsed.GetValue(model)), parsed.GetValue(json)));
        return command;
    }

    private static async Task<int> RunAsync(CliServices services, string path, Statement stated, bool json)
    {
        await using AudioInput input = await AudioInput.OpenAsync(path, services.Console, services.Stop);
        ProbeReport report = await ProbeReport.MakeAsync(input, stated, Ffmpeg.Find(services.Console), services.Stop);
        services.Console.WriteLine(json ? report.Json() : report.Text());
        if (!json)
        {
            foreach (string line in report.Notes)
            {
                services.Console.Note(line);
            }
        }

        return report.IsFailure ? ExitCodes.Failed : ExitCodes.Ok;
    }
}
