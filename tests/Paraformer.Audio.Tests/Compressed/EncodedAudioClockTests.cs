namespace Paraformer.Audio.Tests.Compressed;

public class EncodedAudioClockTests
{
    [Theory]
    [MemberData(nameof(Encodings.OneOfEach), MemberType = typeof(Encodings))]
    public async Task Bytes_stand_for_the_time_that_they_decode_to(string name)
    {
        byte[] stream = await Encodings.GetAsync(name);
        (AudioCodec codec, int rate) = Encodings.Of(name);
        double seconds = Decoding.Run(codec, stream, statedRate: rate).Samples.Length / 16000.0;
        using var clock = new EncodedAudioClock(codec);
        for (int at = 0; at < stream.Length; at += 100)
        {
            clock.Add(stream.AsSpan(at, Math.Min(100, stream.Length - at)));
        }

        Assert.InRange(clock.Elapsed.TotalSeconds, seconds - 0.01, seconds + 0.2);
    }

    [Fact]
    public void Foreign_bytes_leave_it_where_it_is()
    {
        using var clock = new EncodedAudioClock(AudioCodec.Amr);
        clock.Add("this is no AMR file"u8);
        clock.Add(new byte[100]);
        Assert.Equal(TimeSpan.Zero, clock.Elapsed);
        Assert.Throws<ArgumentOutOfRangeException>(static () => new EncodedAudioClock(AudioCodec.Wav));
    }
}
