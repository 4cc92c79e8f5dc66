namespace Paraformer.Engine.Onnx;

/// <summary>A Conv node of ONNX over one dimension.</summary>
internal sealed class DepthwiseConvolution
{
    private const int Integer = 2, Integers = 7;
    private readonly List<string> _inputs = [];
    private readonly Dictionary<string, List<long>> _numbers = new(StringComparer.Ordinal);
    private string _output = "";
    private bool _isConvolution;
    private bool _isStandard = true;
    private long _groups = 1;

    /// <summary>The name of its weights.</summary>
    public string Weights => _inputs[1];

    /// <summary>Reads a node; null where it is no Conv or one that is padded by rule.</summary>
    public static DepthwiseConvolution? Read(ReadOnlySpan<byte> node)
    {
        var read = new DepthwiseConvolution();
        var fields = new ProtoFields(node);
        while (fields.Next())
        {
            switch (fields.Number)
            {
                case 1 when fields.IsBytes:
                    read._inputs.Add(fields.Text);
                    break;
                case 2 when fields.IsBytes:
                    read._output = fields.Text;
                    break;
                case 4 when fields.IsBytes:
                    read._isConvolution = fields.Bytes.SequenceEqual("Conv"u8);
                    break;
                case 5 when fields.IsBytes:
                    read.Attribute(fields.Bytes);
                    break;
                case 7 when fields.IsBytes:
                    read._isStandard &= fields.Bytes is [] || fields.Bytes.SequenceEqual("ai.onnx"u8);
                    break;
            }
        }

        return read is { _isConvolution: true, _isStandard: true, _inputs.Count: 2 or 3, _output.Length: > 0 } && fields.IsAtEnd ? read : null;
    }

    /// <summary>Whether it is a depthwise convolution over one dimension with weights of these dimensions.</summary>
    public bool Fits(List<long> weights, int minChannels) =>
        weights is [long channels, 1, long taps] && channels == _groups && channels >= minChannels
        && Numbers("kernel_shape", [taps]) is [long kernel] && kernel == taps
        && Numbers("strides", [1]).Count == 1 && Numbers("dilations", [1]).Count == 1 && Numbers("pads", [0, 0]).Count == 2;

    /// <summary>The nodes that do the same over two dimensions, the first of them of size one.</summary>
    /// <param name="weights">The name of weights with a dimension of one before the last.</param>
    /// <param name="axes">The name of the constant [2]; null where axes are an attribute.</param>
    public IEnumerable<byte[]> Lifted(string weights, string? axes)
    {
        string wide = _output + "/wide", convolved = _output + "/convolved";
        yield return Reshape("Unsqueeze", _inputs[0], wide, axes);
        ProtoMessage node = new ProtoMessage().Add(1, wide).Add(1, weights);
        if (_inputs.Count == 3)
        {
            node.Add(1, _inputs[2]);
        }

        node.Add(2, convolved).Add(3, convolved).Add(4, "Conv").Add(5, new ProtoMessage().Add(1, "group").Add(3, _groups).Add(20, Integer).ToArray());
        foreach ((string name, long single) in new[] { ("kernel_shape", 1L), ("strides", 1L), ("dilations", 1L), ("pads", 0L) })
        {
            if (_numbers.TryGetValue(name, out List<long>? values))
            {
                node.Add(5, List(name, values is [long first, long last] ? [single, first, single, last] : [single, values[0]]));
            }
        }

        yield return node.ToArray();
        yield return Reshape("Squeeze", convolved, _output, axes);
    }

    private static byte[] Reshape(string type, string input, string output, string? axes)
    {
        ProtoMessage node = new ProtoMessage().Add(1, input);
        if (axes is not null)
        {
            node.Add(1, axes);
        }

        node.Add(2, output).Add(3, $"{output}/{type}").Add(4, type);
        return axes is null ? node.Add(5, List("axes", [2])).ToArray() : node.ToArray();
    }

    private static byte[] List(string name, ReadOnlySpan<long> values)
    {
        ProtoMessage attribute = new ProtoMessage().Add(1, name);
        foreach (long value in values)
        {
            attribute.Add(8, value);
        }

        return attribute.Add(20, Integers).ToArray();
    }

    private List<long> Numbers(string name, List<long> usual) => _numbers.GetValueOrDefault(name, usual);

    private void Attribute(ReadOnlySpan<byte> attribute)
    {
        string name = "";
        long number = 0;
        var numbers = new List<long>();
        bool padsByRule = false;
        var fields = new ProtoFields(attribute);
        while (fields.Next())
        {
            switch (fields.Number)
            {
                case 1 when fields.IsBytes:
                    name = fields.Text;
                    break;
                case 3:
                    number = (long)fields.Value;
                    break;
                case 4 when fields.IsBytes:
                    padsByRule = !fields.Bytes.SequenceEqual("NOTSET"u8);
                    break;
                case 8:
                    fields.AddNumbers(numbers);
                    break;
            }
        }

        _isStandard &= name != "auto_pad" || !padsByRule;
        _groups = name == "group" ? number : _groups;
        if (name is "kernel_shape" or "strides" or "dilations" or "pads")
        {
            _numbers[name] = numbers;
        }
    }
}
