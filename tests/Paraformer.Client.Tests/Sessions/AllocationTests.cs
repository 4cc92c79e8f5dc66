using Paraformer.Client.Tests.Support;
using Paraformer.Protocol;

namespace Paraformer.Client.Tests.Sessions;

/// <summary>Sending costs the caller no allocation, whether or not the audio is kept for a reconnection.</summary>
public sealed class AllocationTests
{
    private const int Frames = 2000;
    private const int Together = 8;

    private static CancellationToken Ct => TestLimit.Token;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Sending_frames_allocates_nothing_on_the_callers_thread(bool reconnect)
    {
        byte[] frame = new byte[3200];
        CancellationToken ct = Ct;
        var service = new FakeService(async task =>
        {
            await task.StartAsync();
            while ((await task.Connection.ReceiveAsync(Ct)).Kind == FrameKind.Binary)
            {
            }

            await task.FinishAsync();
        });
        await using RecognitionClient client = service.CreateClient(
            o => o with { Reconnect = reconnect ? ReconnectPolicy.Default : ReconnectPolicy.Off, SendQueueBytes = 2 * Together * 3200 });
        await using RecognitionSession session = await client.StartAsync(new RecognitionOptions(ParaformerModel.RealtimeV2, AudioFormat.Pcm, 16000), Ct);
        await SendAllAsync();

        Assert.Equal(0, await SendAllAsync());

        await session.FinishAsync(Ct);
        await session.Results.ToListAsync(Ct);

        async Task<long> SendAllAsync()
        {
            long allocated = 0;
            for (int i = 0; i < Frames; i += Together)
            {
                allocated += Send();
                await SentAsync();
            }

            return allocated;
        }

        long Send()
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < Together; i++)
            {
                ValueTask sent = session.SendAsync(frame, ct);
                if (!sent.IsCompletedSuccessfully)
                {
                    throw new InvalidOperationException("Sending had to wait.");
                }
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        async Task SentAsync()
        {
            while (session.Queue.QueuedBytes > 0)
            {
                await Task.Delay(1, Ct);
            }
        }
    }
}
