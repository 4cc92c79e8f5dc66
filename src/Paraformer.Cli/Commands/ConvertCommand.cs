using System.CommandLine;
using Paraformer.Cli.Conversion;
using Paraformer.Cli.Probing;
using Paraformer.Cli.Recognition;
using Paraformer.Protocol;

namespace Paraformer.Cli.Commands;

/// <summary><c>paraformer convert FILE -o OUT.wav</c>: any recording as a WAV file that fits a model.</summary>
internal static class ConvertCommand
{
    public static Command Create(CliServices services)
    {
        var file = new Argument<string>("FILE") { Description = "The recording, or - for standard input." };
        var output = new Option<string>("-o") { Description = "The WAV file to write: 16 bits, mono.", HelpName = "FILE", Required = true };
        var model = new Option<string>("--model")
        {
            Description = "The model that is to hear it: the 8k models have 8000 Hz, the others 16000 Hz.",
            HelpName = "NAME",
            DefaultValueFactory = _ => ParaformerModel.RealtimeV2.Value,
        };
        CommonOptions.OneOf(model, [.. ParaformerModel.All.Select(static m => m.Value)]);
        Option<string?> format = CommonOptions.Format();
        Option<int?> sampleRate = CommonOptions.SampleRate();
        var command = new Command("convert", "Make a WAV file that fits a model of any recording.") { file, output, model, format, sampleRate };
        command.SetAction(async (parsed, _) =>
        {
            var stated = new Statement(parsed.GetValue(format), parsed.GetValue(sampleRate), Model: null);
            await WaveConversion.RunAsync(services, parsed.GetRequiredValue(file), stated, parsed.GetRequiredValue(output), ModelNames.DefaultSampleRate(parsed.GetRequiredValue(model)));
            return ExitCodes.Ok;
        });
        return command;
    }
}
