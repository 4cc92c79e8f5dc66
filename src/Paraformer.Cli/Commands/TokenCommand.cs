using System.CommandLine;
using System.Globalization;
using Paraformer.Client;

namespace Paraformer.Cli.Commands;

/// <summary><c>paraformer token</c>: a temporary key for an app that must not hold the real one.</summary>
internal static class TokenCommand
{
    private const int MaxSeconds = 1800;
    private const int DefaultSeconds = 60;

    public static Command Create(CliServices services)
    {
        Option<Uri?> endpoint = ServiceAccess.Endpoint();
        var seconds = new Option<int>("--expire-in") { Description = "How long it is valid, in seconds.", HelpName = "SECONDS", DefaultValueFactory = _ => DefaultSeconds };
        CommonOptions.Between(seconds, 1, MaxSeconds, "seconds");
        var command = new Command("token", "Make a temporary key of a service and print it.") { seconds, endpoint };
        command.SetAction((parsed, _) => ServiceAccess.RunAsync(parsed.GetValue(endpoint), async () =>
        {
            using var tokens = new TemporaryTokenService(ServiceAccess.Options(services, parsed.GetValue(endpoint)));
            TemporaryToken token = await tokens.CreateAsync(TimeSpan.FromSeconds(parsed.GetValue(seconds)), services.Stop);
            services.Console.WriteLine(token.Token);
            services.Console.Note(string.Create(CultureInfo.InvariantCulture, $"valid until {token.ExpiresAt.ToUniversalTime():yyyy-MM-dd HH:mm:ss} UTC"));
        }));
        return command;
    }
}
