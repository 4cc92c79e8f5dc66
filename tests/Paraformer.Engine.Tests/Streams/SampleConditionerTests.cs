using System.Buffers;
using Paraformer.Audio;
using Paraformer.Engine.Streams;

namespace Paraformer.Engine.Tests.Streams;

public sealed class SampleConditionerTests
{
    [Fact]
    public void Samples_of_a_wide_source_stay_as_they_are()
    {
        var conditioner = new SampleConditioner();
        float[] samples = [0.1f, -0.123456f, 1e-7f];

        Assert.Equal(samples, Heard(conditioner, samples, new AudioStreamInfo("wav", "pcm_f32le", 16000, 1, 32)));
        Assert.Null(conditioner.Flush());
    }

    [Fact]
    public void Samples_of_a_coder_are_rounded_to_16_bits()
    {
        var conditioner = new SampleConditioner();

        float[] heard = Heard(conditioner, [0.1f, 1e-7f, -1f], new AudioStreamInfo("mp3", "mp3", 16000, 1, null));

        Assert.Equal([3277 / 32768f, 0, -1], heard);
    }

    [Fact]
    public void A_telephone_gets_an_upper_band_and_keeps_its_length()
    {
        var conditioner = new SampleConditioner();
        var info = new AudioStreamInfo("wav", "pcm_s16le", 8000, 1, 16);
        var random = new Random(1);
        float[] noise = [.. Enumerable.Range(0, 16000).Select(_ => ((random.NextSingle() * 2) - 1) * 0.1f)];
        float[] narrow = [.. noise.Select((_, i) => noise.Skip(Math.Max(0, i - 7)).Take(8).Average())];

        var heard = new List<float>();
        foreach (float[] piece in narrow.Chunk(777))
        {
            heard.AddRange(Heard(conditioner, piece, info));
        }

        heard.AddRange(conditioner.Flush()!.WrittenSpan.ToArray());

        Assert.Equal(narrow.Length, heard.Count);
        Assert.NotEqual(narrow, heard);
    }

    private static float[] Heard(SampleConditioner conditioner, float[] samples, AudioStreamInfo info)
    {
        var buffer = new ArrayBufferWriter<float>();
        buffer.Write(samples);
        ArrayBufferWriter<float> heard = conditioner.Process(buffer, info);
        float[] result = heard.WrittenSpan.ToArray();
        heard.ResetWrittenCount();
        return result;
    }
}
