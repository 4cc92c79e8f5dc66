using System.Runtime.InteropServices;
using System.Text;

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
        var fields = new Fields(model);
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
        var fields = new Fields(graph);
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
        var fields = new Fields(node);
        while (fields.Next())
        {
            if (fields is { Number: 2, IsBytes: true })
            {
                output ??= Encoding.UTF8.GetString(fields.Bytes);
            }
        }

        fields = new Fields(node);
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
        var fields = new Fields(attribute);
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
        var shape = new List<int>();
        ReadOnlySpan<byte> values = default;
        ulong type = 0;
        var fields = new Fields(tensor);
        while (fields.Next())
        {
            switch (fields.Number)
            {
                case 1 when fields.IsBytes:
                    var packed = new Fields(fields.Bytes);
                    while (packed.NextVarint(out ulong dimension))
                    {
                        shape.Add((int)Math.Min(dimension, int.MaxValue));
                    }

                    break;
                case 1:
                    shape.Add((int)Math.Min(fields.Value, int.MaxValue));
                    break;
                case 2:
                    type = fields.Value;
                    break;
                case 4 or 9 when fields.IsBytes:
                    values = fields.Bytes;
                    break;
                case 8 when fields.IsBytes:
                    name ??= Encoding.UTF8.GetString(fields.Bytes);
                    break;
            }
        }

        const ulong Float = 1;
        long count = shape.Aggregate(1L, (product, dimension) => Math.Min(product * dimension, int.MaxValue));
        if (type == Float && name is { Length: > 0 } && count * sizeof(float) == values.Length)
        {
            found[name] = new OnnxConstant([.. shape], MemoryMarshal.Cast<byte, float>(values).ToArray());
        }
    }

    // The fields of a message, one after the other; ends at the first that is not well-formed.
    private ref struct Fields(ReadOnlySpan<byte> message)
    {
        private ReadOnlySpan<byte> _rest = message;

        public int Number { get; private set; }

        public bool IsBytes { get; private set; }

        public ulong Value { get; private set; }

        public ReadOnlySpan<byte> Bytes { get; private set; }

        public bool Next()
        {
            if (!NextVarint(out ulong key))
            {
                return false;
            }

            Number = (int)(key >> 3);
            IsBytes = (key & 7) == 2;
            switch (key & 7)
            {
                case 0:
                    bool read = NextVarint(out ulong value);
                    Value = value;
                    return read;
                case 1:
                    return Skip(sizeof(ulong));
                case 2 when NextVarint(out ulong length) && length <= (ulong)_rest.Length:
                    Bytes = _rest[..(int)length];
                    return Skip((int)length);
                case 5:
                    return Skip(sizeof(uint));
                default:
                    return false;
            }
        }

        public bool NextVarint(out ulong value)
        {
            value = 0;
            for (int i = 0; i < 10 && i < _rest.Length; i++)
            {
                value |= (ulong)(_rest[i] & 0x7f) << (7 * i);
                if (_rest[i] < 0x80)
                {
                    _rest = _rest[(i + 1)..];
                    return true;
                }
            }

            return false;
        }

        private bool Skip(int count)
        {
            if (count > _rest.Length)
            {
                return false;
            }

            _rest = _rest[count..];
            return true;
        }
    }
}
