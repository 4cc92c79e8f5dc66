using CsCheck;

namespace Paraformer.Client.Tests.Reconnecting;

public sealed class ReplayBufferTests
{
    [Fact]
    public void It_keeps_the_last_bytes_of_a_stream_whatever_is_appended_and_discarded()
    {
        Gen.Select(Gen.Int[1, 200_000], Gen.Select(Gen.Int[0, 20_000], Gen.Int[0, 30_000]).Array[1, 60]).Sample((capacity, steps) =>
        {
            using var buffer = new ReplayBuffer();
            var stream = new List<byte>();
            long start = 0;
            foreach ((int append, int discard) in steps)
            {
                byte[] data = [.. Enumerable.Range(stream.Count, append).Select(i => (byte)(i * 31 % 251))];
                stream.AddRange(data);
                buffer.Append(data, capacity);
                start = Math.Max(start, stream.Count - capacity);
                if (discard % 3 == 0)
                {
                    start = Math.Min(stream.Count, start + discard);
                    buffer.DiscardBefore(start);
                }

                byte[] kept = new byte[stream.Count - start];
                Assert.Equal((start, stream.Count), (buffer.Start, buffer.End));
                Assert.Equal(kept.Length, buffer.Read(start, kept));
                Assert.True(kept.AsSpan().SequenceEqual(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(stream)[(int)start..]));
            }
        }, iter: 40);
    }

    [Fact]
    public void A_steady_stream_costs_no_allocation()
    {
        using var buffer = new ReplayBuffer();
        byte[] frame = new byte[3200];
        Append();
        long before = GC.GetAllocatedBytesForCurrentThread();

        Append();

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Append()
        {
            for (int i = 0; i < 1000; i++)
            {
                buffer.Append(frame, 960_000);
            }
        }
    }

    [Fact]
    public void What_is_not_kept_cannot_be_read()
    {
        using var buffer = new ReplayBuffer();
        buffer.Append(new byte[10], 4);

        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.Read(5, new byte[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.Read(11, new byte[1]));
        Assert.Equal(0, buffer.Read(10, new byte[1]));
    }
}
