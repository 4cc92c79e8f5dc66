using Paraformer.Cli.Packs;
using Paraformer.Engine;
using Paraformer.Models;

namespace Paraformer.Cli.Recognition;

/// <summary>Makes the engine of this machine.</summary>
internal static class EngineFactory
{
    /// <summary>Makes an engine on a store's packs; nothing is loaded yet.</summary>
    public static IRecognitionEngine Create(ModelStore store) => RecognitionEngine.Create(store, new EngineOptions(), loggers: null);

    /// <summary>Installs the starter packs where they are missing, then makes the engine.</summary>
    /// <exception cref="CliException">A pack cannot be had or used.</exception>
    public static async Task<IRecognitionEngine> OpenAsync(CliServices services)
    {
        ModelStore store = services.OpenStore();
        await PackSetup.EnsureAsync(store, store.Catalog.StarterPacks, services.Console, services.Stop);
        try
        {
            return services.CreateEngine(store);
        }
        catch (RecognitionException problem)
        {
            throw new CliException(ExitCodes.Failed, problem.Message, problem);
        }
    }

    /// <summary>What serves each model, in one line: <c>paraformer-realtime-v2: en by vosk-en; …</c>.</summary>
    public static string Summary(IRecognitionEngine engine)
    {
        IEnumerable<string> models = engine.DescribeModels()
            .Select(model => (model.Model, Served: model.Languages.Where(language => language.Pack is not null).Select(language => $"{language.Language} by {language.Pack}").ToArray()))
            .Where(model => model.Served.Length > 0)
            .Select(model => $"{model.Model}: {string.Join(", ", model.Served)}");
        string summary = string.Join("; ", models);
        return summary.Length == 0 ? "no pack serves any model" : summary;
    }
}
