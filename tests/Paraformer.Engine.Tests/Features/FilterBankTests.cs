using System.Text.Json;
using CsCheck;
using Paraformer.Engine.Features;

namespace Paraformer.Engine.Tests.Features;

/// <summary>Against frames made with kaldi-native-fbank from a reproducible signal: two sines and noise.</summary>
public sealed class FilterBankTests
{
    public static TheoryData<string> Cases => [.. Golden().Select(c => c.GetProperty("name").GetString()!)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Frames_are_those_of_Kaldi(string name)
    {
        JsonElement golden = Golden().Single(c => c.GetProperty("name").GetString() == name);
        FrameBuffer frames = Compute(OptionsOf(name), Signal(golden.GetProperty("samples").GetInt32()), 160);

        Assert.Equal(golden.GetProperty("frames").GetInt32(), frames.Count);
        foreach (JsonProperty frame in golden.GetProperty("values").EnumerateObject())
        {
            float[] actual = frames[int.Parse(frame.Name, System.Globalization.CultureInfo.InvariantCulture)].ToArray();
            Assert.All(frame.Value.EnumerateArray().Zip(actual), pair => Assert.Equal(pair.First.GetSingle(), pair.Second, 1e-3f));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Frames_before_the_end_are_those_whose_audio_is_there(string name)
    {
        JsonElement golden = Golden().Single(c => c.GetProperty("name").GetString() == name);
        var frames = new FrameBuffer(80);
        new FilterBankStream(new FilterBank(OptionsOf(name))).Accept(Signal(golden.GetProperty("samples").GetInt32()), frames);
        Assert.Equal(golden.GetProperty("frames_before_finish").GetInt32(), frames.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Frames_do_not_depend_on_the_pieces_bit_for_bit(bool funAsr)
    {
        FilterBankOptions options = funAsr ? FilterBankOptions.FunAsr : FilterBankOptions.Icefall;
        float[] signal = Signal(16000);
        float[] whole = Compute(options, signal, signal.Length).Values.ToArray();
        Gen.Int[1, 3000].Sample(piece => whole.AsSpan().SequenceEqual(Compute(options, signal, piece).Values), iter: 40);
    }

    [Fact]
    public void Silence_gives_the_floor()
    {
        FrameBuffer frames = Compute(FilterBankOptions.FunAsr, new float[1600], 1600);
        Assert.All(frames.Values.ToArray(), value => Assert.Equal(-15.942385f, value, 1e-5f));
    }

    [Fact]
    public void A_stream_starts_anew_after_its_end()
    {
        var stream = new FilterBankStream(new FilterBank(FilterBankOptions.Icefall));
        FrameBuffer first = new(80), second = new(80);
        float[] signal = Signal(5000);
        stream.Accept(signal, first);
        stream.Finish(first);
        stream.Accept(signal, second);
        stream.Finish(second);
        Assert.Equal(first.Values, second.Values);
    }

    [Theory]
    [InlineData(256)]
    [InlineData(512)]
    [InlineData(1024)]
    public void Power_is_that_of_the_definition(int length)
    {
        float[] signal = Signal(length);
        var transform = new RealFourierTransform(length);
        var power = new float[length / 2];
        transform.Power(signal, power, transform.CreateScratch());
        double total = signal.Sum(x => (double)x * x) * length;
        for (int k = 0; k < power.Length; k++)
        {
            double re = 0, im = 0;
            for (int n = 0; n < length; n++)
            {
                (double sin, double cos) = Math.SinCos(-2 * Math.PI * k * n / length);
                re += signal[n] * cos;
                im += signal[n] * sin;
            }

            Assert.Equal((re * re) + (im * im), power[k], total * 1e-6);
        }
    }

    internal static float[] Signal(int samples)
    {
        uint state = 12345;
        var signal = new float[samples];
        for (int i = 0; i < samples; i++)
        {
            state = (state * 1664525) + 1013904223;
            double noise = (int)(state >> 20) - 2048;
            double value = (8000 * Math.Sin(2 * Math.PI * 440 * i / 16000)) + (4000 * Math.Sin((2 * Math.PI * 1234.5 * i / 16000) + 0.3)) + (0.25 * noise);
            signal[i] = (float)(Math.Round(value, MidpointRounding.AwayFromZero) / 32768);
        }

        return signal;
    }

    internal static FrameBuffer Compute(FilterBankOptions options, ReadOnlySpan<float> signal, int piece)
    {
        var frames = new FrameBuffer(80);
        var stream = new FilterBankStream(new FilterBank(options));
        for (int i = 0; i < signal.Length; i += piece)
        {
            stream.Accept(signal[i..Math.Min(i + piece, signal.Length)], frames);
        }

        stream.Finish(frames);
        return frames;
    }

    private static FilterBankOptions OptionsOf(string name) =>
        name.StartsWith("paraformer", StringComparison.Ordinal) ? FilterBankOptions.FunAsr : FilterBankOptions.Icefall;

    private static JsonElement[] Golden()
    {
        using FileStream file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Features", "golden_fbank.json"));
        return [.. JsonDocument.Parse(file).RootElement.EnumerateArray()];
    }
}
