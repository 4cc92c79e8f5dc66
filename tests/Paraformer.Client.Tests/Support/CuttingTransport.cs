using System.Collections.Concurrent;
using Paraformer.Protocol;

namespace Paraformer.Client.Tests.Support;

/// <summary>Connects in this process; the first connections are lost after so many messages each.</summary>
internal sealed class CuttingTransport(Func<IMessageConnection, CancellationToken, Task> serve, int[] cuts) : IRecognitionTransport
{
    private readonly ConcurrentQueue<Task> _serving = new();
    private int _connections;

    public ValueTask<IMessageConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        (InProcessConnection client, InProcessConnection server) = InProcessConnection.CreatePair();
        _serving.Enqueue(Task.Run(
            async () =>
            {
                await using (server)
                {
                    await serve(server, TestLimit.Token);
                }
            },
            CancellationToken.None));
        int number = Interlocked.Increment(ref _connections) - 1;
        return new(number < cuts.Length ? new CutConnection(client, cuts[number]) : client);
    }

    public async ValueTask DisposeAsync() => await Task.WhenAll(_serving);

    private sealed class CutConnection(InProcessConnection inner, int messages) : IMessageConnection
    {
        private int _left = messages;

        public async ValueTask<Frame> ReceiveAsync(CancellationToken cancellationToken)
        {
            Frame frame = await inner.ReceiveAsync(cancellationToken);
            await CountAsync();
            return frame;
        }

        public async ValueTask SendTextAsync(ReadOnlyMemory<byte> utf8, CancellationToken cancellationToken)
        {
            await CountAsync();
            await inner.SendTextAsync(utf8, cancellationToken);
        }

        public async ValueTask SendBinaryAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
        {
            await CountAsync();
            await inner.SendBinaryAsync(data, cancellationToken);
        }

        public ValueTask CloseAsync(int status, string reason, CancellationToken cancellationToken) => inner.CloseAsync(status, reason, cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();

        private async ValueTask CountAsync()
        {
            if (Interlocked.Decrement(ref _left) < 0)
            {
                await inner.DisposeAsync();
                throw new ConnectionLostException("Cut.");
            }
        }
    }
}
