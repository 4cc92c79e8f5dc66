using System.CommandLine;
using System.Globalization;
using Paraformer.Cli.Output;
using Paraformer.Cli.Recognition;
using Paraformer.Client;
using Paraformer.Engine;
using Paraformer.Protocol;

namespace Paraformer.Cli.Commands;

/// <summary><c>paraformer vocab create|list|show|update|delete</c>: hot-word lists of v2 models on a service.</summary>
internal static class VocabCommand
{
    private const string DefaultModel = "paraformer-realtime-v2";
    private const string DefaultPrefix = "words";
    private const int MaxPageSize = 100;

    public static Command Create(CliServices services)
    {
        Option<Uri?> endpoint = ServiceAccess.Endpoint();
        return new Command("vocab", "Make, list and change hot-word lists of a service (v2 models).")
        {
            CreateCreate(services, endpoint), CreateList(services, endpoint), CreateShow(services, endpoint), CreateUpdate(services, endpoint), CreateDelete(services, endpoint), endpoint,
        };
    }

    private static Command CreateCreate(CliServices services, Option<Uri?> endpoint)
    {
        Argument<string> file = File();
        var model = new Option<string>("--model") { Description = "The model that the list is for.", HelpName = "NAME", DefaultValueFactory = _ => DefaultModel };
        var prefix = new Option<string>("--prefix") { Description = "Begins the list's id: up to 10 digits and lower-case letters.", HelpName = "TEXT", DefaultValueFactory = _ => DefaultPrefix };
        CommonOptions.OneOf(model, [.. ParaformerModel.All.Select(known => known.Value).Where(known => !ModelNames.IsFirstGeneration(known))]);
        var command = new Command("create", "Make a list of the words of a file and print its id.") { file, model, prefix };
        command.SetAction((parsed, _) => RunAsync(services, parsed.GetValue(endpoint), async lists =>
        {
            string target = parsed.GetRequiredValue(model);
            IReadOnlyList<VocabularyWord> words = await ReadAsync(parsed.GetRequiredValue(file), target, services.Stop);
            services.Console.WriteLine(await lists.CreateVocabularyAsync(target, parsed.GetRequiredValue(prefix), words, services.Stop));
        }));
        return command;
    }

    private static Command CreateList(CliServices services, Option<Uri?> endpoint)
    {
        var prefix = new Option<string?>("--prefix") { Description = "Show the lists alone whose id begins with this.", HelpName = "TEXT" };
        var command = new Command("list", "Show the lists.") { prefix };
        command.SetAction((parsed, _) => RunAsync(services, parsed.GetValue(endpoint), async lists =>
        {
            var all = new List<VocabularySummary>();
            IReadOnlyList<VocabularySummary> page;
            do
            {
                page = await lists.ListVocabulariesAsync(parsed.GetValue(prefix), all.Count / MaxPageSize, MaxPageSize, services.Stop);
                all.AddRange(page);
            }
            while (page.Count == MaxPageSize);
            services.Console.WriteLine(TextTable.Format(["ID", "CREATED", "CHANGED", "STATUS"], all.Select(list => new[] { list.VocabularyId, list.CreatedAt, list.ModifiedAt, list.Status })));
        }));
        return command;
    }

    private static Command CreateShow(CliServices services, Option<Uri?> endpoint)
    {
        Argument<string> id = Id();
        var command = new Command("show", "Show a list's words, as create reads them.") { id };
        command.SetAction((parsed, _) => RunAsync(services, parsed.GetValue(endpoint), async lists =>
        {
            Vocabulary list = await lists.QueryVocabularyAsync(parsed.GetRequiredValue(id), services.Stop);
            services.Console.Note($"for {list.TargetModel}, made {list.CreatedAt}, changed {list.ModifiedAt}");
            services.Console.WriteLine(string.Join('\n', list.Words.Select(word => string.Create(CultureInfo.InvariantCulture, $"{word.Text}\t{word.Weight}"))));
        }));
        return command;
    }

    private static Command CreateUpdate(CliServices services, Option<Uri?> endpoint)
    {
        Argument<string> id = Id();
        Argument<string> file = File();
        var command = new Command("update", "Put the words of a file in place of a list's.") { id, file };
        command.SetAction((parsed, _) => RunAsync(services, parsed.GetValue(endpoint), async lists =>
            await lists.UpdateVocabularyAsync(parsed.GetRequiredValue(id), await ReadAsync(parsed.GetRequiredValue(file), DefaultModel, services.Stop), services.Stop)));
        return command;
    }

    private static Command CreateDelete(CliServices services, Option<Uri?> endpoint)
    {
        Argument<string> id = Id();
        var command = new Command("delete", "Delete a list.") { id };
        command.SetAction((parsed, _) => RunAsync(services, parsed.GetValue(endpoint), lists => lists.DeleteVocabularyAsync(parsed.GetRequiredValue(id), services.Stop)));
        return command;
    }

    private static Argument<string> Id() => new("ID") { Description = "The list's id, as create prints it." };

    private static Argument<string> File() => new("FILE") { Description = "The words: one a line, each optionally followed by a tab and its weight (1 to 5, usually 4)." };

    private static async Task<IReadOnlyList<VocabularyWord>> ReadAsync(string file, string model, CancellationToken cancellationToken) =>
        [.. (await HotWordFile.ReadAsync(file, model, cancellationToken)).Select(static (HotWord word) => new VocabularyWord(word.Text, word.Weight))];

    private static Task<int> RunAsync(CliServices services, Uri? endpoint, Func<VocabularyService, Task> work) => ServiceAccess.RunAsync(endpoint, async () =>
    {
        using var lists = new VocabularyService(ServiceAccess.Options(services, endpoint));
        await work(lists);
    });
}
