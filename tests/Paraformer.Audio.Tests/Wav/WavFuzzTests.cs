using CsCheck;

namespace Paraformer.Audio.Tests.Wav;

public class WavFuzzTests
{
    private const long MaxAllocation = 8 * 1024 * 1024;

    private static readonly Gen<int[]> Chunks = Gen.Int[1, 200].Array[1, 40];

    [Fact]
    public void Random_bytes_after_the_magic_decode_or_are_refused() =>
        (from magic in Gen.OneOf("RIFF", "RIFX", "RF64", "BW64")
         from body in Gen.Byte.Array[0, 2000]
         from chunks in Chunks
         select (magic, body, chunks)).Sample(t =>
            CheckOutcome([.. System.Text.Encoding.ASCII.GetBytes(t.magic), 1, 2, 3, 4, .. "WAVE"u8, .. t.body], t.chunks));

    [Fact]
    public void Damaged_headers_decode_or_are_refused() =>
        (from rate in Gen.OneOf(Gen.OneOf(8000u, 16000u, 44100u, 48000u), Gen.UInt[0, 1_000_000])
         from channels in Gen.Int[0, 70]
         from bits in Gen.Int[0, 70]
         from tag in Gen.OneOf(Gen.OneOf(1, 3, 6, 7, 2, 0x55), Gen.Int[0, 65535])
         from extensible in Gen.Bool
         from stated in Gen.OneOf(Gen.OneOf(0u, uint.MaxValue, 100u), Gen.UInt)
         from data in Gen.Byte.Array[0, 1000]
         from damage in Gen.Select(Gen.Int[0, 80], Gen.Byte).Array[0, 4]
         from chunks in Chunks
         select (rate, channels, bits, tag, extensible, stated, data, damage, chunks)).Sample(t =>
        {
            byte[] file = new WavBuilder
            {
                SampleRate = t.rate,
                Channels = t.channels,
                Bits = t.bits,
                Tag = t.tag,
                Extensible = t.extensible,
                StatedDataSize = t.stated,
            }.Build(t.data);
            foreach ((int at, byte value) in t.damage)
            {
                file[Math.Min(at, file.Length - 1)] = value;
            }

            CheckOutcome(file, t.chunks);
        });

    [Fact]
    public void Valid_random_headers_decode_to_the_stated_count() =>
        (from rate in Gen.UInt[1000, 768000]
         from channels in Gen.Int[1, 64]
         from bits in Gen.Int[1, 32]
         from frames in Gen.Int[0, 500]
         from outputRate in Gen.OneOf(8000, 16000)
         from chunks in Chunks
         select (rate, channels, bits, frames, outputRate, chunks)).Sample(
            t =>
            {
                byte[] data = new byte[(t.bits + 7) / 8 * t.channels * t.frames];
                new Random(t.frames).NextBytes(data);
                byte[] file = new WavBuilder { SampleRate = t.rate, Channels = t.channels, Bits = t.bits }.Build(data);
                float[] samples = Decoding.Run(AudioCodec.Wav, file, [.. t.chunks, file.Length], outputRate: t.outputRate).Samples;
                long expected = ((2L * t.frames * t.outputRate) + t.rate) / (2L * t.rate);
                Assert.Equal(t.frames == 0 ? 0 : expected, samples.Length);
            },
            iter: 30);

    /// <summary>The stream decodes, or fails in the one allowed way, the same however it is cut, within bounded memory.</summary>
    private static void CheckOutcome(byte[] stream, int[] chunks)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        object whole = Outcome(stream, [stream.Length]);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MaxAllocation);
        object cut = Outcome(stream, [.. chunks, stream.Length]);
        Assert.Equal(whole, cut);
        if (whole is float[] samples)
        {
            Assert.All(samples, static s => Assert.InRange(s, -1f, 1f));
        }
    }

    private static object Outcome(byte[] stream, int[] chunks)
    {
        try
        {
            return Decoding.Run(AudioCodec.Wav, stream, chunks).Samples;
        }
        catch (AudioFormatException e)
        {
            return e.Message;
        }
    }
}
