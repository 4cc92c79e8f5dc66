using System.CommandLine;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Paraformer.Cli.Commands;

/// <summary><c>paraformer version</c>.</summary>
internal static class VersionCommand
{
    /// <summary>The product's version without build metadata.</summary>
    public static string Version { get; } = typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    public static Command Create(CliServices services)
    {
        var command = new Command("version", "Show the version of the program and of the platform it runs on.");
        command.SetAction(_ =>
        {
            services.Console.WriteLine($"paraformer {Version} ({RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier})");
            return ExitCodes.Ok;
        });
        return command;
    }
}
