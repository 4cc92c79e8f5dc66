using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Paraformer.Server.Hosting;

/// <summary>Where the server listens, checked.</summary>
/// <param name="Address">As the user wrote it.</param>
/// <param name="Ip">The IP address; null for <c>localhost</c>, which is both loopback addresses.</param>
/// <param name="Port">0 for a free one.</param>
internal sealed record ListenAddress(string Address, IPAddress? Ip, int Port)
{
    /// <exception cref="ServerStartException">The address or port is not one, or an open server would be reachable from elsewhere.</exception>
    public static ListenAddress Parse(ServerOptions options)
    {
        if (options.Port is < 0 or > 65535)
        {
            throw new ServerStartException($"The port is {options.Port}; it must lie between 0 and 65535.");
        }

        IPAddress? ip = options.Address switch
        {
            "*" => IPAddress.IPv6Any,
            "localhost" => options.Port == 0 ? IPAddress.Loopback : null,
            _ when IPAddress.TryParse(options.Address, out IPAddress? parsed) => parsed,
            _ => throw new ServerStartException($"'{options.Address}' is not an address to listen on: give an IP address, localhost, or * for all."),
        };
        if (ip is not null && !IPAddress.IsLoopback(ip) && options.ApiKeys.Count == 0 && options.State is null)
        {
            throw NeedsKeys(options.Address);
        }

        return new ListenAddress(options.Address, ip, options.Port);
    }

    /// <summary>Whether only this machine can reach it.</summary>
    public bool IsLoopback => Ip is null || IPAddress.IsLoopback(Ip);

    public static ServerStartException NeedsKeys(string address) =>
        new($"Listening on {address} would open the service to other machines without API keys: set API keys, or listen on 127.0.0.1.") { LacksKeys = true };

    public void Apply(KestrelServerOptions kestrel, Action<ListenOptions> configure)
    {
        if (Ip is null)
        {
            kestrel.ListenLocalhost(Port, configure);
        }
        else
        {
            kestrel.Listen(Ip, Port, configure);
        }
    }

    /// <summary>Why listening failed, in one line.</summary>
    public string Explain(Exception exception)
    {
        SocketError? error = FindSocketError(exception);
        return error switch
        {
            SocketError.AddressAlreadyInUse => $"Port {Port} on {Address} is already in use: stop the program that uses it, or choose another port.",
            SocketError.AccessDenied => $"Port {Port} on {Address} may not be used by this user: choose a port from 1024 on.",
            SocketError.AddressNotAvailable => $"This machine has no address {Address}: listen on one of its own, 127.0.0.1 for this machine only.",
            _ => $"Cannot listen on port {Port} of {Address}: {exception.Message}",
        };
    }

    private static SocketError? FindSocketError(Exception? exception) => exception switch
    {
        null => null,
        SocketException e => e.SocketErrorCode,
        AggregateException e => e.InnerExceptions.Select(FindSocketError).FirstOrDefault(error => error is not null),
        _ => FindSocketError(exception.InnerException),
    };
}
