using System.Buffers;
using CsCheck;
using Paraformer.Engine.Bandwidth;

namespace Paraformer.Engine.Tests.Bandwidth;

public sealed class BandwidthExtenderTests
{
    private const int Rate = 16000;

    [Fact]
    public void The_result_does_not_depend_on_how_the_input_is_cut()
    {
        var input = Fricative(Rate, 4000, 0.1);
        var whole = Extend(8000, input, [input.Length]);
        Gen.Int[0, 3000].Array[1, 12].Sample(cuts => Extend(8000, input, cuts).AsSpan().SequenceEqual(whole), iter: 30);
    }

    [Theory]
    [InlineData(8000)]
    [InlineData(9600)]
    public void The_band_below_the_cutoff_is_unchanged(int sourceRate)
    {
        var cutoff = sourceRate / 2.0;
        var input = Fricative(Rate, cutoff - 200, 0.1);
        var output = Extend(sourceRate, input, [1600]);
        var added = output.Zip(input, (o, i) => o - i).ToArray();
        Assert.True(BandPower(added, 0, cutoff - 300) < 1e-5 * BandPower(input, 0, cutoff - 300));
        Assert.True(BandPower(added, cutoff, 8000) > 0);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(399)]
    [InlineData(400)]
    [InlineData(719)]
    [InlineData(720)]
    [InlineData(5001)]
    public void There_are_as_many_samples_out_as_in(int length) =>
        Assert.Equal(length, Extend(8000, Fricative(length, 4000, 0.1), [97]).Length);

    [Fact]
    public void Digital_silence_stays_digital_silence() =>
        Assert.All(Extend(8000, new float[Rate], [1600]), sample => Assert.Equal(0f, sample));

    [Fact]
    public void At_most_forty_milliseconds_are_held_back()
    {
        var extender = new BandwidthExtender(8000);
        var output = new ArrayBufferWriter<float>();
        var input = Fricative(Rate, 4000, 0.1);
        for (var n = 0; n < input.Length; n++)
        {
            extender.Process(input.AsSpan(n, 1), output);
            Assert.InRange(n + 1 - output.WrittenCount, 0, 720);
            if (n > 720)
            {
                Assert.InRange(n + 1 - output.WrittenCount, 0, Rate * 40 / 1000);
            }
        }
    }

    [Fact]
    public void What_is_added_starts_and_ends_with_the_sound_it_belongs_to()
    {
        var input = new float[2 * Rate];
        Fricative(Rate / 2, 4000, 0.2).CopyTo(input, Rate);
        var added = Extend(8000, input, [1600]).Zip(input, (o, i) => o - i).ToArray();
        var before = Power(added.AsSpan(0, Rate - 640));
        var during = Power(added.AsSpan(Rate, Rate / 2));
        var after = Power(added.AsSpan((3 * Rate / 2) + 640));
        Assert.True(during > 1000 * before);
        Assert.True(during > 1000 * after);
        Assert.True(during > 0);
    }

    [Fact]
    public void A_fricative_gets_more_upper_band_than_a_vowel_of_the_same_level()
    {
        var fricative = Fricative(Rate, 4000, 0.05);
        var vowel = Vowel(Rate, 0.05);
        Assert.True(BandPower(Extend(8000, fricative, [1600]), 4500, 8000) > 10 * BandPower(Extend(8000, vowel, [1600]), 4500, 8000));
    }

    [Theory]
    [InlineData(0.05f)]
    [InlineData(0.5f)]
    public void Louder_input_gets_a_proportionally_louder_upper_band(float gain)
    {
        var input = Fricative(Rate, 4000, 0.3);
        var reference = BandPower(Extend(8000, input, [1600]), 4500, 8000);
        var scaled = BandPower(Extend(8000, Array.ConvertAll(input, sample => sample * gain), [1600]), 4500, 8000);
        Assert.InRange(scaled / (reference * gain * gain), 0.1, 10);
    }

    [Theory]
    [InlineData(11025)]
    [InlineData(16000)]
    [InlineData(48000)]
    public void A_source_of_sufficient_rate_passes_through_untouched(int sourceRate)
    {
        var input = Fricative(Rate, 8000, 0.1);
        Assert.Equal(input, Extend(sourceRate, input, [1000]));
    }

    [Fact]
    public void A_source_rate_below_8000_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new BandwidthExtender(7999));

    [Fact]
    public void Carriers_reach_the_energies_they_are_asked_for()
    {
        var carriers = new UpperBandCarriers(4000);
        var wanted = new float[carriers.Count];
        Array.Fill(wanted, 1e8f);
        var amplitudes = new float[carriers.Count];
        carriers.Solve(wanted, amplitudes);
        var frame = new float[MelAnalyzer.WindowLength];
        for (var carrier = 0; carrier < carriers.Count; carrier++)
        {
            for (var n = 0; n < frame.Length; n++)
            {
                frame[n] += amplitudes[carrier] * carriers.Wave(carrier)[n % UpperBandCarriers.Period];
            }
        }

        var energies = new float[MelAnalyzer.BandCount];
        new MelAnalyzer().Analyze(frame, energies);
        for (var carrier = 0; carrier < carriers.Count; carrier++)
        {
            Assert.InRange(energies[carriers.Band(carrier)], 0.5e8f, 2e8f);
        }
    }

    private static float[] Extend(int sourceRate, float[] input, int[] cuts)
    {
        var extender = new BandwidthExtender(sourceRate);
        var output = new ArrayBufferWriter<float>();
        var rest = input.AsSpan();
        for (var i = 0; !rest.IsEmpty; i++)
        {
            var cut = i < 10 * input.Length ? Math.Min(cuts[i % cuts.Length], rest.Length) : rest.Length;
            extender.Process(rest[..cut], output);
            rest = rest[cut..];
        }

        extender.Flush(output);
        return output.WrittenSpan.ToArray();
    }

    private static float[] Fricative(int length, double cutoffHz, double level) =>
        Tones(length, level, 20, cutoffHz, 37, hertz => hertz / 4000);

    private static float[] Vowel(int length, double level) =>
        Tones(length, level, 120, 4000, 120, hertz => Math.Pow(hertz / 120, -1.5));

    private static float[] Tones(int length, double level, double fromHz, double toHz, double stepHz, Func<double, double> amplitude)
    {
        var random = new Random(7);
        var output = new double[length];
        for (var hertz = fromHz; hertz < toHz; hertz += stepHz)
        {
            var phase = 2 * Math.PI * random.NextDouble();
            var gain = amplitude(hertz);
            for (var n = 0; n < length; n++)
            {
                output[n] += gain * Math.Cos((2 * Math.PI * hertz * n / Rate) + phase);
            }
        }

        var norm = level / Math.Sqrt(output.Sum(value => value * value) / Math.Max(length, 1));
        return Array.ConvertAll(output, value => (float)(value * norm));
    }

    private static double Power(ReadOnlySpan<float> samples)
    {
        var sum = 1e-20;
        foreach (var sample in samples)
        {
            sum += (double)sample * sample;
        }

        return sum / samples.Length;
    }

    private static double BandPower(float[] samples, double fromHz, double toHz)
    {
        const int Length = 1024;
        var power = 0.0;
        for (var start = 2048; start + Length <= samples.Length; start += 4 * Length)
        {
            for (var bin = (int)(fromHz * Length / Rate); bin < toHz * Length / Rate; bin++)
            {
                var (real, imaginary) = (0.0, 0.0);
                for (var n = 0; n < Length; n++)
                {
                    var weighted = samples[start + n] * (0.5 - (0.5 * Math.Cos(2 * Math.PI * n / Length)));
                    real += weighted * Math.Cos(2 * Math.PI * bin * n / Length);
                    imaginary += weighted * Math.Sin(2 * Math.PI * bin * n / Length);
                }

                power += (real * real) + (imaginary * imaginary);
            }
        }

        return power;
    }
}
