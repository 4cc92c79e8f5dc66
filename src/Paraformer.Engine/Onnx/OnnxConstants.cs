using System.Runtime.InteropServices;

namespace Paraformer.Engine.Onnx;

/// <summary>A constant of floats in an ONNX file.</summary>
/// <param name="Shape">Its dimensions.</param>
/// <param name="Values">Its values, row by row.</param>
internal sealed record OnnxConstant(int[] Shape, float[] Values);

/// <summary>
/// Reads the named constants of an ONNX file: initializers and outputs of Constant nodes, those of subgraphs included.
/// Only the fields that matter are read of the file's protocol buffers (onnx.proto of ONNX, field numbers as there).
/// </summary>
internal static class OnnxConstants
{
    private const int MaxDepth = 8;

    /// <summary>All constants of 32-bit floats by name; nothing of what is not well-formed.</summary>
    public static Dictionary<string, OnnxConstant> Read(ReadOnlySpan<byte> model)
    {
        var found = new Dictionary<string, OnnxConstant>(StringComparer.Ordinal);
        var fields = new ProtoFields(model);
        while (fields.Next())
        {
            if (fields is { Number: 7, IsBytes: true })
            {
                Graph(fields.Bytes, found, 0);
            }
        }

        return found;
    }

    private static void Graph(ReadOnlySpan<byte> graph, Dictionary<string, OnnxConstant> found, int depth)
    {
        var fields = new ProtoFields(graph);
        while (depth < MaxDepth && fields.Next())
        {
            if (fields is { Number: 1, IsBytes: true })
            {
                Node(fields.Bytes, found, depth);
            }
            else if (fields is { Number: 5, IsBytes: true })
            {
                Add(fields.Bytes, name: null, found);
            }
        }
    }

    private static void Node(ReadOnlySpan<byte> node, Dictionary<string, OnnxConstant> found, int depth)
    {
        string? output = null;
        var fields = new ProtoFields(node);
        while (fields.Next())
        {
            if (fields is { Number: 2, IsBytes: true })
            {
                output ??= fields.Text;
            }
        }

        fields = new ProtoFields(node);
        while (fields.Next())
        {
            if (fields is { Number: 5, IsBytes: true })
            {
                Attribute(fields.Bytes, output, found, depth);
            }
        }
    }

    private static void Attribute(ReadOnlySpan<byte> attribute, string? output, Dictionary<string, OnnxConstant> found, int depth)
    {
        var fields = new ProtoFields(attribute);
        while (fields.Next())
        {
            if (fields is { Number: 5, IsBytes: true })
            {
                Add(fields.Bytes, output, found);
            }
            else if (fields is { Number: 6, IsBytes: true })
            {
                Graph(fields.Bytes, found, depth + 1);
            }
        }
    }

    private static void Add(ReadOnlySpan<byte> tensor, string? name, Dictionary<string, OnnxConstant> found)
    {
        var shape = new List<long>();
        ReadOnlySpan<byte> values = default;
        ulong type = 0;
        var fields = new ProtoFields(tensor);
        while (fields.Next())
        {
            switch (fields.Number)
            {
                case 1:
                    fields.AddNumbers(shape);
                    break;
                case 2:
                    type = fields.Value;
                    break;
                case 4 or 9 when fields.IsBytes:
                    values = fields.Bytes;
                    break;
                case 8 when fields.IsBytes:
                    name ??= fields.Text;
                    break;
            }
        }

        const ulong Float = 1;
        long count = shape.Aggregate(1L, (product, dimension) => dimension is >= 0 and <= int.MaxValue ? Math.Min(product * dimension, int.MaxValue) : int.MaxValue);
        if (type == Float && name is { Length: > 0 } && count * sizeof(float) == values.Length)
        {
            found[name] = new OnnxConstant([.. shape.Select(d => (int)d)], MemoryMarshal.Cast<byte, float>(values).ToArray());
        }
    }
}
