using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Paraformer.Server.Tests.Support;
using Paraformer.Service.Tests.Fakes;

namespace Paraformer.Server.Tests.Hosting;

public sealed class StartTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    public async Task A_port_in_use_is_one_clear_line(string address)
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        int port = ((IPEndPoint)other.LocalEndpoint).Port;
        await using WebApplication app = ParaformerServer.Build(new ServerOptions { Address = address, Port = port }, new ScriptedEngine());
        ServerStartException e = await Assert.ThrowsAsync<ServerStartException>(() => ParaformerServer.StartAsync(app, TestContext.Current.CancellationToken));
        Assert.Equal($"Port {port} on {address} is already in use: stop the program that uses it, or choose another port.", e.Message);
    }

    [Fact]
    public async Task An_address_of_another_machine_is_one_clear_line()
    {
        // 192.0.2.0/24 is set aside for documentation: no machine has it.
        await using WebApplication app = ParaformerServer.Build(new ServerOptions { Address = "192.0.2.1", Port = 0, ApiKeys = ["k"] }, new ScriptedEngine());
        ServerStartException e = await Assert.ThrowsAsync<ServerStartException>(() => ParaformerServer.StartAsync(app, TestContext.Current.CancellationToken));
        Assert.Contains("no address 192.0.2.1", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("*")]
    [InlineData("::")]
    [InlineData("10.1.2.3")]
    public void A_public_address_without_keys_is_refused(string address)
    {
        ServerStartException e = Assert.Throws<ServerStartException>(() => ParaformerServer.Build(new ServerOptions { Address = address }, new ScriptedEngine()));
        Assert.Contains("set API keys", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("example.org", 8765, "'example.org'")]
    [InlineData("127.0.0.1", 65536, "65536")]
    [InlineData("127.0.0.1", -1, "-1")]
    public void An_address_or_port_that_is_none_is_refused(string address, int port, string expected)
    {
        ServerStartException e = Assert.Throws<ServerStartException>(
            () => ParaformerServer.Build(new ServerOptions { Address = address, Port = port }, new ScriptedEngine()));
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
    }

    public static TheoryData<ServerOptions, string> BadLimits() => new()
    {
        { new ServerOptions { Service = new() { MaxSessions = 0 } }, "Service.MaxSessions is 0" },
        { new ServerOptions { Service = new() { Quota = new() { MaxSessionsPerKey = 0 } } }, "Service.Quota.MaxSessionsPerKey is 0" },
        { new ServerOptions { Service = new() { Quota = new() { MaxSubmissionsPerSecond = -1 } } }, "Service.Quota.MaxSubmissionsPerSecond is -1" },
        { new ServerOptions { Service = new() { IdleTimeout = TimeSpan.Zero } }, "Service.IdleTimeout is 00:00:00" },
        { new ServerOptions { MaxApiRequestsPerSecond = 0 }, "MaxApiRequestsPerSecond must be positive" },
        { new ServerOptions { MaxVocabulariesPerAccount = -1 }, "MaxVocabulariesPerAccount must be positive" },
        { new ServerOptions { MaxPhraseListsPerAccount = 0 }, "MaxPhraseListsPerAccount must be positive" },
    };

    [Fact]
    public void A_limit_that_lets_nothing_through_is_refused_at_the_start() => Assert.All(
        BadLimits().Select(row => row.Data),
        row => Assert.StartsWith(row.Item2, Assert.Throws<ServerStartException>(() => ParaformerServer.Build(row.Item1, new ScriptedEngine())).Message, StringComparison.Ordinal));

    [Fact]
    public async Task A_public_address_with_keys_is_served()
    {
        await using RunningServer server = await RunningServer.StartAsync(new ServerOptions { Address = "0.0.0.0", ApiKeys = ["k"] });
        Assert.Equal("127.0.0.1", server.Endpoint.Host);
        await using SocketClient client = await SocketClient.ConnectAsync(new Uri(server.Endpoint + "?api_key=k"));
        await client.RunTaskAsync(Guid.NewGuid().ToString());
    }
}
