using System.Net.WebSockets;
using System.Text;

namespace Paraformer.Protocol.Tests;

public class WebSocketCloseTests
{
    [Theory]
    [InlineData(1000, "bye")]
    [InlineData(1001, "")]
    [InlineData(1009, "太大")]
    [InlineData(4321, "own")]
    public async Task The_peers_close_is_delivered_and_answered(int status, string reason)
    {
        await using SocketPair pair = await SocketPair.CreateAsync();
        Task closing = pair.Peer.CloseAsync((WebSocketCloseStatus)status, reason, pair.Hang);

        Frame frame = await pair.Connection.ReceiveAsync(pair.Hang);
        await closing;

        Assert.Equal(FrameKind.Close, frame.Kind);
        Assert.Equal(status, frame.CloseStatus);
        Assert.Equal(reason, frame.CloseReason ?? "");
        Assert.Equal(WebSocketState.Closed, pair.Peer.State);
        Assert.Equal((WebSocketCloseStatus)status, pair.Peer.CloseStatus);
    }

    [Fact]
    public async Task After_a_close_receives_return_it_again_and_sends_fail()
    {
        await using SocketPair pair = await SocketPair.CreateAsync();
        Task closing = pair.Peer.CloseAsync(WebSocketCloseStatus.NormalClosure, "bye", pair.Hang);
        Frame first = await pair.Connection.ReceiveAsync(pair.Hang);
        await closing;

        Assert.Equal(first, await pair.Connection.ReceiveAsync(pair.Hang));
        await Assert.ThrowsAsync<ConnectionLostException>(async () => await pair.Connection.SendTextAsync("x"u8.ToArray(), pair.Hang));
        await pair.Connection.CloseAsync(1000, "", pair.Hang);
    }

    [Fact]
    public async Task A_close_frame_without_a_status_has_none()
    {
        await using SocketPair pair = await SocketPair.CreateAsync();
        await pair.WriteRawAsync(0x88, 0x80, 0, 0, 0, 0);

        Frame frame = await pair.Connection.ReceiveAsync(pair.Hang);

        Assert.Equal(FrameKind.Close, frame.Kind);
        Assert.True(frame.CloseStatus is null or 1000, $"{frame.CloseStatus}");
        Assert.Equal(WebSocketMessageType.Close, (await pair.Peer.ReceiveAsync(new byte[10].AsMemory(), pair.Hang)).MessageType);
    }

    [Fact]
    public async Task Closing_delivers_what_was_sent_before_and_drops_what_still_comes()
    {
        await using SocketPair pair = await SocketPair.CreateAsync();
        await using var peer = new WebSocketMessageConnection(pair.Peer);
        for (int i = 0; i < 20; i++)
        {
            await peer.SendBinaryAsync(new byte[3200], pair.Hang);
        }

        await pair.Connection.SendTextAsync("task-failed"u8.ToArray(), pair.Hang);
        Task closing = pair.Connection.CloseAsync(1000, "done", pair.Hang).AsTask();

        Assert.Equal("task-failed", Encoding.UTF8.GetString((await peer.ReceiveAsync(pair.Hang)).Data.Span));
        Frame close = await peer.ReceiveAsync(pair.Hang);
        Assert.Equal((FrameKind.Close, 1000, "done"), (close.Kind, close.CloseStatus, close.CloseReason));
        await closing;
        Assert.Equal(FrameKind.Close, (await pair.Connection.ReceiveAsync(pair.Hang)).Kind);
    }

    [Fact]
    public async Task Closing_while_a_receive_waits_lets_that_receive_see_the_answer()
    {
        await using SocketPair pair = await SocketPair.CreateAsync();
        await using var peer = new WebSocketMessageConnection(pair.Peer);
        ValueTask<Frame> receiving = pair.Connection.ReceiveAsync(pair.Hang);

        Task closing = pair.Connection.CloseAsync(1000, "done", pair.Hang).AsTask();
        Assert.Equal(FrameKind.Close, (await peer.ReceiveAsync(pair.Hang)).Kind);

        Assert.Equal(FrameKind.Close, (await receiving).Kind);
        await closing;
    }

    [Fact]
    public async Task Both_sides_may_close_at_once()
    {
        await using SocketPair pair = await SocketPair.CreateAsync();
        await using var peer = new WebSocketMessageConnection(pair.Peer);

        await Task.WhenAll(
            pair.Connection.CloseAsync(1000, "one", pair.Hang).AsTask(),
            peer.CloseAsync(1001, "two", pair.Hang).AsTask());

        Assert.Equal((FrameKind.Close, 1001), Kind(await pair.Connection.ReceiveAsync(pair.Hang)));
        Assert.Equal((FrameKind.Close, 1000), Kind(await peer.ReceiveAsync(pair.Hang)));

        static (FrameKind, int?) Kind(Frame frame) => (frame.Kind, frame.CloseStatus);
    }

    [Fact]
    public async Task A_close_that_is_not_answered_ends_at_its_deadline()
    {
        await using SocketPair pair = await SocketPair.CreateAsync(options: new WebSocketConnectionOptions { CloseTimeout = TimeSpan.FromMilliseconds(50) });
        ValueTask<Frame> receiving = pair.Connection.ReceiveAsync(pair.Hang);

        await pair.Connection.CloseAsync(1000, "", pair.Hang);

        await Assert.ThrowsAsync<ConnectionLostException>(async () => await receiving);
    }

    [Fact]
    public async Task A_close_behind_a_send_that_is_stuck_ends_at_its_deadline()
    {
        await using SocketPair pair = await SocketPair.CreateAsync(options: new WebSocketConnectionOptions { CloseTimeout = TimeSpan.FromMilliseconds(50) });
        Task stuck = pair.Connection.SendBinaryAsync(new byte[64 << 20], pair.Hang).AsTask();

        await pair.Connection.CloseAsync(1000, "", pair.Hang);

        await Assert.ThrowsAsync<ConnectionLostException>(() => stuck);
    }

    [Fact]
    public async Task A_cancelled_close_cuts_the_connection()
    {
        await using SocketPair pair = await SocketPair.CreateAsync();

        await pair.Connection.CloseAsync(1000, "", new CancellationToken(canceled: true));

        await Assert.ThrowsAsync<ConnectionLostException>(async () => await pair.Connection.SendTextAsync("x"u8.ToArray(), pair.Hang));
    }

    [Fact]
    public async Task Closing_a_lost_connection_does_not_throw()
    {
        await using SocketPair pair = await SocketPair.CreateAsync();
        pair.Reset();

        await pair.Connection.CloseAsync(1000, "bye", pair.Hang);
    }

    [Fact]
    public async Task A_long_reason_is_cut_at_a_characters_end()
    {
        await using SocketPair pair = await SocketPair.CreateAsync();
        await using var peer = new WebSocketMessageConnection(pair.Peer);
        Task closing = pair.Connection.CloseAsync(1000, "ab" + new string('长', 100), pair.Hang).AsTask();

        Assert.Equal("ab" + new string('长', 40), (await peer.ReceiveAsync(pair.Hang)).CloseReason);
        await closing;
    }

    [Theory]
    [InlineData(0)]
    [InlineData(999)]
    [InlineData(1005)]
    [InlineData(1006)]
    [InlineData(1015)]
    [InlineData(5000)]
    public async Task A_status_that_may_not_be_sent_is_refused(int status)
    {
        await using SocketPair pair = await SocketPair.CreateAsync();

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await pair.Connection.CloseAsync(status, "", pair.Hang));
    }
}
