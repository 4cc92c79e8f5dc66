using System.Buffers;
using Microsoft.ML.OnnxRuntime;

namespace Paraformer.Engine.Onnx;

/// <summary>The inputs of one run of a graph, on memory that is used again.</summary>
/// <param name="count">How many inputs.</param>
internal sealed class BatchTensors(int count) : IDisposable
{
    private readonly List<OrtValue> _values = new(count);
    private readonly List<float[]> _rented = new(count);

    /// <summary>The inputs in the order that they were added in.</summary>
    public IReadOnlyList<OrtValue> Values => _values;

    /// <summary>Adds a tensor and gives its values to be filled: what was in them is undefined.</summary>
    public Span<float> Add(params ReadOnlySpan<long> shape)
    {
        long values = 1;
        foreach (long size in shape)
        {
            values *= size;
        }

        float[] rented = ArrayPool<float>.Shared.Rent((int)values);
        _rented.Add(rented);
        _values.Add(OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, rented.AsMemory(0, (int)values), shape.ToArray()));
        return rented.AsSpan(0, (int)values);
    }

    /// <summary>Adds a tensor that is there; it is disposed of with the others.</summary>
    public void Add(OrtValue value) => _values.Add(value);

    /// <summary>Fills a row with a step's values, and what is left of it with zeros.</summary>
    public static void Fill(ReadOnlySpan<float> values, Span<float> row)
    {
        values.CopyTo(row);
        row[values.Length..].Clear();
    }

    public void Dispose()
    {
        _values.ForEach(v => v.Dispose());
        _rented.ForEach(r => ArrayPool<float>.Shared.Return(r));
    }
}
