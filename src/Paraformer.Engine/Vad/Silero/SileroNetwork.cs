using System.Numerics.Tensors;
using Paraformer.Engine.Onnx;

namespace Paraformer.Engine.Vad.Silero;

/// <summary>
/// The 16 kHz network of Silero VAD v5/v6 with the weights of the pack's graph, computed without a runtime, at a third of its cost: a spectrum of four frames
/// (window and Fourier basis as one matrix), four convolutions down to one frame, one LSTM step, a logistic output. Safe to share.
/// </summary>
internal sealed class SileroNetwork
{
    public const int WindowSamples = 512;
    public const int ContextSamples = 64;
    public const int StateSize = 128;
    private const int BasisLength = 256;
    private const int Hop = 128;
    private const int Frames = 4;
    private const int Bins = 129;
    private const int Gates = 4 * StateSize;

    // Samples of a run: context, window, and the end of the window mirrored.
    private const int PaddedSamples = ContextSamples + WindowSamples + ContextSamples;
    private static readonly (int Inputs, int Outputs)[] s_convolutions = [(Bins, 128), (128, 64), (64, 64), (64, 128)];

    private readonly TiledMatrix _basis;
    private readonly TiledMatrix[] _convolutions;
    private readonly TiledMatrix _gates;
    private readonly float[] _output;
    private readonly float _outputBias;

    private SileroNetwork(TiledMatrix basis, TiledMatrix[] convolutions, TiledMatrix gates, float[] output, float outputBias)
    {
        (_basis, _convolutions, _gates, _output, _outputBias) = (basis, convolutions, gates, output, outputBias);
    }

    /// <summary>The network of an ONNX file, or null where the file has not the constants of this architecture under the names of the published files.</summary>
    public static SileroNetwork? Read(ReadOnlySpan<byte> model)
    {
        const string Basis = "stft.forward_basis_buffer";
        Dictionary<string, OnnxConstant> constants = OnnxConstants.Read(model);
        string? name = constants.FirstOrDefault(c => c.Key.EndsWith(Basis, StringComparison.Ordinal) && c.Value.Shape is [2 * Bins, 1, BasisLength]).Key;
        if (name is null)
        {
            return null;
        }

        string prefix = name[..^Basis.Length];
        var weights = new Dictionary<string, float[]>();
        foreach ((string part, int[] shape) in Parts())
        {
            if (!constants.TryGetValue(prefix + part, out OnnxConstant? constant) || !constant.Shape.AsSpan().SequenceEqual(shape))
            {
                return null;
            }

            weights[part] = constant.Values;
        }

        return Build(constants[name].Values, weights);
    }

    /// <summary>One window.</summary>
    /// <param name="samples">64 samples before the window and the window of 512.</param>
    /// <param name="hidden">128 values, replaced by the next.</param>
    /// <param name="cell">128 values, replaced by the next.</param>
    public float Run(ReadOnlySpan<float> samples, Span<float> hidden, Span<float> cell)
    {
        Span<float> padded = stackalloc float[PaddedSamples];
        samples.CopyTo(padded);
        for (int i = 0; i < ContextSamples; i++)
        {
            padded[samples.Length + i] = samples[samples.Length - 2 - i];
        }

        Span<float> spectrum = stackalloc float[Frames * _basis.PaddedOutputs];
        _basis.Multiply(padded, Hop, Frames, rectified: false, spectrum);

        // A frame of zeros before and behind, as the convolutions pad.
        Span<float> a = stackalloc float[(Frames + 2) * Bins];
        Span<float> b = stackalloc float[(Frames + 2) * StateSize];
        a.Clear();
        for (int f = 0; f < Frames; f++)
        {
            ReadOnlySpan<float> frame = spectrum[(f * _basis.PaddedOutputs)..];
            Span<float> magnitude = a.Slice((f + 1) * Bins, Bins);
            TensorPrimitives.Hypot(frame[..Bins], frame.Slice(Bins, Bins), magnitude);
        }

        Convolve(0, a, stride: 1, rows: 4, b);
        Convolve(1, b, stride: 2, rows: 2, a);
        Convolve(2, a, stride: 2, rows: 1, b);

        // The LSTM's input lies before what it remembers.
        Span<float> last = stackalloc float[2 * StateSize];
        Convolve(3, b, stride: 1, rows: 1, a);
        a.Slice(StateSize, StateSize).CopyTo(last);
        hidden.CopyTo(last[StateSize..]);
        Span<float> gates = stackalloc float[Gates];
        _gates.Multiply(last, stride: 0, rows: 1, rectified: false, gates);
        Remember(gates, hidden, cell);
        TensorPrimitives.Max(hidden, 0, last[..StateSize]);
        return 1 / (1 + MathF.Exp(-(TensorPrimitives.Dot<float>(last[..StateSize], _output) + _outputBias)));
    }

    // Results get frames of zeros around them too.
    private void Convolve(int layer, ReadOnlySpan<float> x, int stride, int rows, Span<float> y)
    {
        (int inputs, int outputs) = s_convolutions[layer];
        y[..outputs].Clear();
        y.Slice((rows + 1) * outputs, outputs).Clear();
        _convolutions[layer].Multiply(x, stride * inputs, rows, rectified: true, y[outputs..]);
    }

    // PyTorch's order of gates: input, forget, cell, output.
    private static void Remember(Span<float> gates, Span<float> hidden, Span<float> cell)
    {
        Span<float> input = gates[..StateSize], forget = gates.Slice(StateSize, StateSize), candidate = gates.Slice(2 * StateSize, StateSize), output = gates[(3 * StateSize)..];
        TensorPrimitives.Sigmoid(input, input);
        TensorPrimitives.Sigmoid(forget, forget);
        TensorPrimitives.Tanh(candidate, candidate);
        TensorPrimitives.Sigmoid(output, output);
        TensorPrimitives.Multiply(forget, cell, cell);
        TensorPrimitives.MultiplyAdd(input, candidate, cell, cell);
        TensorPrimitives.Tanh(cell, hidden);
        TensorPrimitives.Multiply(hidden, output, hidden);
    }

    private static IEnumerable<(string Name, int[] Shape)> Parts()
    {
        for (int i = 0; i < s_convolutions.Length; i++)
        {
            yield return ($"encoder.{i}.reparam_conv.weight", [s_convolutions[i].Outputs, s_convolutions[i].Inputs, 3]);
            yield return ($"encoder.{i}.reparam_conv.bias", [s_convolutions[i].Outputs]);
        }

        yield return ("decoder.rnn.weight_ih", [Gates, StateSize]);
        yield return ("decoder.rnn.weight_hh", [Gates, StateSize]);
        yield return ("decoder.rnn.bias_ih", [Gates]);
        yield return ("decoder.rnn.bias_hh", [Gates]);
        yield return ("decoder.decoder.2.weight", [1, StateSize, 1]);
        yield return ("decoder.decoder.2.bias", [1]);
    }

    private static SileroNetwork Build(float[] basis, Dictionary<string, float[]> weights)
    {
        var convolutions = new TiledMatrix[s_convolutions.Length];
        for (int i = 0; i < convolutions.Length; i++)
        {
            (int inputs, int outputs) = s_convolutions[i];
            float[] kernel = weights[$"encoder.{i}.reparam_conv.weight"];

            // Three frames one behind the other make a row.
            convolutions[i] = new TiledMatrix(3 * inputs, outputs, (o, x) => kernel[(((o * inputs) + (x % inputs)) * 3) + (x / inputs)], weights[$"encoder.{i}.reparam_conv.bias"]);
        }

        float[] fromInput = weights["decoder.rnn.weight_ih"], fromHidden = weights["decoder.rnn.weight_hh"];
        float[] bias = [.. weights["decoder.rnn.bias_ih"].Zip(weights["decoder.rnn.bias_hh"], (x, y) => x + y)];
        var gates = new TiledMatrix(
            2 * StateSize, Gates, (o, x) => x < StateSize ? fromInput[(o * StateSize) + x] : fromHidden[(o * StateSize) + x - StateSize], bias);
        var spectrum = new TiledMatrix(BasisLength, 2 * Bins, (o, x) => basis[(o * BasisLength) + x], []);
        return new SileroNetwork(spectrum, convolutions, gates, weights["decoder.decoder.2.weight"], weights["decoder.decoder.2.bias"][0]);
    }
}
