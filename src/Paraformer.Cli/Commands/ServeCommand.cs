using System.CommandLine;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Paraformer.Cli.Recognition;
using Paraformer.Engine;
using Paraformer.Server;
using Paraformer.Service.ProtocolOnly;

namespace Paraformer.Cli.Commands;

/// <summary><c>paraformer serve</c>: the service on this machine.</summary>
internal static class ServeCommand
{
    private const string KeysVariable = "PARAFORMER_API_KEYS";
    private const string RecognitionEngineName = "recognition";

    public static Command Create(CliServices services)
    {
        var host = new Option<string>("--host") { Description = "The address to listen on; any but a loopback address needs PARAFORMER_API_KEYS, a list separated by commas.", HelpName = "ADDRESS", DefaultValueFactory = _ => "127.0.0.1" };
        var port = new Option<int>("--port") { Description = "The port; 0 takes a free one.", HelpName = "PORT", DefaultValueFactory = _ => 8765 };
        CommonOptions.Between(port, 0, 65535, "");
        var certificate = new Option<string?>("--certificate") { Description = "A certificate for wss://, PEM or PKCS#12.", HelpName = "FILE" };
        var certificateKey = new Option<string?>("--certificate-key") { Description = "The private key of a PEM certificate, where it lies in another file.", HelpName = "FILE" };
        var origins = new Option<string[]>("--allow-origin") { Description = "A web origin whose pages may use the service, such as https://app.example.com, or * for all; repeatable.", HelpName = "ORIGIN" };
        var engine = new Option<string>("--engine") { Description = "For load tests: protocol-only answers by the length of the audio and recognises nothing.", HelpName = "ENGINE", DefaultValueFactory = _ => RecognitionEngineName, Hidden = true };
        engine.AcceptOnlyFromAmong(RecognitionEngineName, ProtocolOnlyEngine.PackName);
        var command = new Command("serve", "Serve the DashScope protocol on this machine until Ctrl+C.") { host, port, certificate, certificateKey, origins, engine };
        command.SetAction((parsed, _) => RunAsync(
            services,
            parsed.GetRequiredValue(engine),
            new ServerOptions
            {
                Address = parsed.GetRequiredValue(host),
                Port = parsed.GetValue(port),
                CertificatePath = parsed.GetValue(certificate),
                CertificateKeyPath = parsed.GetValue(certificateKey),
                AllowedOrigins = parsed.GetValue(origins) is { Length: > 0 } given ? given : null,
            }));
        return command;
    }

    private static async Task<int> RunAsync(CliServices services, string engineName, ServerOptions options)
    {
        string[] keys = (services.Console.Variable(KeysVariable) ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        await using IRecognitionEngine engine = engineName == ProtocolOnlyEngine.PackName ? new ProtocolOnlyEngine() : await EngineFactory.OpenAsync(services);
        await PreloadAsync(engine, services.Stop);
        await using WebApplication app = Build(options with { ApiKeys = keys }, engine);
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
            return ParaformerServer.Build(options, engine, Log);
        }
        catch (ServerStartException problem)
        {
            string keys = options.ApiKeys.Count == 0 ? $" (keys come from {KeysVariable}, separated by commas)" : "";
            throw new CliException(ExitCodes.Usage, problem.Message.TrimEnd('.') + keys, problem);
        }
    }

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
