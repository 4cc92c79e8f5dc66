using Paraformer.Protocol;
using Paraformer.Service;

namespace Paraformer.Server;

/// <summary>Where the server listens, who may use it, and its limits.</summary>
public sealed record ServerOptions
{
    /// <summary>
    /// The address to listen on: an IP address, <c>localhost</c>, or <c>*</c> for all. Default <c>127.0.0.1</c>, which only
    /// this machine reaches; any other than a loopback address requires <see cref="ApiKeys"/>.
    /// </summary>
    public string Address { get; init; } = "127.0.0.1";

    /// <summary>The port to listen on, 0 to 65535; 0 takes a free one. Default 8765.</summary>
    public int Port { get; init; } = 8765;

    /// <summary>The keys that clients may use. Default none: the server is open, which only a loopback address allows.</summary>
    public IReadOnlyList<string> ApiKeys { get; init; } = [];

    /// <summary>Connections that may be open at the same time, idle ones included; further ones are refused. Default 10,000.</summary>
    public int MaxConnections { get; init; } = 10_000;

    /// <summary>How often a connection on which nothing is sent gets a keep-alive frame. It asks for no answer. Default 30 s.</summary>
    public TimeSpan KeepAliveInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Limits and times of the tasks.</summary>
    public RecognitionServiceOptions Service { get; init; } = new();

    /// <summary>Limits of a client's messages. The default for a text message is 256 KiB.</summary>
    public WebSocketConnectionOptions Messages { get; init; } = new() { MaxTextMessageBytes = 256 * 1024 };

    /// <summary>The clock; the system's by default.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
