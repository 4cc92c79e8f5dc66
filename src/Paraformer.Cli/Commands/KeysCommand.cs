using System.CommandLine;
using System.Data.Common;
using System.Globalization;
using Paraformer.Cli.Output;
using Paraformer.Cli.State;
using Paraformer.Server.State;
using Paraformer.Service;

namespace Paraformer.Cli.Commands;

/// <summary><c>paraformer keys create|list|revoke|usage</c>: the keys of the service, in its own data.</summary>
internal static class KeysCommand
{
    private const int MaxLimit = 1_000_000;

    public static Command Create(CliServices services)
    {
        Option<string?> data = StateAccess.Option();
        data.Recursive = true;
        return new Command("keys", "Make, list and revoke the API keys of the service.") { CreateCreate(services, data), CreateList(services, data), CreateRevoke(services, data), CreateUsage(services, data), data };
    }

    private static Command CreateCreate(CliServices services, Option<string?> data)
    {
        var name = new Argument<string>("NAME") { Description = "What the key is for." };
        var account = new Option<string>("--account") { Description = "The account whose hot words the key uses; keys of one account share them.", HelpName = "NAME", DefaultValueFactory = _ => ServiceCaller.DefaultAccount };
        var workspace = new Option<string[]>("--workspace") { Description = "Allow the key in this workspace alone; may be given several times, the first being the default.", HelpName = "ID" };
        var sessions = new Option<int?>("--max-sessions") { Description = "Tasks that the key may have at the same time.", HelpName = "N" };
        var submissions = new Option<int?>("--max-submissions") { Description = "Tasks that the key may submit per second.", HelpName = "N" };
        CommonOptions.Between(sessions, 1, MaxLimit, "");
        CommonOptions.Between(submissions, 1, MaxLimit, "");
        var command = new Command("create", "Make a key and print it, once.") { name, account, workspace, sessions, submissions };
        command.SetAction((parsed, _) => RunAsync(services, parsed.GetValue(data), async state =>
        {
            var request = new ApiKeyRequest
            {
                Name = parsed.GetRequiredValue(name),
                Account = parsed.GetRequiredValue(account),
                Workspaces = parsed.GetValue(workspace) ?? [],
                MaxSessions = parsed.GetValue(sessions),
                MaxSubmissionsPerSecond = parsed.GetValue(submissions),
            };
            try
            {
                (string key, ApiKeyInfo info) = await state.Keys.CreateAsync(request, services.Stop);
                services.Console.WriteLine(key);
                services.Console.Note($"made key {info.Id}: keep it safe, it is not shown again");
            }
            catch (ArgumentException problem)
            {
                throw new CliException(ExitCodes.Usage, problem.Message.Split(" (Parameter", 2)[0], problem);
            }
        }));
        return command;
    }

    private static Command CreateList(CliServices services, Option<string?> data)
    {
        var command = new Command("list", "Show the keys, without their secrets.");
        command.SetAction((parsed, _) => RunAsync(services, parsed.GetValue(data), async state => services.Console.WriteLine(TextTable.Format(
            ["ID", "NAME", "ACCOUNT", "WORKSPACES", "SESSIONS", "PER SECOND", "CREATED", "STATUS"],
            (await state.Keys.ListAsync(services.Stop)).Select(key => new[]
            {
                key.Id, key.Name, key.Account, key.Workspaces.Count == 0 ? "all" : string.Join(' ', key.Workspaces), Limit(key.MaxSessions), Limit(key.MaxSubmissionsPerSecond),
                Moment(key.CreatedAt), key.RevokedAt is { } revoked ? "revoked " + Moment(revoked) : "good",
            })))));
        return command;
    }

    private static Command CreateRevoke(CliServices services, Option<string?> data)
    {
        var id = new Argument<string>("ID") { Description = "The key's id, as keys list shows it." };
        var command = new Command("revoke", "Revoke a key: servers refuse it within a second.") { id };
        command.SetAction((parsed, _) => RunAsync(services, parsed.GetValue(data), async state =>
        {
            string wanted = parsed.GetRequiredValue(id);
            if (!await state.Keys.RevokeAsync(wanted, services.Stop))
            {
                throw CliException.Failed("there is no good key of this id", wanted.Length > 12 ? wanted[..12] + "…" : wanted, "see paraformer keys list");
            }

            services.Console.Note($"revoked key {wanted}");
        }));
        return command;
    }

    private static Command CreateUsage(CliServices services, Option<string?> data)
    {
        var id = new Argument<string?>("ID") { Description = "The key's id; without it, all keys.", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("usage", "Show tasks and seconds of audio by key, day (UTC) and model.") { id };
        command.SetAction((parsed, _) => RunAsync(services, parsed.GetValue(data), async state => services.Console.WriteLine(TextTable.Format(
            ["DAY", "KEY", "MODEL", "TASKS", "SECONDS"],
            (await state.Usage.ListAsync(parsed.GetValue(id), services.Stop)).Select(usage => new[]
            {
                usage.Day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), usage.KeyId, usage.Model,
                usage.Tasks.ToString(CultureInfo.InvariantCulture), usage.Seconds.ToString(CultureInfo.InvariantCulture),
            })))));
        return command;
    }

    private static async Task<int> RunAsync(CliServices services, string? data, Func<ServerState, Task> work)
    {
        await using ServerState state = await StateAccess.OpenAsync(services, data);
        try
        {
            await work(state);
            return ExitCodes.Ok;
        }
        catch (DbException problem)
        {
            throw new CliException(ExitCodes.Failed, "the data cannot be used: " + problem.Message, problem);
        }
    }

    private static string Limit(int? limit) => limit?.ToString(CultureInfo.InvariantCulture) ?? "-";

    private static string Moment(DateTimeOffset moment) => moment.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
