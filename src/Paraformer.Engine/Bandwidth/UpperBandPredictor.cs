using System.Numerics;
using System.Runtime.InteropServices;

namespace Paraformer.Engine.Bandwidth;

/// <summary>Runs the network of an <see cref="UpperBandModel"/> on one frame at a time.</summary>
/// <param name="model">The weights.</param>
internal sealed class UpperBandPredictor(UpperBandModel model)
{
    private readonly float[] _first = new float[model.Hidden];
    private readonly float[] _second = new float[model.Hidden];

    /// <summary>Predicts log energies of the upper bands relative to the frame's level.</summary>
    /// <param name="features">The frame's features.</param>
    /// <param name="output">Receives <see cref="UpperBandModel.UpperBands"/> values.</param>
    public void Predict(ReadOnlySpan<float> features, Span<float> output)
    {
        model.HiddenBias.CopyTo(_first, 0);
        AddProduct(features, model.InputHidden, _first);
        Rectify(_first);
        model.SecondBias.CopyTo(_second, 0);
        AddProduct(_first, model.HiddenHidden, _second);
        Rectify(_second);
        model.OutputBias.CopyTo(output);
        AddProduct(_second, model.HiddenOutput, output);
        AddProduct(features, model.InputOutput, output);
    }

    private static void AddProduct(ReadOnlySpan<float> input, ReadOnlySpan<float> weights, Span<float> output)
    {
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(output);
        var rest = vectors.Length * Vector<float>.Count;
        for (var i = 0; i < input.Length; i++)
        {
            var value = input[i];
            if (value == 0)
            {
                continue;
            }

            var row = weights.Slice(i * output.Length, output.Length);
            var rowVectors = MemoryMarshal.Cast<float, Vector<float>>(row);
            for (var j = 0; j < vectors.Length; j++)
            {
                vectors[j] += rowVectors[j] * value;
            }

            for (var j = rest; j < row.Length; j++)
            {
                output[j] += row[j] * value;
            }
        }
    }

    private static void Rectify(Span<float> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = Math.Max(values[i], 0);
        }
    }
}
