using System.CommandLine;
using Paraformer.Cli.Bench;
using Paraformer.Cli.Packs;
using Paraformer.Cli.Recognition;
using Paraformer.Engine;
using Paraformer.Engine.Recognizers;
using Paraformer.Engine.Synthetic;
using Paraformer.Models;
using Paraformer.Protocol;

namespace Paraformer.Cli.Commands;

/// <summary><c>paraformer bench</c>: how fast this machine recognises, and how many streams it serves.</summary>
internal static class BenchCommand
{
    private const string VadPack = "vad-silero";
    private const string TextOutput = "text";
    private const string JsonOutput = "json";

    public static Command Create(CliServices services)
    {
        var file = new Option<string>("--file") { Description = "A recording of speech; it is said again and again.", HelpName = "FILE", Required = true };
        var model = new Option<string>("--model") { Description = "The model.", HelpName = "NAME", DefaultValueFactory = _ => ParaformerModel.RealtimeV2.Value };
        var language = new Option<string?>("--language") { Description = "Language hints, separated by commas.", HelpName = "CODES" };
        var pack = new Option<string?>("--pack") { Description = "Have this pack serve, whatever the model's languages prefer.", HelpName = "ID" };
        var graph = new Option<string?>("--graph") { Description = "Measure a synthetic graph (speech and acoustic to tokens) instead of a pack: a file or a folder with one .onnx file.", HelpName = "FOLDER" };
        var whole = new Option<bool>("--whole-utterances") { Description = "With --graph: hear whole utterances, as a second pass does, instead of chunks of 600 ms." };
        var batch = new Option<int?>("--batch") { Description = "With --graph or --pack: steps of streams that are run as one at most; 1 runs each alone.", HelpName = "N" };
        CommonOptions.Between(batch, 1, 256, "steps");
        var streams = new Option<int>("--streams") { Description = "Streams at the same time, 4 by default.", HelpName = "N", DefaultValueFactory = _ => 4 };
        CommonOptions.Between(streams, 1, 10_000, "streams");
        var seconds = new Option<int>("--seconds") { Description = "How long each of the three parts takes about, 20 by default.", HelpName = "N", DefaultValueFactory = _ => 20 };
        CommonOptions.Between(seconds, 1, 86_400, "s");
        var output = new Option<string>("--output") { Description = "How the report looks: text or json.", HelpName = "NAME", DefaultValueFactory = _ => TextOutput };
        CommonOptions.OneOf(output, [TextOutput, JsonOutput]);
        var command = new Command("bench", "Measure real-time factor, streams at real time, latencies and memory on this machine.")
        {
            file, model, language, pack, graph, whole, batch, streams, seconds, output,
        };
        command.Validators.Add(result =>
        {
            bool hasGraph = result.GetValue(graph) is not null;
            if (hasGraph && result.GetValue(pack) is not null)
            {
                result.AddError("--graph and --pack exclude each other");
            }
            else if (!hasGraph && result.GetValue(whole))
            {
                result.AddError("--whole-utterances goes with --graph");
            }
            else if (!hasGraph && result.GetValue(pack) is null && result.GetValue(batch) is not null)
            {
                result.AddError("--batch goes with --graph or --pack");
            }
        });
        command.SetAction((parsed, _) => RunAsync(services, parsed.GetRequiredValue(output) == JsonOutput, new BenchSettings
        {
            Model = parsed.GetRequiredValue(model),
            Languages = (parsed.GetValue(language) ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
            Pack = parsed.GetValue(pack),
            Graph = parsed.GetValue(graph),
            WholeUtterances = parsed.GetValue(whole),
            Batch = parsed.GetValue(batch),
            File = parsed.GetRequiredValue(file),
            Streams = parsed.GetRequiredValue(streams),
            Duration = TimeSpan.FromSeconds(parsed.GetRequiredValue(seconds)),
        }));
        return command;
    }

    private static async Task<int> RunAsync(CliServices services, bool json, BenchSettings settings)
    {
        ModelNames.RequireKnown(settings.Model, settings.Languages);
        byte[] speech = await BenchSpeech.ReadAsync(settings.File, services.Console, services.Stop);
        GraphRunner? graph = null;
        try
        {
            graph = settings.Graph is { } path ? GraphRunner.Load(FindGraph(path)) : null;
            await using IRecognitionEngine engine = await OpenAsync(services, settings, graph);
            await engine.PreloadAsync(services.Stop);
            BenchReport report = await new BenchRun(engine, graph, settings, speech).MeasureAsync(services.Console.Note, services.Stop);
            services.Console.WriteLine(json ? report.Json() : report.Text());
            return ExitCodes.Ok;
        }
        catch (RecognitionException problem)
        {
            throw new CliException(ExitCodes.Failed, problem.Message, problem);
        }
    }

    private static async Task<IRecognitionEngine> OpenAsync(CliServices services, BenchSettings settings, GraphRunner? graph)
    {
        if (settings.Pack is null && graph is null)
        {
            return await EngineFactory.OpenAsync(services);
        }

        ModelStore store = services.OpenStore();
        OnlyRecognizer only;
        if (graph is not null)
        {
            only = new OnlyRecognizer("synthetic", () => new GraphModel(graph, !settings.WholeUtterances));
        }
        else
        {
            only = new OnlyRecognizer(RequirePack(store, settings.Pack!));
        }

        await PackSetup.EnsureAsync(store, [VadPack, .. settings.Pack is null ? [] : new[] { settings.Pack }], services.Console, services.Stop);
        var options = new EngineOptions { MaxStreams = Math.Max(256, settings.Streams) };
        return RecognitionEngine.Create(store, settings.Batch is { } most ? options with { MaxBatchSteps = most } : options, loggers: null, only);
    }

    private static string RequirePack(ModelStore store, string id)
    {
        string[] known = [.. store.Catalog.Packs.Where(p => RecognizerKinds.Names.Contains(p.Kind)).Select(p => p.Id)];
        return known.Contains(id) ? id : throw CliException.Usage("no pack of that name is a recogniser", "--pack " + id, $"it is one of {string.Join(' ', known)}");
    }

    private static string FindGraph(string path)
    {
        if (File.Exists(path))
        {
            return path;
        }

        if (!Directory.Exists(path))
        {
            throw CliException.Usage("there is no such file or folder", "--graph " + path, "docs/engine/scheduling.md says how to make a graph");
        }

        string[] files = Directory.GetFiles(path, "*.onnx");
        return files.Length == 1 ? files[0] : throw CliException.Usage($"{files.Length} .onnx files", "--graph " + path, "name one of them, or a folder with one");
    }
}
