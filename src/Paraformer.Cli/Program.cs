using Paraformer.Cli;
using Paraformer.Cli.Terminal;

using var signals = new StopSignals();
return await CliApp.RunAsync(args, new CliServices { Console = CliConsole.System(), Stop = signals.Token });
