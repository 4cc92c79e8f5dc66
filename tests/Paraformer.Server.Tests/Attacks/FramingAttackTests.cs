using System.Text;
using CsCheck;
using Paraformer.Server.Tests.Support;
using Paraformer.Service.Tests.Fakes;

namespace Paraformer.Server.Tests.Attacks;

/// <summary>Frames that break RFC 6455, or keep to it in ways that nobody means well.</summary>
public sealed class FramingAttackTests
{
    [Theory]
    [InlineData(new byte[] { 0x82, 0x01, 0x00 }, "not masked")]
    [InlineData(new byte[] { 0xC2, 0x80, 0, 0, 0, 0 }, "reserved bit")]
    [InlineData(new byte[] { 0x83, 0x80, 0, 0, 0, 0 }, "opcode 3")]
    [InlineData(new byte[] { 0x8B, 0x80, 0, 0, 0, 0 }, "opcode 11")]
    [InlineData(new byte[] { 0x09, 0x80, 0, 0, 0, 0 }, "control frame")]
    [InlineData(new byte[] { 0x89, 0xFE, 0, 126, 0, 0, 0, 0 }, "control frame")]
    [InlineData(new byte[] { 0x80, 0x80, 0, 0, 0, 0 }, "continuation")]
    [InlineData(new byte[] { 0x02, 0x80, 0, 0, 0, 0, 0x82, 0x80, 0, 0, 0, 0 }, "before the one before it")]
    [InlineData(new byte[] { 0x82, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }, "highest bit")]
    public async Task A_broken_frame_is_told_before_the_close(byte[] bytes, string what)
    {
        await using RunningServer server = await RunningServer.StartProtocolOnlyAsync();
        using RawSocket client = await RawSocket.ConnectAsync(server);
        await client.WriteAsync(bytes);
        string message = (await ReadFailureAsync(client)).Message;
        Assert.Contains(what, message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Compressed_frames_are_refused_whatever_they_would_inflate_to()
    {
        await using RunningServer server = await RunningServer.StartProtocolOnlyAsync();
        using RawSocket client = await RawSocket.ConnectAsync(
            server.Endpoint, "/api-ws/v1/inference", [.. RawRequest.PythonHeaders("x"), "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=8"]);
        byte[] frame = RawSocket.Frame(RawFrame.Text, new byte[1000]);
        frame[0] |= 0x40;
        await client.WriteAsync(frame);
        Assert.Contains("no extension was agreed on", (await ReadFailureAsync(client)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[] { 0xFF, 0xFE })]
    [InlineData(new byte[] { 0xC0, 0x80 })]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 })]
    public async Task Text_that_is_not_UTF_8_fails_the_task_before_the_close_with_1007(byte[] bad)
    {
        await using RunningServer server = await RunningServer.StartProtocolOnlyAsync();
        using RawSocket client = await RawSocket.ConnectAsync(server);
        await client.SendTextAsync(ClientMessages.RunTask("id"));
        await client.ExpectEventAsync("task-started", "id");
        await client.SendFrameAsync(RawFrame.Text, bad);
        Assert.Equal(("Invalid payload data", "id"), await client.ExpectFailureAsync("InvalidParameter", 1007));
    }

    [Theory]
    [InlineData(1L << 20)]
    [InlineData(long.MaxValue)]
    public async Task A_giant_text_frame_is_refused_by_its_head_alone(long length)
    {
        await using RunningServer server = await RunningServer.StartProtocolOnlyAsync();
        using RawSocket client = await RawSocket.ConnectAsync(server);
        byte[] head = [0x81, 0xFF, .. BitConverter.GetBytes(length).Reverse(), 0, 0, 0, 0];
        await client.WriteAsync(head);
        (string message, int close) = await ReadFailureAsync(client);
        Assert.Equal(("A text message is longer than 262144 bytes.", 1009), (message, close));
    }

    [Fact]
    public async Task A_giant_binary_frame_is_refused_by_its_head_alone()
    {
        await using RunningServer server = await RunningServer.StartProtocolOnlyAsync(new ServerOptions { MaxBinaryMessageBytes = 1 << 20 });
        using RawSocket client = await RawSocket.ConnectAsync(server);
        await client.SendTextAsync(ClientMessages.RunTask("id"));
        await client.ExpectEventAsync("task-started", "id");
        await client.WriteAsync(new byte[] { 0x82, 0xFF, 0, 0, 0, 0, 0, 0x20, 0, 0, 0, 0, 0, 0 });
        Assert.Equal(("A binary message is longer than 1048576 bytes; send audio in many messages.", 1009), await ReadFailureAsync(client));
    }

    [Theory]
    [InlineData(RawFrame.Text, "A text message is longer")]
    [InlineData(RawFrame.Binary, "A binary message is longer")]
    public async Task An_endless_message_in_continuation_frames_ends_at_the_limit(int opcode, string expected)
    {
        await using RunningServer server = await RunningServer.StartProtocolOnlyAsync(new ServerOptions { MaxBinaryMessageBytes = 1 << 20 });
        using RawSocket client = await RawSocket.ConnectAsync(server);
        await client.SendTextAsync(ClientMessages.RunTask("id"));
        await client.ExpectEventAsync("task-started", "id");
        byte[] piece = new byte[16 * 1024];
        await client.SendFrameAsync(opcode, piece, isFinal: false);
        for (int i = 0; i < 64; i++)
        {
            await client.SendFrameAsync(0, piece, isFinal: false);
        }

        Assert.StartsWith(expected, (await client.ExpectFailureAsync("InvalidParameter", 1009)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_audio_message_in_continuation_frames_is_audio_all_the_same()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        using RawSocket client = await RawSocket.ConnectAsync(server);
        await client.SendTextAsync(ClientMessages.RunTask("id"));
        await client.ExpectEventAsync("task-started", "id");
        ScriptedStream stream = await server.Engine.NextStreamAsync();
        await client.SendFrameAsync(RawFrame.Binary, new byte[] { 1, 2, 3 }, isFinal: false);
        await client.SendFrameAsync(RawFrame.Ping, new byte[] { 9 });
        await client.SendFrameAsync(0, Array.Empty<byte>(), isFinal: false);
        await client.SendFrameAsync(0, new byte[] { 4, 5 });
        await stream.WaitForAudioAsync(5);
        Assert.Equal([1, 2, 3, 4, 5], stream.Audio);
    }

    [Fact]
    public async Task A_text_in_any_pieces_is_the_text()
    {
        await using RunningServer server = await RunningServer.StartProtocolOnlyAsync();
        await Gen.Select(Gen.Int[1, 40], Gen.Int[1, 400]).SampleAsync(
            async (frameBytes, writeBytes) =>
            {
                using RawSocket client = await RawSocket.ConnectAsync(server);
                byte[] text = Encoding.UTF8.GetBytes(ClientMessages.RunTask("识别-id"));
                byte[] wire = [.. text.Chunk(frameBytes).SelectMany((piece, i) =>
                    RawSocket.Frame(i == 0 ? RawFrame.Text : 0, piece, isFinal: (i + 1) * frameBytes >= text.Length))];
                foreach (byte[] write in wire.Chunk(writeBytes))
                {
                    await client.WriteAsync(write);
                }

                await client.ExpectEventAsync("task-started", "识别-id");
            },
            iter: 30,
            threads: 1);
    }

    [Fact]
    public async Task Random_bytes_never_harm_the_server()
    {
        await using RunningServer server = await RunningServer.StartProtocolOnlyAsync(new ServerOptions { Messages = new() { CloseTimeout = TimeSpan.FromSeconds(1) } });
        await Gen.Byte.Array[1, 300].SampleAsync(
            async bytes =>
            {
                using RawSocket client = await RawSocket.ConnectAsync(server);
                await client.WriteAsync(bytes);
            },
            iter: 300,
            threads: 2);
        using RawSocket after = await RawSocket.ConnectAsync(server);
        await after.SendTextAsync(ClientMessages.RunTask("id"));
        await after.ExpectEventAsync("task-started", "id");
        Assert.DoesNotContain(server.Log.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    /// <summary>The failure and the close's status; the connection may then end in any way.</summary>
    private static async Task<(string Message, int CloseStatus)> ReadFailureAsync(RawSocket client)
    {
        System.Text.Json.JsonElement header = (await client.ReadEventAsync()).GetProperty("header");
        Assert.Equal("task-failed", header.GetProperty("event").GetString());
        RawFrame close = await client.ReadFrameAsync();
        Assert.Equal(RawFrame.Close, close.Opcode);
        return (header.GetProperty("error_message").GetString()!, close.CloseStatus);
    }
}
