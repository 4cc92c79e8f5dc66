using System.CommandLine;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Paraformer.Cli.Recognition;
using Paraformer.Cli.State;
using Paraformer.Engine;
using Paraformer.Server;
using Paraformer.Server.State;

namespace Paraformer.Cli.Commands;

/// <summary><c>paraformer serve</c>: the service on this machine.</summary>
internal static class ServeCommand
{
    private const string KeysVariable = "PARAFORMER_API_KEYS";

    public static Command Create(CliServices services)
    {
        var host = new Option<string>("--host") { Description = "The address to listen on; any but a loopback address needs keys: see paraformer keys.", HelpName = "ADDRESS", DefaultValueFactory = _ => "127.0.0.1" };
        var port = new Option<int>("--port") { Description = "The port; 0 takes a free one.", HelpName = "PORT", DefaultValueFactory = _ => 8765 };
        var apiKeys = new Option<string[]>("--api-key") { Description = $"A key that clients may use, beside those of paraformer keys; may be given several times. {KeysVariable}, a list separated by commas, keeps keys off the command line.", HelpName = "KEY" };
        Option<string?> data = StateAccess.Option();
        CommonOptions.Between(port, 0, 65535, "");
        var command = new Command("serve", "Serve the DashScope protocol on this machine until Ctrl+C.") { host, port, apiKeys, data };
        command.SetAction((parsed, _) => RunAsync(services, parsed.GetRequiredValue(host), parsed.GetValue(port), parsed.GetValue(apiKeys) ?? [], parsed.GetValue(data)));
        return command;
    }

    private static async Task<int> RunAsync(CliServices services, string host, int port, string[] apiKeys, string? data)
    {
        string[] keys = [.. apiKeys, .. (services.Console.Variable(KeysVariable) ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
        await using ServerState state = await StateAccess.OpenAsync(services, data);
        await using IRecognitionEngine engine = await EngineFactory.OpenAsync(services);
        await PreloadAsync(engine, services.Stop);
        await using WebApplication app = Build(new ServerOptions { Address = host, Port = port, ApiKeys = keys, State = state }, engine);
        try
        {
            await ParaformerServer.StartAsync(app, services.Stop);
        }
        catch (ServerStartException problem)
        {
            throw Translate(problem, ExitCodes.Failed);
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
            return ParaformerServer.Build(options, engine, Log);
        }
        catch (ServerStartException problem)
        {
            throw Translate(problem, ExitCodes.Usage);
        }
    }

    private static CliException Translate(ServerStartException problem, int exitCode) => problem.LacksKeys
        ? new CliException(ExitCodes.Usage, problem.Message.TrimEnd('.') + $" (make one with paraformer keys create, or name them in {KeysVariable}, separated by commas)", problem)
        : new CliException(exitCode, problem.Message, problem);

    // Standard output carries the address alone, so that scripts can read it.
    private static void Log(ILoggingBuilder logging)
    {
        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss ";
        });

        // A start that fails is told in the command's own words.
        logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    }

    private static async Task PreloadAsync(IRecognitionEngine engine, CancellationToken stop)
    {
        try
        {
            await engine.PreloadAsync(stop);
        }
        catch (RecognitionException problem)
        {
            throw new CliException(ExitCodes.Failed, problem.Message, problem);
        }
    }

    private static async Task WaitAsync(CancellationToken stop)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration _ = stop.Register(stopped.SetResult);
        await stopped.Task;
    }
}
