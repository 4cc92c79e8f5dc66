using System.Buffers;
using CsCheck;
using Paraformer.Audio.Resampling;

namespace Paraformer.Audio.Tests.Resampling;

public class ResamplerTests
{
    [Theory]
    [InlineData(44100, 16000)]
    [InlineData(48000, 16000)]
    [InlineData(11025, 16000)]
    [InlineData(8000, 16000)]
    [InlineData(16000, 8000)]
    [InlineData(22050, 16000)]
    [InlineData(96000, 8000)]
    [InlineData(12345, 16000)]
    [InlineData(44101, 16000)]
    [InlineData(16000, 16000)]
    public void The_output_count_is_the_input_duration_rounded(int inputRate, int outputRate)
    {
        foreach (int count in (int[])[0, 1, 2, 3, 100, 1000, inputRate, inputRate + 1, (inputRate / 3) + 1])
        {
            decimal exact = (decimal)count * outputRate / inputRate;
            Assert.Equal((int)Math.Round(exact, MidpointRounding.AwayFromZero), Run(inputRate, outputRate, new float[count]).Length);
        }
    }

    [Fact]
    public void Counts_of_years_are_exact()
    {
        const long tenYears = 10L * 365 * 24 * 3600;
        Assert.Equal(tenYears * 16000, Resampler.OutputLength(tenYears * 44100, 160, 441));
        Assert.Equal((tenYears * 16000) + 1, Resampler.OutputLength((tenYears * 44100) + 3, 160, 441));
        Assert.Equal(tenYears * 8000, Resampler.OutputLength(tenYears * 767_999, 8000, 767_999));
    }

    [Fact]
    public void Any_cutting_of_the_input_gives_the_same_bits() =>
        (from inputRate in Gen.OneOf(Gen.OneOf(44100, 48000, 8000, 12345, 96000, 16000), Gen.Int[1000, 100_000])
         from outputRate in Gen.OneOf(8000, 16000)
         from chunks in Gen.Int[0, 400].Array[1, 60]
         from seed in Gen.Int
         select (inputRate, outputRate, chunks, seed)).Sample(
            t =>
            {
                float[] input = Noise(t.chunks.Sum(), t.seed);
                float[] whole = Run(t.inputRate, t.outputRate, input);
                Assert.Equal(whole, Run(t.inputRate, t.outputRate, input, t.chunks));
            },
            iter: 50);

    [Theory]
    [InlineData(44100, 16000)]
    [InlineData(8000, 16000)]
    [InlineData(44101, 16000)]
    public void Long_and_short_pieces_give_the_same_bits_over_many_blocks(int inputRate, int outputRate)
    {
        float[] input = Noise(50_000, 3);
        float[] whole = Run(inputRate, outputRate, input);
        Assert.Equal(whole, Run(inputRate, outputRate, input, Enumerable.Repeat(1, input.Length)));
        Assert.Equal(whole, Run(inputRate, outputRate, input, Enumerable.Repeat(4999, 10)));
    }

    [Theory]
    [InlineData(44100, 16000)]
    [InlineData(8000, 16000)]
    [InlineData(12345, 16000)]
    [InlineData(96000, 8000)]
    public void A_constant_stays_that_constant(int inputRate, int outputRate)
    {
        var input = new float[inputRate];
        Array.Fill(input, 0.5f);
        float[] output = Run(inputRate, outputRate, input);
        Assert.All(output[500..^500], static s => Assert.Equal(0.5, s, 1e-5));
    }

    [Fact]
    public void Equal_rates_pass_through_at_once()
    {
        using var resampler = new Resampler(16000, 16000);
        var output = new ArrayBufferWriter<float>();
        resampler.Write([0.1f, -0.2f, 3f, -3f], output);
        Assert.Equal([0.1f, -0.2f, 1f, -1f], output.WrittenSpan.ToArray());
    }

    [Fact]
    public void Output_stays_within_full_scale()
    {
        float[] square = [.. Enumerable.Range(0, 8000).Select(static n => n / 20 % 2 == 0 ? 1f : -1f)];
        Assert.All(Run(8000, 16000, square), static s => Assert.InRange(s, -1f, 1f));
    }

    [Fact]
    public void Streams_of_one_rate_share_one_filter_and_the_number_kept_is_bounded()
    {
        var cache = new PolyphaseFilterCache();
        PolyphaseFilter kept = cache.Get(44100, 16000);
        PolyphaseFilter dropped = cache.Get(48000, 16000);
        for (int i = 1; i < PolyphaseFilterCache.Capacity; i++)
        {
            cache.Get(16000 * (i + 1), 8000);
            Assert.Same(kept, cache.Get(44100, 16000));
        }

        Assert.NotSame(dropped, cache.Get(48000, 16000));
    }

    [Fact]
    public void A_completed_resampler_takes_no_more()
    {
        using var resampler = new Resampler(8000, 16000);
        var output = new ArrayBufferWriter<float>();
        resampler.Complete(output);
        resampler.Complete(output);
        Assert.Equal(0, output.WrittenCount);
        Assert.Throws<InvalidOperationException>(() => resampler.Write([1f], output));
    }

    internal static float[] Run(int inputRate, int outputRate, float[] input, IEnumerable<int>? chunks = null)
    {
        using var resampler = new Resampler(inputRate, outputRate);
        var output = new ArrayBufferWriter<float>();
        int at = 0;
        foreach (int chunk in chunks ?? [])
        {
            resampler.Write(input.AsSpan(at, chunk), output);
            at += chunk;
        }

        resampler.Write(input.AsSpan(at), output);
        resampler.Complete(output);
        return output.WrittenSpan.ToArray();
    }

    private static float[] Noise(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() * 1.6f) - 0.8f)];
    }
}
