using Paraformer.Client.Tests.Support;
using Paraformer.Protocol;

namespace Paraformer.Client.Tests.Reconnecting;

public sealed class SentAudioTests
{
    private static readonly byte[] Wav44k =
    [
        .. "RIFF\0\0\0\0WAVE"u8, .. "LIST"u8, 3, 0, 0, 0, 1, 2, 3, 0,
        .. "fmt "u8, 16, 0, 0, 0, 1, 0, 2, 0, 0x44, 0xAC, 0, 0, 0x10, 0xB1, 2, 0, 4, 0, 16, 0, .. "data"u8, 0, 0, 0, 0,
    ];

    private static CancellationToken Ct => TestLimit.Token;

    [Fact]
    public void Pcm_is_heard_again_from_the_sample_at_the_end_of_the_last_final()
    {
        using var sent = new SentAudio(Options(AudioFormat.Pcm), new ReconnectPolicy(), source: null);
        sent.Append(new byte[32_001]);

        sent.Cover(333);

        Replay replay = sent.Plan();
        Assert.Equal((333 * 16 * 2, 333, null), (replay.From, replay.Time, replay.Lost));
        Assert.True(replay is { CanGoOn: true, IsEmpty: false, Header.IsEmpty: true });
    }

    [Fact]
    public void Wav_is_heard_again_with_its_header_at_its_own_rate_and_block_though_the_header_came_in_pieces()
    {
        using var sent = new SentAudio(Options(AudioFormat.Wav), new ReconnectPolicy(), source: null);
        foreach (byte one in Wav44k)
        {
            sent.Append([one]);
        }

        sent.Append(new byte[44_100 * 4]);
        sent.Cover(501);

        Replay replay = sent.Plan();
        Assert.Equal(Wav44k, replay.Header.ToArray());
        Assert.Equal(Wav44k.Length + (22_094 * 4), replay.From);
        Assert.Equal(501, replay.Time);
    }

    [Theory]
    [InlineData("pcm")]
    [InlineData("wav")]
    public void Pcm_called_wav_and_wav_called_pcm_are_what_their_bytes_say(string format)
    {
        using var raw = new SentAudio(Options(format), new ReconnectPolicy(), source: null);
        raw.Append(new byte[3200]);
        using var wav = new SentAudio(Options(format), new ReconnectPolicy(), source: null);
        wav.Append([.. Wav44k, .. new byte[400]]);

        Assert.True(raw.Plan().Header.IsEmpty);
        Assert.Equal(Wav44k.Length, wav.Plan().Header.Length);
    }

    [Fact]
    public void What_has_left_the_buffer_is_lost_once_and_the_rest_begins_at_a_sample()
    {
        using var sent = new SentAudio(Options(AudioFormat.Pcm), new ReconnectPolicy { BufferLength = TimeSpan.FromSeconds(1) }, source: null);
        sent.Append(new byte[32_000 * 3 + 1]);
        sent.Cover(200);

        Replay replay = sent.Plan();

        Assert.Equal(new AudioRange(200, 2000), replay.Lost);
        Assert.Equal((64_002, 2000), (replay.From, replay.Time));
        Assert.Null(sent.Plan().Lost);
    }

    [Fact]
    public void A_container_is_heard_again_from_its_start_as_long_as_that_is_kept()
    {
        using var sent = new SentAudio(Options(AudioFormat.Opus), new ReconnectPolicy { BufferLength = TimeSpan.FromSeconds(1) }, source: null);
        sent.Append(new byte[32_000]);
        sent.Cover(700);
        Assert.Equal(new Replay(0, 0, default, null), sent.Plan());

        sent.Append(new byte[1]);

        Replay replay = sent.Plan();
        Assert.False(replay.CanGoOn);
        Assert.Equal(new AudioRange(700, null), replay.Lost);
    }

    [Fact]
    public async Task A_stream_that_can_seek_is_read_again_from_where_it_stood_at_first()
    {
        var stream = new MemoryStream([9, 9, 0, 1, 2, 3, 4, 5]) { Position = 2 };
        using var source = new RewindableAudio(stream);
        using var sent = new SentAudio(Options(AudioFormat.Mp3), new ReconnectPolicy { BufferLength = TimeSpan.Zero }, source);
        byte[] front = new byte[4];
        await source.ReadAsync(0, front, Ct);
        sent.Append(front);

        byte[] again = new byte[16];
        (long offset, int length) = await sent.ReadAsync(1, again, Ct);

        Assert.Equal((1, 3), (offset, length));
        Assert.Equal([1, 2, 3], again[..3]);
        Assert.Equal(0, sent.Plan().From);
        Assert.Equal(2, await source.ReadAsync(4, again, Ct));
    }

    [Fact]
    public void A_final_beyond_the_audio_that_was_sent_covers_no_more_than_that()
    {
        using var sent = new SentAudio(Options(AudioFormat.Pcm), new ReconnectPolicy(), source: null);
        sent.Append(new byte[3200]);

        sent.Cover(long.MaxValue / 1_000_000);
        sent.Append(new byte[3200]);

        Assert.Equal((3200, 100), (sent.Plan().From, sent.Plan().Time));
    }

    [Fact]
    public void Delays_double_up_to_the_longest_and_are_drawn_from_zero_on()
    {
        var policy = new ReconnectPolicy { BaseDelay = TimeSpan.FromMilliseconds(100), MaxDelay = TimeSpan.FromSeconds(1) };

        Assert.Equal([100, 200, 400, 800, 1000, 1000], Enumerable.Range(1, 6).Select(i => policy.Delay(i, 1).TotalMilliseconds));
        Assert.Equal(50, policy.Delay(1, 0.5).TotalMilliseconds);
        Assert.Equal(TimeSpan.Zero, policy.Delay(1000, 0));
        Assert.Equal(TimeSpan.FromSeconds(1), policy.Delay(int.MaxValue, 1));
    }

    [Fact]
    public void A_policy_out_of_range_is_refused()
    {
        Refused(new ReconnectPolicy { MaxAttempts = -1 });
        Refused(new ReconnectPolicy { BaseDelay = TimeSpan.FromTicks(-1) });
        Refused(new ReconnectPolicy { MaxDelay = TimeSpan.FromHours(1) });
        Refused(new ReconnectPolicy { BufferLength = TimeSpan.FromHours(1) });

        static void Refused(ReconnectPolicy policy) =>
            Assert.Throws<ArgumentOutOfRangeException>(() => new RecognitionClient(new RecognitionClientOptions { Reconnect = policy }));
    }

    private static RecognitionOptions Options(AudioFormat format) => new(ParaformerModel.RealtimeV2, format, 16000);
}
