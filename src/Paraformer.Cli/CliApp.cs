using System.CommandLine;
using System.Text;
using Paraformer.Cli.Commands;
using Paraformer.Cli.Output;
using Paraformer.Cli.Terminal;

namespace Paraformer.Cli;

/// <summary>The <c>paraformer</c> command: parses, runs, and turns every failure into one line and an exit code.</summary>
internal static class CliApp
{
    /// <summary>Runs the command line and returns the exit code.</summary>
    public static async Task<int> RunAsync(string[] args, CliServices services)
    {
        CliConsole console = services.Console;
        RootCommand root = CreateRoot(services);
        ParseResult parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            string command = parsed.CommandResult.Command == root ? "paraformer" : "paraformer " + parsed.CommandResult.Command.Name;
            console.Note($"{parsed.Errors[0].Message.TrimEnd('.')} ({string.Join(' ', ["paraformer", .. args])}): see {command} --help");
            return ExitCodes.Usage;
        }

        try
        {
            using var output = new StreamWriter(console.Output, new UTF8Encoding(false), leaveOpen: true);
            var configuration = new InvocationConfiguration { Output = output, Error = console.Error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
            return await parsed.InvokeAsync(configuration, CancellationToken.None);
        }
        catch (CliException problem)
        {
            console.Note(problem.Message);
            WriteStack(console, problem);
            return problem.ExitCode;
        }
        catch (IOException problem) when (BrokenPipeException.IsBrokenPipe(problem))
        {
            return ExitCodes.Ok;
        }
        catch (OperationCanceledException) when (services.Stop.IsCancellationRequested)
        {
            console.Note("interrupted");
            return ExitCodes.Interrupted;
        }
        catch (Exception unexpected)
        {
            console.Note($"{unexpected.GetType().Name}: {unexpected.Message} (PARAFORMER_DEBUG=1 shows the stack)");
            WriteStack(console, unexpected);
            return ExitCodes.Failed;
        }
    }

    internal static RootCommand CreateRoot(CliServices services)
    {
        var root = new RootCommand("Real-time speech recognition: transcribes audio on this machine or through a DashScope-compatible service.");
        for (int i = root.Options.Count - 1; i >= 0; i--)
        {
            // The command "version" says more than the option.
            if (root.Options[i] is VersionOption)
            {
                root.Options.RemoveAt(i);
            }
        }

        root.Subcommands.Add(TranscribeCommand.Create(services));
        root.Subcommands.Add(ServeCommand.Create(services));
        root.Subcommands.Add(KeysCommand.Create(services));
        root.Subcommands.Add(VocabCommand.Create(services));
        root.Subcommands.Add(PhrasesCommand.Create(services));
        root.Subcommands.Add(TokenCommand.Create(services));
        root.Subcommands.Add(ModelsCommand.Create(services));
        root.Subcommands.Add(ProbeCommand.Create(services));
        root.Subcommands.Add(ConvertCommand.Create(services));
        root.Subcommands.Add(TextCommand.Create(services));
        root.Subcommands.Add(BenchCommand.Create(services));
        root.Subcommands.Add(VersionCommand.Create(services));
        return root;
    }

    private static void WriteStack(CliConsole console, Exception problem)
    {
        if (console.Variable("PARAFORMER_DEBUG") is "1")
        {
            console.Error.WriteLine(problem.ToString());
        }
    }
}
