using System.CommandLine;
using Microsoft.AspNetCore.Builder;
using Paraformer.Cli.Recognition;
using Paraformer.Engine;
using Paraformer.Server;

namespace Paraformer.Cli.Commands;

/// <summary><c>paraformer serve</c>: the service on this machine.</summary>
internal static class ServeCommand
{
    private const string KeysVariable = "PARAFORMER_API_KEYS";

    public static Command Create(CliServices services)
    {
        var host = new Option<string>("--host") { Description = "The address to listen on; any but a loopback address needs PARAFORMER_API_KEYS, a list separated by commas.", HelpName = "ADDRESS", DefaultValueFactory = _ => "127.0.0.1" };
        var port = new Option<int>("--port") { Description = "The port; 0 takes a free one.", HelpName = "PORT", DefaultValueFactory = _ => 8765 };
        CommonOptions.Between(port, 0, 65535, "");
        var command = new Command("serve", "Serve the DashScope protocol on this machine until Ctrl+C.") { host, port };
        command.SetAction((parsed, _) => RunAsync(services, parsed.GetRequiredValue(host), parsed.GetValue(port)));
        return command;
    }

    private static async Task<int> RunAsync(CliServices services, string host, int port)
    {
        string[] keys = (services.Console.Variable(KeysVariable) ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        await using IRecognitionEngine engine = await EngineFactory.OpenAsync(services);
        await using WebApplication app = Build(new ServerOptions { Address = host, Port = port, ApiKeys = keys }, engine);
        try
        {
            await ParaformerServer.StartAsync(app, services.Stop);
        }
        catch (ServerStartException problem)
        {
            throw new CliException(ExitCodes.Failed, problem.Message, problem);
        }

        services.Console.WriteLine($"listening on {ParaformerServer.GetEndpoint(app)} ({EngineFactory.Summary(engine)})");
        await WaitAsync(services.Stop);
        services.Console.Note("stopping: running tasks are finished first; Ctrl+C again stops at once");
        await app.StopAsync(CancellationToken.None);
        return ExitCodes.Ok;
    }

    private static WebApplication Build(ServerOptions options, IRecognitionEngine engine)
    {
        try
        {
            return ParaformerServer.Build(options, engine);
        }
        catch (ServerStartException problem)
        {
            string keys = options.ApiKeys.Count == 0 ? $" (keys come from {KeysVariable}, separated by commas)" : "";
            throw new CliException(ExitCodes.Usage, problem.Message.TrimEnd('.') + keys, problem);
        }
    }

    private static async Task WaitAsync(CancellationToken stop)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration _ = stop.Register(stopped.SetResult);
        await stopped.Task;
    }
}
