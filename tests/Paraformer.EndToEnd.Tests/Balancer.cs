using System.Net;
using System.Net.Sockets;

namespace Paraformer.EndToEnd.Tests;

/// <summary>A load balancer in small: each connection goes to the first server that takes it, and ends when one of its ends does.</summary>
internal sealed class Balancer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly IPEndPoint[] _servers;
    private readonly int[] _connections;
    private readonly Task _accepting;

    public Balancer(params Uri[] servers)
    {
        _servers = [.. servers.Select(server => new IPEndPoint(IPAddress.Loopback, server.Port))];
        _connections = new int[servers.Length];
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public Uri Endpoint => new($"ws://{_listener.LocalEndpoint}/api-ws/v1/inference");

    /// <summary>How many connections each server has taken.</summary>
    public IReadOnlyList<int> Connections => _connections;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var relays = new List<Task>();
        try
        {
            while (true)
            {
                relays.Add(RelayAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(relays);
        }
    }

    private async Task RelayAsync(TcpClient client)
    {
        using (client)
        {
            for (int i = 0; i < _servers.Length; i++)
            {
                using var server = new TcpClient { NoDelay = true };
                try
                {
                    await server.ConnectAsync(_servers[i]);
                }
                catch (SocketException)
                {
                    continue;
                }

                Interlocked.Increment(ref _connections[i]);
                client.NoDelay = true;
                await Task.WhenAny(CopyAsync(client, server), CopyAsync(server, client));
                return;
            }
        }
    }

    private async Task CopyAsync(TcpClient from, TcpClient to)
    {
        try
        {
            await from.GetStream().CopyToAsync(to.GetStream(), _stop.Token);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // One end is gone; the other is closed with it.
            return;
        }
    }
}
