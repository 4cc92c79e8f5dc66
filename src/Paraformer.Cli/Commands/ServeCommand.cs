using System.CommandLine;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Paraformer.Cli.Recognition;
using Paraformer.Cli.Serving;
using Paraformer.Cli.State;
using Paraformer.Engine;
using Paraformer.Server;
using Paraformer.Server.State;
using Paraformer.Service.ProtocolOnly;

namespace Paraformer.Cli.Commands;

/// <summary><c>paraformer serve</c>: the service on this machine.</summary>
internal static class ServeCommand
{
    private const string KeysVariable = "PARAFORMER_API_KEYS";
    private const string RecognitionEngineName = "recognition";

    public static Command Create(CliServices services)
    {
        var config = new Option<string?>("--config") { Description = $"A JSON file with the server's options; variables {ServerConfiguration.Prefix}… and the options of this command win over it.", HelpName = "FILE" };
        var settings = new Option<string[]>("--set") { Description = "Any of the server's options, such as Service.MaxSessions=100; repeatable, and wins over variables and file. docs/server.md lists them.", HelpName = "NAME=VALUE" };
        var host = new Option<string?>("--host") { Description = "The address to listen on, 127.0.0.1 by default; any but a loopback address needs keys: see paraformer keys.", HelpName = "ADDRESS" };
        var port = new Option<int?>("--port") { Description = "The port, 8765 by default; 0 takes a free one.", HelpName = "PORT" };
        CommonOptions.Between(port, 0, 65535, "");
        var apiKeys = new Option<string[]>("--api-key") { Description = $"A key that clients may use, beside those of paraformer keys; may be given several times. {KeysVariable}, a list separated by commas, keeps keys off the command line.", HelpName = "KEY" };
        Option<string?> data = StateAccess.Option();
        var certificate = new Option<string?>("--certificate") { Description = "A certificate for wss://, PEM or PKCS#12.", HelpName = "FILE" };
        var certificateKey = new Option<string?>("--certificate-key") { Description = "The private key of a PEM certificate, where it lies in another file.", HelpName = "FILE" };
        var origins = new Option<string[]>("--allow-origin") { Description = "A web origin whose pages may use the service, such as https://app.example.com, or * for all; repeatable.", HelpName = "ORIGIN" };
        var logFormat = new Option<string>("--log-format") { Description = "How log lines on standard error look: text or json.", HelpName = "NAME", DefaultValueFactory = _ => ServerLogging.Text };
        CommonOptions.OneOf(logFormat, [ServerLogging.Text, ServerLogging.Json]);
        var queueDelay = new Option<int?>("--max-queue-delay") { Description = "Refuse new tasks while running ones wait longer than this for a processor, mean of two seconds; by default none is refused for that.", HelpName = "MS" };
        CommonOptions.Between(queueDelay, 1, 60_000, "ms");
        var batchSteps = new Option<int?>("--max-batch-steps") { Description = "How many tasks' steps run together at most, 8 by default; 1 makes results independent of what else is recognised at the time.", HelpName = "COUNT" };
        CommonOptions.Between(batchSteps, 1, 64, "");
        var engine = new Option<string>("--engine") { Description = "For load tests: protocol-only answers by the length of the audio and recognises nothing.", HelpName = "ENGINE", DefaultValueFactory = _ => RecognitionEngineName, Hidden = true };
        engine.AcceptOnlyFromAmong(RecognitionEngineName, ProtocolOnlyEngine.PackName);
        var command = new Command("serve", "Serve the DashScope protocol on this machine until Ctrl+C.") { config, settings, host, port, apiKeys, data, certificate, certificateKey, origins, logFormat, queueDelay, batchSteps, engine };
        command.SetAction((parsed, _) =>
        {
            ServerOptions options = ServerConfiguration.Load(parsed.GetValue(config), services.Console.Variables(), parsed.GetValue(settings));
            string[] keys = [.. options.ApiKeys, .. parsed.GetValue(apiKeys) ?? [], .. Keys(services.Console.Variable(KeysVariable))];
            return RunAsync(WithEngine(services, parsed.GetValue(queueDelay), parsed.GetValue(batchSteps)), parsed.GetRequiredValue(engine), parsed.GetValue(data), parsed.GetRequiredValue(logFormat), options with
            {
                Address = parsed.GetValue(host) ?? options.Address,
                Port = parsed.GetValue(port) ?? options.Port,
                ApiKeys = keys,
                CertificatePath = parsed.GetValue(certificate) ?? options.CertificatePath,
                CertificateKeyPath = parsed.GetValue(certificateKey) ?? options.CertificateKeyPath,
                AllowedOrigins = parsed.GetValue(origins) is { Length: > 0 } given ? given : options.AllowedOrigins,
            });
        });
        return command;
    }

    private static CliServices WithEngine(CliServices services, int? queueDelay, int? batchSteps)
    {
        if (queueDelay is null && batchSteps is null)
        {
            return services;
        }

        var options = new EngineOptions { MaxQueueDelay = queueDelay is { } delay ? TimeSpan.FromMilliseconds(delay) : null };
        options = batchSteps is { } steps ? options with { MaxBatchSteps = steps } : options;
        return services with { CreateEngine = store => RecognitionEngine.Create(store, options) };
    }

    private static string[] Keys(string? list) => (list ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static async Task<int> RunAsync(CliServices services, string engineName, string? data, string logFormat, ServerOptions options)
    {
        await using ServerState state = await StateAccess.OpenAsync(services, data);
        await using IRecognitionEngine engine = engineName == ProtocolOnlyEngine.PackName ? new ProtocolOnlyEngine() : await EngineFactory.OpenAsync(services);
        await PreloadAsync(engine, services.Stop);
        await using WebApplication app = Build(options with { State = state }, engine, logging => ServerLogging.Configure(logging, logFormat));
        try
        {
            await ParaformerServer.StartAsync(app, services.Stop);
        }
        catch (ServerStartException problem)
        {
            throw Translate(problem, ExitCodes.Failed);
        }

        await using var reload = new ReloadSignal(engine, services.Console);
        services.Console.WriteLine($"listening on {ParaformerServer.GetEndpoint(app)} ({EngineFactory.Summary(engine)})");
        await WaitAsync(services.Stop);
        services.Console.Note("stopping: running tasks are finished first; Ctrl+C again stops at once");
        await app.StopAsync(CancellationToken.None);
        return ExitCodes.Ok;
    }

    private static WebApplication Build(ServerOptions options, IRecognitionEngine engine, Action<ILoggingBuilder> log)
    {
        try
        {
            return ParaformerServer.Build(options, engine, log);
        }
        catch (ServerStartException problem)
        {
            throw Translate(problem, ExitCodes.Usage);
        }
    }

    private static CliException Translate(ServerStartException problem, int exitCode) => problem.LacksKeys
        ? new CliException(ExitCodes.Usage, problem.Message.TrimEnd('.') + $" (make one with paraformer keys create, or name them in {KeysVariable}, separated by commas)", problem)
        : new CliException(exitCode, problem.Message, problem);

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
