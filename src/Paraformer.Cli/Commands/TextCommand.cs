using System.CommandLine;
using System.Text;
using Paraformer.Engine;

namespace Paraformer.Cli.Commands;

/// <summary><c>paraformer text</c>: raw lines on standard input, finished lines on standard output, one for one.</summary>
internal static class TextCommand
{
    public static Command Create(CliServices services)
    {
        var language = new Option<string>("--language")
        {
            Description = "The language of the lines: " + string.Join(' ', TextProcessor.Languages) + ".",
            HelpName = "CODE",
            DefaultValueFactory = _ => "zh",
        };
        CommonOptions.OneOf(language, TextProcessor.Languages);
        var noPunctuation = new Option<bool>("--no-punctuation") { Description = "Put in no marks and no capital letters." };
        var noItn = new Option<bool>("--no-itn") { Description = "Leave numbers and the like in words." };
        var disfluency = new Option<bool>("--disfluency-removal") { Description = "Leave out fillers, repetitions and false starts." };
        var itnPack = new Option<string?>("--itn-pack") { Description = "Write the numbers of Mandarin by this installed pack of kind itn-fst, as itn-zh.", HelpName = "ID" };
        var command = new Command("text", "Make finished text of raw lines on standard input: punctuation, numbers, disfluencies.")
        {
            language, noPunctuation, noItn, disfluency, itnPack,
        };
        command.SetAction((parsed, _) => RunAsync(services, parsed.GetRequiredValue(language), parsed.GetValue(itnPack), new TextOptions
        {
            Punctuation = !parsed.GetValue(noPunctuation),
            InverseTextNormalization = !parsed.GetValue(noItn),
            DisfluencyRemoval = parsed.GetValue(disfluency),
        }));
        return command;
    }

    private static async Task<int> RunAsync(CliServices services, string language, string? itnPack, TextOptions options)
    {
        if (services.Console.InputIsTerminal)
        {
            services.Console.Note("reading lines from the terminal; end with Ctrl+D");
        }

        using TextProcessor processor = await TextProcessor.CreateAsync(services.OpenStore(), new EngineOptions { InverseNormalizationPack = itnPack }, services.Stop);
        using var input = new StreamReader(services.Console.OpenInput(), new UTF8Encoding(false));
        while (await input.ReadLineAsync(services.Stop) is { } line)
        {
            services.Console.WriteLine(processor.Process(line, language, options));
        }

        return ExitCodes.Ok;
    }
}
