using System.CommandLine;
using Paraformer.Cli.Output;
using Paraformer.Cli.Recognition;
using Paraformer.Client;
using Paraformer.Protocol;

namespace Paraformer.Cli.Commands;

/// <summary><c>paraformer phrases create|list|show|update|delete</c>: phrase lists of v1 models on a service.</summary>
internal static class PhrasesCommand
{
    private const string DefaultModel = "paraformer-realtime-v1";
    private const int MaxPageSize = 100;

    public static Command Create(CliServices services)
    {
        Option<Uri?> endpoint = ServiceAccess.Endpoint();
        return new Command("phrases", "Make, list and change phrase lists of a service (v1 models).")
        {
            CreateCreate(services, endpoint), CreateList(services, endpoint), CreateShow(services, endpoint), CreateUpdate(services, endpoint), CreateDelete(services, endpoint), endpoint,
        };
    }

    private static Command CreateCreate(CliServices services, Option<Uri?> endpoint)
    {
        Argument<string> file = File();
        Option<string> model = Model();
        var command = new Command("create", "Make a list of the phrases of a file and print its id.") { file, model };
        command.SetAction((parsed, _) => RunAsync(services, parsed.GetValue(endpoint), async lists =>
        {
            string target = parsed.GetRequiredValue(model);
            PhraseResponse made = await lists.CreatePhrasesAsync(target, await ReadAsync(parsed.GetRequiredValue(file), target, services.Stop), cancellationToken: services.Stop);
            services.Console.WriteLine(made.EnsureSuccess().Output!.FinetunedOutput);
        }));
        return command;
    }

    private static Command CreateList(CliServices services, Option<Uri?> endpoint)
    {
        var command = new Command("list", "Show the lists.");
        command.SetAction((parsed, _) => RunAsync(services, parsed.GetValue(endpoint), async lists =>
        {
            var all = new List<PhraseList>();
            PhraseResponse page;
            do
            {
                page = (await lists.ListPhrasesAsync((all.Count / MaxPageSize) + 1, MaxPageSize, services.Stop)).EnsureSuccess();
                all.AddRange(page.Outputs);
            }
            while (page.Outputs.Count == MaxPageSize);
            services.Console.WriteLine(TextTable.Format(["ID", "MODEL", "CREATED"], all.Select(list => new[] { list.FinetunedOutput, list.Model ?? "", list.CreatedAt ?? "" })));
        }));
        return command;
    }

    private static Command CreateShow(CliServices services, Option<Uri?> endpoint)
    {
        Argument<string> id = Id();
        var command = new Command("show", "Show what a service tells of a list; its phrases are not among it.") { id };
        command.SetAction((parsed, _) => RunAsync(services, parsed.GetValue(endpoint), async lists =>
        {
            PhraseList list = (await lists.QueryPhrasesAsync(parsed.GetRequiredValue(id), services.Stop)).EnsureSuccess().Output!;
            services.Console.WriteLine(TextTable.Format(["ID", "MODEL", "CREATED"], [[list.FinetunedOutput, list.Model ?? "", list.CreatedAt ?? ""]]));
        }));
        return command;
    }

    private static Command CreateUpdate(CliServices services, Option<Uri?> endpoint)
    {
        Argument<string> id = Id();
        Argument<string> file = File();
        Option<string> model = Model();
        var command = new Command("update", "Put the phrases of a file in place of a list's.") { id, file, model };
        command.SetAction((parsed, _) => RunAsync(services, parsed.GetValue(endpoint), async lists =>
        {
            string target = parsed.GetRequiredValue(model);
            IReadOnlyDictionary<string, int> phrases = await ReadAsync(parsed.GetRequiredValue(file), target, services.Stop);
            (await lists.UpdatePhrasesAsync(target, parsed.GetRequiredValue(id), phrases, cancellationToken: services.Stop)).EnsureSuccess();
        }));
        return command;
    }

    private static Command CreateDelete(CliServices services, Option<Uri?> endpoint)
    {
        Argument<string> id = Id();
        var command = new Command("delete", "Delete a list.") { id };
        command.SetAction((parsed, _) => RunAsync(services, parsed.GetValue(endpoint), async lists =>
            (await lists.DeletePhrasesAsync(parsed.GetRequiredValue(id), services.Stop)).EnsureSuccess()));
        return command;
    }

    private static Argument<string> Id() => new("ID") { Description = "The list's id, as create prints it." };

    private static Argument<string> File() =>
        new("FILE") { Description = "The phrases: one a line, each optionally followed by a tab and its weight (1 to 5, usually 4; -6 to -1 against it)." };

    private static Option<string> Model()
    {
        var model = new Option<string>("--model") { Description = "The model that the list is for.", HelpName = "NAME", DefaultValueFactory = _ => DefaultModel };
        CommonOptions.OneOf(model, [.. ParaformerModel.All.Select(known => known.Value).Where(ModelNames.IsFirstGeneration)]);
        return model;
    }

    private static async Task<IReadOnlyDictionary<string, int>> ReadAsync(string file, string model, CancellationToken cancellationToken)
    {
        var phrases = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (Engine.HotWord word in await HotWordFile.ReadAsync(file, model, cancellationToken))
        {
            phrases[word.Text] = word.Weight;
        }

        return phrases;
    }

    private static Task<int> RunAsync(CliServices services, Uri? endpoint, Func<AsrPhraseManager, Task> work) => ServiceAccess.RunAsync(endpoint, async () =>
    {
        using var lists = new AsrPhraseManager(ServiceAccess.Options(services, endpoint));
        await work(lists);
    });
}
