using System.CommandLine;
using Paraformer.Cli.Output;
using Paraformer.Cli.Packs;
using Paraformer.Engine;
using Paraformer.Models;

namespace Paraformer.Cli.Commands;

/// <summary><c>paraformer models list|pull|verify</c>.</summary>
internal static class ModelsCommand
{
    public static Command Create(CliServices services)
    {
        var list = new Command("list", "Show the packs of this machine and what serves each model and language.");
        list.SetAction((_, _) => ListAsync(services));

        var toPull = new Argument<string[]>("ID") { Description = "Packs to install; without any, the starter packs.", Arity = ArgumentArity.ZeroOrMore };
        var pull = new Command("pull", "Download, verify and install packs.") { toPull };
        pull.SetAction((parsed, _) => PullAsync(services, parsed.GetValue(toPull) ?? []));

        var toVerify = new Argument<string[]>("ID") { Description = "Packs to verify; without any, all installed ones.", Arity = ArgumentArity.ZeroOrMore };
        var verify = new Command("verify", "Compare every byte of installed packs with the catalogue.") { toVerify };
        verify.SetAction((parsed, _) => VerifyAsync(services, parsed.GetValue(toVerify) ?? []));

        return new Command("models", "Show, install and verify the packs that recognise speech on this machine.") { list, pull, verify };
    }

    private static async Task<int> ListAsync(CliServices services)
    {
        ModelStore store = services.OpenStore();
        PackStatus[] packs = [.. store.Catalog.Packs.Select(pack => store.Describe(pack.Id))];
        services.Console.WriteLine(TextTable.Format(
            ["PACK", "STATUS", "LANGUAGES", "LICENCE", "FOLDER OR REMEDY"],
            packs.Zip(store.Catalog.Packs, (status, pack) => new[]
            {
                pack.Id, StateName(status.State), pack.Languages.Count == 0 ? "-" : string.Join(' ', pack.Languages), pack.Licence,
                status.State == PackState.Installed ? status.Folder ?? "" : FirstSentence(status.Detail),
            })));
        services.Console.WriteLine("");
        await using IRecognitionEngine engine = services.CreateEngine(store);
        services.Console.WriteLine(TextTable.Format(
            ["MODEL", "LANGUAGE", "SERVED BY"],
            engine.DescribeModels().SelectMany(model => model.Languages.Select(language => new[]
            {
                model.Model, language.Language, language.Pack ?? "nothing: " + SentenceText.OneLine(language.Remedy ?? "no pack is known"),
            }))));
        return ExitCodes.Ok;
    }

    private static string FirstSentence(string detail) => SentenceText.OneLine(detail.Split(". ")[0]);

    private static string StateName(PackState state) => state.ToString().ToLowerInvariant();

    private static async Task<int> PullAsync(CliServices services, string[] ids)
    {
        ModelStore store = services.OpenStore();
        IReadOnlyList<string> wanted = ids.Length == 0 ? store.Catalog.StarterPacks : ids;
        RequireKnown(store, wanted);
        await PackSetup.EnsureAsync(store, wanted, services.Console, services.Stop);
        foreach (string id in wanted)
        {
            services.Console.WriteLine($"{id}: {store.Describe(id).Detail}");
        }

        return ExitCodes.Ok;
    }

    private static async Task<int> VerifyAsync(CliServices services, string[] ids)
    {
        ModelStore store = services.OpenStore();
        RequireKnown(store, ids);
        string[] wanted = ids.Length > 0 ? ids : [.. store.Catalog.Packs.Select(pack => pack.Id).Where(id => store.Describe(id).State != PackState.Missing)];
        int damaged = 0;
        foreach (string id in wanted)
        {
            PackVerification outcome = await VerifyOneAsync(store, id, services.Stop);
            if (outcome.IsIntact)
            {
                services.Console.WriteLine($"{id}: intact, in {outcome.Folder}");
                continue;
            }

            damaged++;
            string problems = string.Join("; ", outcome.Problems.Select(problem => problem.Detail));
            services.Console.Note(outcome.Folder is null
                ? $"{id} is not installed: {store.Describe(id).Detail}"
                : $"{id} is damaged ({outcome.Folder}): {problems}: delete the folder and run paraformer models pull {id}");
        }

        return damaged == 0 ? ExitCodes.Ok : ExitCodes.Failed;
    }

    private static async Task<PackVerification> VerifyOneAsync(ModelStore store, string id, CancellationToken cancellationToken)
    {
        try
        {
            return await store.VerifyAsync(id, cancellationToken);
        }
        catch (ModelPackException problem)
        {
            throw new CliException(ExitCodes.Failed, problem.Message, problem);
        }
    }

    private static void RequireKnown(ModelStore store, IEnumerable<string> ids)
    {
        foreach (string id in ids.Where(id => store.Catalog.FindPack(id) is null))
        {
            throw CliException.Usage("the catalogue has no such pack", id, $"it has {string.Join(' ', store.Catalog.Packs.Select(pack => pack.Id))}");
        }
    }
}
