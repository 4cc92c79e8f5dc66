using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Paraformer.Service;
using Paraformer.Service.Limits;

namespace Paraformer.Server.Limits;

/// <summary>
/// Counts the network's connections before anything is read from them, so that those that never send a request count too. One
/// that is over a limit gets an HTTP answer, in plain text where TLS would follow, and is closed.
/// </summary>
internal sealed class ConnectionLimiter(int maxConnections, int maxPerAddress, ServiceMetrics metrics)
{
    private readonly ConcurrentDictionary<IPAddress, int> _addresses = new();
    private int _connections;

    public async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (Interlocked.Increment(ref _connections) > maxConnections)
        {
            Interlocked.Decrement(ref _connections);
            metrics.Refused(LimitNames.Connections);
            await RefuseAsync(connection, "503 Service Unavailable", Failure.Full);
            return;
        }

        IPAddress? address = maxPerAddress > 0 ? (connection.RemoteEndPoint as IPEndPoint)?.Address : null;
        try
        {
            if (address is null)
            {
                await next(connection);
            }
            else
            {
                await RunAsync(connection, address, next);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _connections);
        }
    }

    private async Task RunAsync(ConnectionContext connection, IPAddress address, ConnectionDelegate next)
    {
        int count = _addresses.AddOrUpdate(address, 1, static (_, count) => count + 1);
        try
        {
            if (count <= maxPerAddress)
            {
                await next(connection);
                return;
            }

            metrics.Refused(LimitNames.ConnectionsPerAddress);
            await RefuseAsync(connection, "429 Too Many Requests", Failure.QuotaExceeded);
        }
        finally
        {
            Leave(address);
        }
    }

    private void Leave(IPAddress address)
    {
        int left = _addresses.AddOrUpdate(address, 0, static (_, count) => count - 1);
        if (left == 0)
        {
            _addresses.TryRemove(new KeyValuePair<IPAddress, int>(address, 0));
        }
    }

    private static async Task RefuseAsync(ConnectionContext connection, string status, Failure failure)
    {
        string body = $$"""{"code":"{{failure.Code}}","message":"{{failure.Message}}","request_id":"{{Guid.NewGuid()}}"}""";
        string answer = $"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: {body.Length}\r\n\r\n{body}";
        try
        {
            await connection.Transport.Output.WriteAsync(Encoding.ASCII.GetBytes(answer), connection.ConnectionClosed);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            connection.Abort();
        }
    }
}
