using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Paraformer.Testing;

/// <summary>
/// A TCP proxy on this machine that spoils connections on purpose. What it does to a connection is decided when the
/// connection is made; the random parts come from the seed.
/// </summary>
public sealed class FaultProxy : IAsyncDisposable
{
    private readonly IPEndPoint _upstream;
    private readonly Func<int, ConnectionFaults> _faults;
    private readonly int _seed;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<ProxiedConnection, Task> _open = new();
    private readonly Lock _gate = new();
    private TcpListener? _listener;
    private Task _accepting = Task.CompletedTask;
    private int _connections;

    /// <summary>Starts a proxy.</summary>
    /// <param name="upstream">The server behind it.</param>
    /// <param name="faults">What to do to each connection, by its number from 0; null for nothing.</param>
    /// <param name="seed">Seeds what is random.</param>
    public FaultProxy(IPEndPoint upstream, Func<int, ConnectionFaults>? faults = null, int seed = 0)
    {
        _upstream = upstream;
        _faults = faults ?? (_ => ConnectionFaults.None);
        _seed = seed;
        Endpoint = new IPEndPoint(IPAddress.Loopback, 0);
        Up();
    }

    /// <summary>Where clients connect.</summary>
    public IPEndPoint Endpoint { get; private set; }

    /// <summary>How many connections there have been.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>How many connections are open, half-open ones included.</summary>
    public int OpenConnections => _open.Count;

    /// <summary>An address with the host and port of this proxy.</summary>
    public Uri Address(string scheme, string path) => new($"{scheme}://{Endpoint}{path}");

    /// <summary>Refuses new connections and resets those that are open.</summary>
    public void Down()
    {
        lock (_gate)
        {
            _listener?.Stop();
            _listener = null;
        }

        CutAll(Cut.Reset);
    }

    /// <summary>Accepts connections again, on the same port.</summary>
    public void Up()
    {
        lock (_gate)
        {
            if (_listener is not null)
            {
                return;
            }

            var listener = new TcpListener(Endpoint) { ExclusiveAddressUse = false };
            listener.Server.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            listener.Start();
            _listener = listener;
            Endpoint = (IPEndPoint)listener.LocalEndpoint;
            _accepting = Task.WhenAll(_accepting, AcceptAsync(listener));
        }
    }

    /// <summary>Cuts the connections that are open.</summary>
    public void CutAll(Cut cut)
    {
        foreach (ProxiedConnection connection in _open.Keys)
        {
            connection.CutNow(cut);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        lock (_gate)
        {
            _listener?.Stop();
        }

        await _accepting;
        CutAll(Cut.Close);
        await Task.WhenAll(_open.Values);
        _stop.Dispose();
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        while (true)
        {
            Socket client;
            try
            {
                client = await listener.AcceptSocketAsync(_stop.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }

            int number = Interlocked.Increment(ref _connections) - 1;
            var connection = new ProxiedConnection(client, _faults(number), HashCode.Combine(_seed, number));
            var ended = new TaskCompletionSource();
            _open.TryAdd(connection, ended.Task);
            _ = Task.Run(async () =>
            {
                await connection.RunAsync(_upstream, _stop.Token);
                _open.TryRemove(connection, out _);
                ended.SetResult();
            });
        }
    }
}
