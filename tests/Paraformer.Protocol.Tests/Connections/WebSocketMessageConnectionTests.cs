using System.Net.WebSockets;
using System.Text;

namespace Paraformer.Protocol.Tests;

public class WebSocketMessageConnectionTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Text_and_audio_go_both_ways(bool isServer)
    {
        await using SocketPair pair = await SocketPair.CreateAsync(isServer);
        await using var peer = new WebSocketMessageConnection(pair.Peer);

        await pair.Connection.SendTextAsync("今天"u8.ToArray(), pair.Hang);
        await pair.Connection.SendBinaryAsync(new byte[] { 1, 2, 3 }, pair.Hang);
        await peer.SendTextAsync("天气"u8.ToArray(), pair.Hang);

        Frame text = await peer.ReceiveAsync(pair.Hang);
        Assert.Equal((FrameKind.Text, "今天"), (text.Kind, Encoding.UTF8.GetString(text.Data.Span)));
        Frame audio = await peer.ReceiveAsync(pair.Hang);
        Assert.Equal(FrameKind.Binary, audio.Kind);
        Assert.Equal([1, 2, 3], audio.Data.ToArray());
        Frame answer = await pair.Connection.ReceiveAsync(pair.Hang);
        Assert.Equal("天气", Encoding.UTF8.GetString(answer.Data.Span));
    }

    [Fact]
    public async Task A_text_in_fragments_is_delivered_whole()
    {
        await using SocketPair pair = await SocketPair.CreateAsync();
        string text = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"{i:x5}"));
        byte[] bytes = Encoding.UTF8.GetBytes(text);

        Task sending = Task.Run(async () =>
        {
            for (int start = 0; start < bytes.Length; start += 1777)
            {
                await pair.Peer.SendAsync(bytes.AsMemory(start, Math.Min(1777, bytes.Length - start)), WebSocketMessageType.Text, endOfMessage: false, pair.Hang);
            }

            await pair.Peer.SendAsync(ReadOnlyMemory<byte>.Empty, WebSocketMessageType.Text, endOfMessage: true, pair.Hang);
        }, pair.Hang);

        Frame frame = await pair.Connection.ReceiveAsync(pair.Hang);

        Assert.Equal(FrameKind.Text, frame.Kind);
        Assert.Equal(text, Encoding.UTF8.GetString(frame.Data.Span));
        await sending;
    }

    [Fact]
    public async Task A_text_of_exactly_the_limit_is_delivered()
    {
        await using SocketPair pair = await SocketPair.CreateAsync(options: new WebSocketConnectionOptions { MaxTextMessageBytes = 20_000, ReceiveBufferBytes = 100 });
        await pair.Peer.SendAsync(new byte[20_000], WebSocketMessageType.Text, true, pair.Hang);

        Assert.Equal(20_000, (await pair.Connection.ReceiveAsync(pair.Hang)).Data.Length);
    }

    [Theory]
    [InlineData(101)]
    [InlineData(50_000)]
    public async Task A_text_over_the_limit_is_refused_and_the_next_message_arrives(int length)
    {
        await using SocketPair pair = await SocketPair.CreateAsync(options: new WebSocketConnectionOptions { MaxTextMessageBytes = 100 });
        Task sending = Task.Run(async () =>
        {
            await pair.Peer.SendAsync(new byte[length], WebSocketMessageType.Text, endOfMessage: false, pair.Hang);
            await pair.Peer.SendAsync(new byte[length], WebSocketMessageType.Text, endOfMessage: true, pair.Hang);
            await pair.Peer.SendAsync("next"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, pair.Hang);
        }, pair.Hang);

        var e = await Assert.ThrowsAsync<MessageTooLargeException>(async () => await pair.Connection.ReceiveAsync(pair.Hang));
        Frame next = await pair.Connection.ReceiveAsync(pair.Hang);

        Assert.Contains("100 bytes", e.Message, StringComparison.Ordinal);
        Assert.Equal("next", Encoding.UTF8.GetString(next.Data.Span));
        await sending;
    }

    [Fact]
    public async Task An_empty_text_is_delivered()
    {
        await using SocketPair pair = await SocketPair.CreateAsync();
        await pair.Peer.SendAsync(ReadOnlyMemory<byte>.Empty, WebSocketMessageType.Text, endOfMessage: false, pair.Hang);
        await pair.Peer.SendAsync(ReadOnlyMemory<byte>.Empty, WebSocketMessageType.Text, endOfMessage: true, pair.Hang);
        await pair.Peer.SendAsync(ReadOnlyMemory<byte>.Empty, WebSocketMessageType.Text, endOfMessage: true, pair.Hang);

        for (int i = 0; i < 2; i++)
        {
            Frame frame = await pair.Connection.ReceiveAsync(pair.Hang);
            Assert.Equal((FrameKind.Text, 0), (frame.Kind, frame.Data.Length));
        }
    }

    [Fact]
    public async Task Text_that_is_not_UTF_8_is_answered_by_the_socket_with_1007_and_is_a_loss()
    {
        await using SocketPair pair = await SocketPair.CreateAsync();
        await using var peer = new WebSocketMessageConnection(pair.Peer);
        await peer.SendTextAsync(new byte[] { 0xFF, 0xC0 }, pair.Hang);

        await Assert.ThrowsAsync<ConnectionLostException>(async () => await pair.Connection.ReceiveAsync(pair.Hang));
        Frame close = await peer.ReceiveAsync(pair.Hang);
        Assert.Equal((FrameKind.Close, 1007), (close.Kind, close.CloseStatus));
    }

    [Fact]
    public async Task A_large_binary_message_arrives_in_pieces_no_larger_than_the_buffer()
    {
        await using SocketPair pair = await SocketPair.CreateAsync(options: new WebSocketConnectionOptions { ReceiveBufferBytes = 1000 });
        byte[] audio = new byte[100_000];
        new Random(1).NextBytes(audio);
        Task sending = Task.Run(async () => await pair.Peer.SendAsync(audio, WebSocketMessageType.Binary, true, pair.Hang), pair.Hang);

        var received = new List<byte>();
        while (received.Count < audio.Length)
        {
            Frame frame = await pair.Connection.ReceiveAsync(pair.Hang);
            Assert.Equal(FrameKind.Binary, frame.Kind);
            Assert.InRange(frame.Data.Length, 1, 1000);
            received.AddRange(frame.Data.Span);
        }

        Assert.Equal(audio, received);
        await sending;
    }

    [Fact]
    public async Task A_piece_is_delivered_before_its_message_is_complete()
    {
        await using SocketPair pair = await SocketPair.CreateAsync();
        await pair.Peer.SendAsync(new byte[] { 1, 2 }, WebSocketMessageType.Binary, endOfMessage: false, pair.Hang);

        Assert.Equal([1, 2], (await pair.Connection.ReceiveAsync(pair.Hang)).Data.ToArray());

        await pair.Peer.SendAsync(new byte[] { 3 }, WebSocketMessageType.Binary, endOfMessage: true, pair.Hang);
        Assert.Equal([3], (await pair.Connection.ReceiveAsync(pair.Hang)).Data.ToArray());
    }

    [Fact]
    public async Task Empty_audio_is_passed_over_in_both_directions()
    {
        await using SocketPair pair = await SocketPair.CreateAsync();
        await using var peer = new WebSocketMessageConnection(pair.Peer);
        await pair.Peer.SendAsync(ReadOnlyMemory<byte>.Empty, WebSocketMessageType.Binary, endOfMessage: true, pair.Hang);
        await pair.Peer.SendAsync(ReadOnlyMemory<byte>.Empty, WebSocketMessageType.Binary, endOfMessage: false, pair.Hang);
        await pair.Peer.SendAsync(ReadOnlyMemory<byte>.Empty, WebSocketMessageType.Binary, endOfMessage: true, pair.Hang);
        await pair.Peer.SendAsync("a"u8.ToArray(), WebSocketMessageType.Text, true, pair.Hang);
        Assert.Equal(FrameKind.Text, (await pair.Connection.ReceiveAsync(pair.Hang)).Kind);

        await pair.Connection.SendBinaryAsync(ReadOnlyMemory<byte>.Empty, pair.Hang);
        await pair.Connection.SendTextAsync("b"u8.ToArray(), pair.Hang);
        Assert.Equal(WebSocketMessageType.Text, (await pair.Peer.ReceiveAsync(new byte[10].AsMemory(), pair.Hang)).MessageType);
    }

    [Fact]
    public async Task Concurrent_sends_do_not_mix()
    {
        await using SocketPair pair = await SocketPair.CreateAsync();
        await using var peer = new WebSocketMessageConnection(pair.Peer);
        byte[][] messages = [.. Enumerable.Range(0, 16).Select(i => Enumerable.Repeat((byte)('a' + i), 5000).ToArray())];

        Task sending = Task.WhenAll(messages.Select(message => Task.Run(async () => await pair.Connection.SendTextAsync(message, pair.Hang), pair.Hang)));
        var seen = new HashSet<byte>();
        foreach (byte[] _ in messages)
        {
            Frame frame = await peer.ReceiveAsync(pair.Hang);
            Assert.Equal(5000, frame.Data.Length);
            Assert.False(frame.Data.Span.ContainsAnyExcept(frame.Data.Span[0]));
            Assert.True(seen.Add(frame.Data.Span[0]));
        }

        await sending;
    }

    [Fact]
    public async Task A_broken_frame_is_a_lost_connection()
    {
        await using SocketPair pair = await SocketPair.CreateAsync();
        await pair.WriteRawAsync([.. Enumerable.Repeat((byte)0xFF, 20)]);

        await Assert.ThrowsAsync<ConnectionLostException>(async () => await pair.Connection.ReceiveAsync(pair.Hang));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_peer_that_goes_away_without_a_close_is_a_lost_connection(bool reset)
    {
        await using SocketPair pair = await SocketPair.CreateAsync();
        ValueTask<Frame> receiving = pair.Connection.ReceiveAsync(pair.Hang);

        if (reset)
        {
            pair.Reset();
        }
        else
        {
            pair.HangUp();
        }

        await Assert.ThrowsAsync<ConnectionLostException>(async () => await receiving);
        await Assert.ThrowsAsync<ConnectionLostException>(async () => await pair.Connection.ReceiveAsync(pair.Hang));
        await Assert.ThrowsAsync<ConnectionLostException>(async () => await pair.Connection.SendTextAsync("x"u8.ToArray(), pair.Hang));
    }

    [Fact]
    public async Task Disposing_ends_a_receive_that_waits_and_what_follows()
    {
        await using SocketPair pair = await SocketPair.CreateAsync();
        ValueTask<Frame> receiving = pair.Connection.ReceiveAsync(pair.Hang);

        await pair.Connection.DisposeAsync();

        await Assert.ThrowsAsync<ConnectionLostException>(async () => await receiving);
        await Assert.ThrowsAsync<ConnectionLostException>(async () => await pair.Connection.ReceiveAsync(pair.Hang));
        await Assert.ThrowsAsync<ConnectionLostException>(async () => await pair.Connection.SendBinaryAsync(new byte[1], pair.Hang));
        await pair.Connection.CloseAsync(1000, "bye", pair.Hang);
        await pair.Connection.DisposeAsync();
    }

    [Fact]
    public async Task A_cancelled_receive_says_so()
    {
        await using SocketPair pair = await SocketPair.CreateAsync();
        using var cancellation = new CancellationTokenSource();
        ValueTask<Frame> receiving = pair.Connection.ReceiveAsync(cancellation.Token);

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await receiving);
    }

    [Fact]
    public async Task A_frame_stays_intact_after_the_connection_is_disposed_of()
    {
        await using SocketPair pair = await SocketPair.CreateAsync();
        await pair.Peer.SendAsync("kept"u8.ToArray(), WebSocketMessageType.Text, true, pair.Hang);
        Frame frame = await pair.Connection.ReceiveAsync(pair.Hang);

        await pair.Connection.DisposeAsync();
        for (int i = 0; i < 100; i++)
        {
            System.Buffers.ArrayPool<byte>.Shared.Rent(16 * 1024).AsSpan().Clear();
        }

        Assert.Equal("kept", Encoding.UTF8.GetString(frame.Data.Span));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData((512 << 20) + 1, 1)]
    [InlineData(1, 0)]
    [InlineData(1, (16 << 20) + 1)]
    public async Task Limits_out_of_range_are_refused(int maxText, int buffer)
    {
        await using SocketPair pair = await SocketPair.CreateAsync();

        Assert.Throws<ArgumentOutOfRangeException>(() => new WebSocketMessageConnection(
            pair.Peer, new WebSocketConnectionOptions { MaxTextMessageBytes = maxText, ReceiveBufferBytes = buffer }));
    }
}
