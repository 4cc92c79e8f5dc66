using System.CommandLine;
using Paraformer.Server.State;

namespace Paraformer.Cli.State;

/// <summary>Where commands find keys, hot words and usage.</summary>
internal static class StateAccess
{
    private const string Variable = "PARAFORMER_DATA";

    /// <summary><c>--data</c>.</summary>
    public static Option<string?> Option() => new("--data")
    {
        Description = $"Where keys, hot words and usage are kept: a file, or a PostgreSQL connection string or address. Without it {Variable} says where; by default $XDG_DATA_HOME/paraformer/paraformer.db.",
        HelpName = "PLACE",
    };

    /// <summary>Opens the state that the option, the environment or the default names.</summary>
    /// <exception cref="CliException">It cannot be opened.</exception>
    public static async Task<ServerState> OpenAsync(CliServices services, string? given)
    {
        string location = given ?? services.Console.Variable(Variable) ?? "";
        if (string.IsNullOrWhiteSpace(location))
        {
            location = ServerState.DefaultLocation(services.Console.Variable);
        }

        try
        {
            return await ServerState.OpenAsync(location, cancellationToken: services.Stop);
        }
        catch (StateException problem)
        {
            throw new CliException(ExitCodes.Failed, problem.Message, problem);
        }
    }
}
