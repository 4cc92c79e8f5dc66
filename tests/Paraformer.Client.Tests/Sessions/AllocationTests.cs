using Paraformer.Client.Tests.Support;
using Paraformer.Protocol;

namespace Paraformer.Client.Tests.Sessions;

/// <summary>Sending costs the caller no allocation, whether or not the audio is kept for a reconnection.</summary>
public sealed class AllocationTests
{
    private const int Frames = 2000;

    private static CancellationToken Ct => TestLimit.Token;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Sending_frames_allocates_nothing_on_the_callers_thread(bool reconnect)
    {
        byte[] frame = new byte[3200];
        var service = new FakeService(async task =>
        {
            await task.StartAsync();
            while ((await task.Connection.ReceiveAsync(Ct)).Kind == FrameKind.Binary)
            {
            }

            await task.FinishAsync();
        });
        await using RecognitionClient client = service.CreateClient(
            o => o with { Reconnect = reconnect ? ReconnectPolicy.Default : ReconnectPolicy.Off, SendQueueBytes = Frames * 3 * 3200 });
        await using RecognitionSession session = await client.StartAsync(new RecognitionOptions(ParaformerModel.RealtimeV2, AudioFormat.Pcm, 16000), Ct);
        Send();
        await SentAsync();
        Send();
        await SentAsync();

        long allocated = Send();

        // A pool that is shared with other tests may be empty now and then; a cost of one object in each frame would be 24 bytes or more.
        Assert.InRange(allocated, 0, Frames * 2);
        await session.FinishAsync(Ct);
        await session.Results.ToListAsync(Ct);

        long Send()
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < Frames; i++)
            {
                ValueTask sent = session.SendAsync(frame, Ct);
                Assert.True(sent.IsCompletedSuccessfully);
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
