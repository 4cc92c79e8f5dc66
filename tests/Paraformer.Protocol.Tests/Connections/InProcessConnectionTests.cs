using System.Text;

namespace Paraformer.Protocol.Tests;

public class InProcessConnectionTests
{
    private static readonly CancellationToken Hang = new CancellationTokenSource(TimeSpan.FromMinutes(5)).Token;

    [Fact]
    public async Task Text_and_audio_go_both_ways_in_order()
    {
        (InProcessConnection a, InProcessConnection b) = InProcessConnection.CreatePair();

        await a.SendTextAsync("今天"u8.ToArray(), Hang);
        await a.SendBinaryAsync(new byte[] { 1, 2 }, Hang);
        await a.SendBinaryAsync(ReadOnlyMemory<byte>.Empty, Hang);
        await a.SendTextAsync(ReadOnlyMemory<byte>.Empty, Hang);
        await b.SendTextAsync("天气"u8.ToArray(), Hang);

        Assert.Equal((FrameKind.Text, "今天"), Show(await b.ReceiveAsync(Hang)));
        Assert.Equal((FrameKind.Binary, "\u0001\u0002"), Show(await b.ReceiveAsync(Hang)));
        Assert.Equal((FrameKind.Text, ""), Show(await b.ReceiveAsync(Hang)));
        Assert.Equal((FrameKind.Text, "天气"), Show(await a.ReceiveAsync(Hang)));
    }

    [Fact]
    public async Task The_senders_buffer_may_be_reused_at_once()
    {
        (InProcessConnection a, InProcessConnection b) = InProcessConnection.CreatePair();
        byte[] buffer = [1];

        await a.SendBinaryAsync(buffer, Hang);
        buffer[0] = 2;

        Assert.Equal([1], (await b.ReceiveAsync(Hang)).Data.ToArray());
    }

    [Fact]
    public async Task A_receive_that_waits_gets_what_comes()
    {
        (InProcessConnection a, InProcessConnection b) = InProcessConnection.CreatePair();
        ValueTask<Frame> receiving = b.ReceiveAsync(Hang);

        await a.SendTextAsync("x"u8.ToArray(), Hang);

        Assert.Equal((FrameKind.Text, "x"), Show(await receiving));
    }

    public static TheoryData<InProcessConnectionOptions> Small => new(
        new InProcessConnectionOptions { MaxQueuedBytes = 10 },
        new InProcessConnectionOptions { MaxQueuedFrames = 2 });

    [Theory]
    [MemberData(nameof(Small))]
    public async Task A_sender_waits_while_the_other_side_is_slow(InProcessConnectionOptions options)
    {
        (InProcessConnection a, InProcessConnection b) = InProcessConnection.CreatePair(options);
        await a.SendBinaryAsync(new byte[5], Hang);
        await a.SendBinaryAsync(new byte[5], Hang);

        Task third = a.SendBinaryAsync(new byte[5], Hang).AsTask();
        Assert.False(third.IsCompleted);

        await b.ReceiveAsync(Hang);
        await third;
    }

    [Fact]
    public async Task A_frame_larger_than_the_queue_passes_when_nothing_else_waits()
    {
        (InProcessConnection a, InProcessConnection b) = InProcessConnection.CreatePair(new InProcessConnectionOptions { MaxQueuedBytes = 10 });

        await a.SendBinaryAsync(new byte[100], Hang);

        Assert.Equal(100, (await b.ReceiveAsync(Hang)).Data.Length);
    }

    [Fact]
    public async Task A_send_that_waits_can_be_cancelled_and_the_next_goes_through()
    {
        (InProcessConnection a, InProcessConnection b) = InProcessConnection.CreatePair(new InProcessConnectionOptions { MaxQueuedFrames = 1 });
        await a.SendTextAsync("1"u8.ToArray(), Hang);
        using var cancellation = new CancellationTokenSource();
        Task second = a.SendTextAsync("2"u8.ToArray(), cancellation.Token).AsTask();

        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Task third = a.SendTextAsync("3"u8.ToArray(), Hang).AsTask();

        Assert.Equal((FrameKind.Text, "1"), Show(await b.ReceiveAsync(Hang)));
        Assert.Equal((FrameKind.Text, "3"), Show(await b.ReceiveAsync(Hang)));
        await third;
    }

    [Fact]
    public async Task A_receive_that_waits_can_be_cancelled_and_the_next_goes_through()
    {
        (InProcessConnection a, InProcessConnection b) = InProcessConnection.CreatePair();
        using var cancellation = new CancellationTokenSource();
        ValueTask<Frame> receiving = b.ReceiveAsync(cancellation.Token);

        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await receiving);
        await a.SendTextAsync("x"u8.ToArray(), Hang);

        Assert.Equal((FrameKind.Text, "x"), Show(await b.ReceiveAsync(Hang)));
    }

    [Fact]
    public async Task A_close_follows_what_was_sent_and_is_returned_again()
    {
        (InProcessConnection a, InProcessConnection b) = InProcessConnection.CreatePair();
        await a.SendTextAsync("last"u8.ToArray(), Hang);
        await a.CloseAsync(1000, "bye", Hang);
        await a.DisposeAsync();

        Assert.Equal((FrameKind.Text, "last"), Show(await b.ReceiveAsync(Hang)));
        for (int i = 0; i < 2; i++)
        {
            Frame close = await b.ReceiveAsync(Hang);
            Assert.Equal((FrameKind.Close, 1000, "bye"), (close.Kind, close.CloseStatus, close.CloseReason));
        }

        await Assert.ThrowsAsync<ConnectionLostException>(async () => await b.SendTextAsync("x"u8.ToArray(), Hang));
        await b.CloseAsync(1000, "", Hang);
    }

    [Fact]
    public async Task After_its_own_close_an_end_receives_the_close_and_cannot_send()
    {
        (InProcessConnection a, InProcessConnection b) = InProcessConnection.CreatePair();
        await b.SendTextAsync("unread"u8.ToArray(), Hang);

        await a.CloseAsync(1001, "going", Hang);

        Frame close = await a.ReceiveAsync(Hang);
        Assert.Equal((FrameKind.Close, 1001, "going"), (close.Kind, close.CloseStatus, close.CloseReason));
        await Assert.ThrowsAsync<ConnectionLostException>(async () => await a.SendTextAsync("x"u8.ToArray(), Hang));
    }

    [Fact]
    public async Task A_close_ends_receives_and_sends_that_wait_on_both_sides()
    {
        (InProcessConnection a, InProcessConnection b) = InProcessConnection.CreatePair(new InProcessConnectionOptions { MaxQueuedFrames = 1 });
        ValueTask<Frame> receiving = a.ReceiveAsync(Hang);
        await a.SendTextAsync("1"u8.ToArray(), Hang);
        Task sending = a.SendTextAsync("2"u8.ToArray(), Hang).AsTask();

        await b.CloseAsync(1000, "", Hang);

        Assert.Equal(FrameKind.Close, (await receiving).Kind);
        await Assert.ThrowsAsync<ConnectionLostException>(() => sending);
    }

    [Fact]
    public async Task Disposing_without_a_close_is_a_loss_for_the_other_side_after_what_was_sent()
    {
        (InProcessConnection a, InProcessConnection b) = InProcessConnection.CreatePair();
        await a.SendTextAsync("last"u8.ToArray(), Hang);

        await a.DisposeAsync();

        Assert.Equal((FrameKind.Text, "last"), Show(await b.ReceiveAsync(Hang)));
        await Assert.ThrowsAsync<ConnectionLostException>(async () => await b.ReceiveAsync(Hang));
        await Assert.ThrowsAsync<ConnectionLostException>(async () => await b.SendTextAsync("x"u8.ToArray(), Hang));
        await b.CloseAsync(1000, "", Hang);
    }

    [Fact]
    public async Task Disposing_ends_receives_and_sends_that_wait_on_both_sides()
    {
        (InProcessConnection a, InProcessConnection b) = InProcessConnection.CreatePair(new InProcessConnectionOptions { MaxQueuedFrames = 1 });
        Task receivingA = a.ReceiveAsync(Hang).AsTask();
        Task receivingB = b.ReceiveAsync(Hang).AsTask();
        await a.DisposeAsync();
        await Assert.ThrowsAsync<ConnectionLostException>(() => receivingA);
        await Assert.ThrowsAsync<ConnectionLostException>(() => receivingB);

        (a, b) = InProcessConnection.CreatePair(new InProcessConnectionOptions { MaxQueuedFrames = 1 });
        await b.SendTextAsync("1"u8.ToArray(), Hang);
        Task sending = b.SendTextAsync("2"u8.ToArray(), Hang).AsTask();
        await a.DisposeAsync();
        await a.DisposeAsync();
        await Assert.ThrowsAsync<ConnectionLostException>(() => sending);
    }

    [Fact]
    public async Task A_text_over_the_limit_is_refused_and_the_next_message_arrives()
    {
        (InProcessConnection a, InProcessConnection b) = InProcessConnection.CreatePair(new InProcessConnectionOptions { MaxTextMessageBytes = 3 });
        await a.SendTextAsync("1234"u8.ToArray(), Hang);
        await a.SendTextAsync("123"u8.ToArray(), Hang);
        await a.SendBinaryAsync("1234"u8.ToArray(), Hang);

        await Assert.ThrowsAsync<MessageTooLargeException>(async () => await b.ReceiveAsync(Hang));
        Assert.Equal((FrameKind.Text, "123"), Show(await b.ReceiveAsync(Hang)));
        Assert.Equal((FrameKind.Binary, "1234"), Show(await b.ReceiveAsync(Hang)));
    }

    [Fact]
    public async Task Many_senders_and_a_slow_queue_lose_nothing()
    {
        (InProcessConnection a, InProcessConnection b) = InProcessConnection.CreatePair(new InProcessConnectionOptions { MaxQueuedFrames = 3, MaxQueuedBytes = 64 });
        const int Senders = 8, Each = 500;
        Task sending = Task.WhenAll(Enumerable.Range(0, Senders).Select(sender => Task.Run(async () =>
        {
            for (int i = 0; i < Each; i++)
            {
                await a.SendBinaryAsync(BitConverter.GetBytes((sender << 16) | i), Hang);
            }
        }, Hang)));

        int[] next = new int[Senders];
        for (int n = 0; n < Senders * Each; n++)
        {
            int value = BitConverter.ToInt32((await b.ReceiveAsync(Hang)).Data.Span);
            Assert.Equal(next[value >> 16]++, value & 0xFFFF);
        }

        await sending;
    }

    [Fact]
    public async Task A_status_that_may_not_be_sent_is_refused()
    {
        (InProcessConnection a, _) = InProcessConnection.CreatePair();

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await a.CloseAsync(1006, "", Hang));
    }

    [Fact]
    public void Limits_that_are_not_positive_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => InProcessConnection.CreatePair(new InProcessConnectionOptions { MaxQueuedBytes = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => InProcessConnection.CreatePair(new InProcessConnectionOptions { MaxQueuedFrames = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => InProcessConnection.CreatePair(new InProcessConnectionOptions { MaxTextMessageBytes = 0 }));
    }

    private static (FrameKind Kind, string Text) Show(Frame frame) => (frame.Kind, Encoding.UTF8.GetString(frame.Data.Span));
}
