namespace Paraformer.Audio.Tests.Resampling;

/// <summary>Measured against the tone that a perfect resampler would give: level, delay and noise in one number.</summary>
public class ResamplerQualityTests
{
    private const double Amplitude = 0.5;

    public static TheoryData<int, int> RatePairs => new()
    {
        { 44100, 16000 },
        { 48000, 16000 },
        { 11025, 16000 },
        { 8000, 16000 },
        { 16000, 8000 },
        { 22050, 16000 },
        { 96000, 8000 },
        { 12345, 16000 },
        { 44101, 16000 },
        { 767999, 16000 },
        { 1000, 16000 },
    };

    [Theory]
    [MemberData(nameof(RatePairs))]
    public void Tones_in_the_passband_come_out_in_place_with_80_dB_signal_to_noise(int inputRate, int outputRate)
    {
        double nyquist = Math.Min(inputRate, outputRate) / 2.0;
        foreach (double part in (double[])[0.01, 0.1, 0.3, 0.5, 0.7, 0.8, 0.9])
        {
            double frequency = part * nyquist;
            float[] output = Resample(frequency, inputRate, outputRate);
            double error = 0;
            (int from, int to) = Steady(output.Length);
            for (int n = from; n < to; n++)
            {
                double wanted = Amplitude * Math.Sin(2 * Math.PI * frequency * n / outputRate);
                error += (output[n] - wanted) * (output[n] - wanted);
            }

            double ratio = Decibels(Amplitude * Amplitude / 2 / (error / (to - from)));
            Assert.True(ratio >= 80, $"{frequency:F0} Hz: {ratio:F1} dB");
        }
    }

    [Theory]
    [MemberData(nameof(RatePairs))]
    public void The_passband_is_flat_to_a_tenth_of_a_decibel(int inputRate, int outputRate)
    {
        double nyquist = Math.Min(inputRate, outputRate) / 2.0;
        for (double part = 0.05; part <= 0.901; part += 0.05)
        {
            double level = Decibels(Power(Resample(part * nyquist, inputRate, outputRate)) / (Amplitude * Amplitude / 2));
            Assert.InRange(level, -0.1, 0.1);
        }
    }

    [Theory]
    [InlineData(44100, 16000)]
    [InlineData(48000, 16000)]
    [InlineData(16000, 8000)]
    [InlineData(22050, 16000)]
    [InlineData(96000, 8000)]
    [InlineData(44101, 16000)]
    [InlineData(767999, 16000)]
    public void Tones_beyond_the_output_Nyquist_frequency_are_80_dB_down(int inputRate, int outputRate)
    {
        double lowest = outputRate / 2.0 * 1.01;
        double highest = inputRate / 2.0 * 0.99;
        for (int step = 0; step <= 12; step++)
        {
            double frequency = lowest * Math.Pow(highest / lowest, step / 12.0);
            double level = Decibels(Power(Resample(frequency, inputRate, outputRate)) / (Amplitude * Amplitude / 2));
            Assert.True(level <= -80, $"{frequency:F0} Hz: {level:F1} dB");
        }
    }

    [Theory]
    [InlineData(44100, 16000)]
    [InlineData(44101, 16000)]
    public void A_minute_in_the_tone_is_still_in_place(int inputRate, int outputRate)
    {
        const double frequency = 1000;
        float[] input = [.. Enumerable.Range(0, inputRate * 60).Select(n => Tone(frequency, n, inputRate))];
        float[] output = ResamplerTests.Run(inputRate, outputRate, input);
        Assert.Equal(outputRate * 60, output.Length);
        for (int n = output.Length - 2000; n < output.Length - 1000; n++)
        {
            Assert.Equal(Tone(frequency, n, outputRate), output[n], 1e-4);
        }
    }

    [Fact]
    public void An_impulse_comes_out_at_its_own_time()
    {
        var input = new float[44100];
        input[22050] = 1f;
        float[] output = ResamplerTests.Run(44100, 16000, input);
        Assert.Equal(8000, Array.IndexOf(output, output.Max()));
        Assert.Equal(output[7999], output[8001], 1e-6);
    }

    private static float[] Resample(double frequency, int inputRate, int outputRate)
    {
        float[] input = [.. Enumerable.Range(0, Math.Max(inputRate / 4, 1000)).Select(n => Tone(frequency, n, inputRate))];
        return ResamplerTests.Run(inputRate, outputRate, input);
    }

    private static float Tone(double frequency, int n, int rate) => (float)(Amplitude * Math.Sin(2 * Math.PI * frequency * n / rate));

    /// <summary>The part away from the ends, where the tone starts and stops.</summary>
    private static (int From, int To) Steady(int length) => (length / 4, length * 3 / 4);

    private static double Power(float[] samples)
    {
        (int from, int to) = Steady(samples.Length);
        return samples[from..to].Sum(static s => (double)s * s) / (to - from);
    }

    private static double Decibels(double powerRatio) => 10 * Math.Log10(powerRatio);
}
