using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Paraformer.Testing;

/// <summary>One connection through a <see cref="FaultProxy"/>.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Running the connection disposes of both sockets.")]
internal sealed class ProxiedConnection(Socket client, ConnectionFaults faults, int seed)
{
    private const int PieceBytes = 16 * 1024;
    private const int PiecesUnderWay = 64;

    private readonly Socket _server = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly TaskCompletionSource<Cut> _cut = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void CutNow(Cut cut) => _cut.TrySetResult(cut);

    public async Task RunAsync(IPEndPoint upstream, CancellationToken cancellationToken)
    {
        using Socket near = client, far = _server;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        near.NoDelay = true;
        Task both = Task.CompletedTask;
        try
        {
            await far.ConnectAsync(upstream, stop.Token);
            both = Task.WhenAll(
                PumpAsync(near, far, faults.Upstream, new Random(seed), stop.Token), PumpAsync(far, near, faults.Downstream, new Random(~seed), stop.Token));
            Task ended = await Task.WhenAny(both, _cut.Task).WaitAsync(stop.Token);
            if (ended == _cut.Task)
            {
                await EndAsync(await _cut.Task, stop);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            near.LingerState = new LingerOption(true, 0);
        }

        await stop.CancelAsync();
        await both.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task EndAsync(Cut cut, CancellationTokenSource stop)
    {
        CancellationToken proxyStops = stop.Token;
        switch (cut)
        {
            case Cut.Reset:
                client.LingerState = new LingerOption(true, 0);
                _server.LingerState = new LingerOption(true, 0);
                break;
            case Cut.Stall:
                LinkFaults stalled = faults.Upstream.CutAfterBytes is not null ? faults.Upstream : faults.Downstream;
                await Task.Delay(stalled.StallTimeout ?? Timeout.InfiniteTimeSpan, proxyStops);
                break;
            default:
                break;
        }
    }

    private async Task PumpAsync(Socket from, Socket to, LinkFaults link, Random random, CancellationToken cancellationToken)
    {
        var underWay = Channel.CreateBounded<(long Due, byte[] Data)>(PiecesUnderWay);
        Task writing = WriteAsync(underWay.Reader, to, link, random, cancellationToken);
        byte[] buffer = new byte[PieceBytes];
        long passed = 0;
        long lastDue = 0;
        try
        {
            while (true)
            {
                int length = passed == link.CutAfterBytes ? 0 : await from.ReceiveAsync(buffer, cancellationToken);
                bool isCut = link.CutAfterBytes is { } limit && passed + length >= limit;
                length = isCut ? (int)(link.CutAfterBytes!.Value - passed) : length;
                if (length == 0 && !isCut)
                {
                    break;
                }

                passed += length;
                TimeSpan delay = link.Latency + (link.Jitter * random.NextDouble());
                lastDue = Math.Max(lastDue, Environment.TickCount64 + (long)delay.TotalMilliseconds);
                await underWay.Writer.WriteAsync((lastDue, buffer.AsSpan(0, length).ToArray()), cancellationToken);
                if (isCut)
                {
                    underWay.Writer.Complete();
                    await writing;
                    CutNow(link.Cut);
                    return;
                }
            }

            underWay.Writer.Complete();
            await writing;
            await Task.Delay(link.SlowClose, cancellationToken);
            to.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            CutNow(Cut.Reset);
        }
        finally
        {
            underWay.Writer.TryComplete();
            await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task WriteAsync(ChannelReader<(long Due, byte[] Data)> pieces, Socket to, LinkFaults link, Random random, CancellationToken cancellationToken)
    {
        await foreach ((long due, byte[] data) in pieces.ReadAllAsync(cancellationToken))
        {
            long wait = due - Environment.TickCount64;
            if (wait > 0)
            {
                await Task.Delay((int)wait, cancellationToken);
            }

            for (int at = 0; at < data.Length;)
            {
                int length = link.SliceBytes is { } slice ? Math.Min(data.Length - at, random.Next(1, slice + 1)) : data.Length - at;
                // A cut in the other direction stops this one as well.
                if (_cut.Task.IsCompleted)
                {
                    return;
                }

                await SendAllAsync(to, data.AsMemory(at, length), cancellationToken);
                at += length;
                TimeSpan pause = link.SliceDelay + (link.BytesPerSecond is { } rate ? TimeSpan.FromSeconds((double)length / rate) : TimeSpan.Zero);
                if (pause > TimeSpan.Zero)
                {
                    await Task.Delay(pause, cancellationToken);
                }
            }
        }
    }

    private static async Task SendAllAsync(Socket to, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        while (!data.IsEmpty)
        {
            data = data[await to.SendAsync(data, cancellationToken)..];
        }
    }
}
