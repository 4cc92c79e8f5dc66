using System.Collections;
using Paraformer.Cli.Serving;
using Paraformer.Server;
using Paraformer.Service.Limits;

namespace Paraformer.Cli.Tests.Serving;

public sealed class ServerConfigurationTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void The_environment_wins_over_the_file_and_the_file_over_the_defaults()
    {
        File.WriteAllText(_file, """{ "Port": 9000, "MaxConnections": 7, "AllowedOrigins": ["https://a.example"], "Service": { "DrainTimeout": "00:01:00" } }""");

        ServerOptions options = ServerConfiguration.Load(_file, new Hashtable
        {
            ["PARAFORMER_SERVER__Port"] = "9001",
            ["PARAFORMER_SERVER__Service__IdleTimeout"] = "00:00:05",
            ["PARAFORMER_SERVER__Metrics"] = "Everyone",
            ["OTHER"] = "x",
        });

        Assert.Equal((9001, 7, "127.0.0.1"), (options.Port, options.MaxConnections, options.Address));
        Assert.Equal(["https://a.example"], options.AllowedOrigins!);
        Assert.Equal((TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(5)), (options.Service.DrainTimeout, options.Service.IdleTimeout));
        Assert.Equal(new ServerOptions().Service.FrameTimeout, options.Service.FrameTimeout);
        Assert.Equal(MetricsAccess.Everyone, options.Metrics);
    }

    [Fact]
    public void The_command_line_sets_any_option_and_wins()
    {
        ServerOptions options = ServerConfiguration.Load(
            null, new Hashtable { ["PARAFORMER_SERVER__Service__MaxSessions"] = "5" }, ["Service.MaxSessions=7", "Service.Quota.MaxSessionsPerKey = 3", "AllowedHosts.0=a.example"]);

        Assert.Equal((7, 3), (options.Service.MaxSessions, options.Service.Quota.MaxSessionsPerKey));
        Assert.Equal(["a.example"], options.AllowedHosts!);
    }

    [Theory]
    [InlineData("Service.MaxSessions", "NAME=VALUE")]
    [InlineData("Service.MaxSesions=7", "MaxSesions")]
    [InlineData("Service.MaxSessions=many", "many")]
    public void A_setting_that_means_nothing_is_an_error_that_names_it(string setting, string named)
    {
        CliException e = Assert.Throws<CliException>(() => ServerConfiguration.Load(null, new Hashtable(), [setting]));

        Assert.Equal(ExitCodes.Usage, e.ExitCode);
        Assert.Contains(named, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_reference_names_every_option()
    {
        string reference = File.ReadAllText(Path.Combine(FindRoot(), "docs", "server.md"));

        Assert.All(Names(typeof(ServerOptions)), name => Assert.Contains($"`{name}`", reference, StringComparison.Ordinal));
    }

    [Fact]
    public void Without_a_file_and_variables_the_defaults_apply() =>
        Assert.Equal(new ServerOptions().Service, ServerConfiguration.Load(null, new Hashtable()).Service);

    [Theory]
    [InlineData("""{ "Prot": 9000 }""", "Prot")]
    [InlineData("""{ "Port": "many" }""", "many")]
    [InlineData("""{ "Service": { "DrainTimeout": "soon" } }""", "DrainTimeout")]
    [InlineData("""{ "Port": """, "JSON")]
    public void What_means_nothing_is_an_error_that_names_it(string json, string named)
    {
        File.WriteAllText(_file, json);

        CliException e = Assert.Throws<CliException>(() => ServerConfiguration.Load(_file, new Hashtable()));

        Assert.Equal(ExitCodes.Usage, e.ExitCode);
        Assert.Contains(named, e.Message, StringComparison.Ordinal);
        Assert.Contains(_file, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_told() =>
        Assert.Contains("there is no such file", Assert.Throws<CliException>(() => ServerConfiguration.Load(_file + ".absent", new Hashtable())).Message, StringComparison.Ordinal);

    [Fact]
    public void The_example_in_the_repository_is_valid()
    {
        Assert.Equal("*", ServerConfiguration.Load(Path.Combine(FindRoot(), "deploy", "server.example.json"), new Hashtable()).Address);
    }

    // What only a program can give, the state, the clock and the quota, has no name in a configuration.
    private static IEnumerable<string> Names(Type group, string prefix = "") => group.GetProperties()
        .Where(property => property.CanWrite && property.PropertyType != typeof(TimeProvider) && property.Name is not ("State" or "Quota") || property.PropertyType == typeof(SessionQuotaOptions))
        .SelectMany(property => property.PropertyType.Namespace!.StartsWith("Paraformer", StringComparison.Ordinal) && property.PropertyType.IsClass
            ? Names(property.PropertyType, $"{prefix}{property.Name}.")
            : [prefix + property.Name]);

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "deploy", "server.example.json")))
        {
            folder = folder.Parent;
        }

        Assert.NotNull(folder);
        return folder.FullName;
    }
}
