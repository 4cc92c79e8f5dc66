using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Paraformer.Engine.CharCtc;

/// <summary>Reads a network in Kaldi's binary nnet1 form, of the components that FSMN models use.</summary>
internal ref struct KaldiNetworkReader
{
    private const int MaxDimension = 1 << 16;

    // Ten times what the public network looks back and ahead: every stream keeps as many frames.
    private const int MaxReach = 1024;
    private ReadOnlySpan<byte> _rest;

    private KaldiNetworkReader(ReadOnlySpan<byte> data) => _rest = data;

    /// <summary>Reads a whole network.</summary>
    /// <exception cref="InvalidDataException">The data are not such a network; the message says what is wrong.</exception>
    public static FsmnNetwork Read(ReadOnlySpan<byte> data)
    {
        if (data.Length < 2 || data[0] != 0 || data[1] != (byte)'B')
        {
            throw new InvalidDataException("it is not a binary Kaldi file");
        }

        var reader = new KaldiNetworkReader(data[2..]);
        reader.Expect("<Nnet>");
        var layers = new List<object>();
        int first = 0;
        int current = 0;
        for (string token = reader.Token(); token != "</Nnet>"; token = reader.Token())
        {
            int outputs = reader.Dimension();
            int inputs = reader.Dimension();
            if (layers.Count > 0 && inputs != current)
            {
                throw new InvalidDataException($"{token} takes {inputs} values, but {current} come");
            }

            if (inputs != outputs && token is not ("<AffineTransform>" or "<LinearTransform>"))
            {
                throw new InvalidDataException($"{token} takes {inputs} values and gives {outputs}");
            }

            first = layers.Count == 0 ? inputs : first;
            current = outputs;
            reader.Component(token, inputs, outputs, layers);
        }

        return layers.Count > 0 ? new FsmnNetwork(layers, first, current) : throw new InvalidDataException("it has no layers");
    }

    private void Component(string token, int inputs, int outputs, List<object> layers)
    {
        switch (token)
        {
            case "<AffineTransform>":
            {
                Attributes(hasBias: true);
                float[] weights = Matrix(outputs, inputs);
                layers.Add(new AffineLayer(inputs, outputs, weights, Vector(outputs)));
                break;
            }

            case "<LinearTransform>":
                Attributes(hasBias: false);
                layers.Add(new AffineLayer(inputs, outputs, Matrix(outputs, inputs), []));
                break;
            case "<Fsmn>":
                layers.Add(Memory(inputs));
                break;
            case "<RectifiedLinear>" when layers.LastOrDefault() is AffineLayer affine:
                affine.Rectified = true;
                break;
            case "<Softmax>":
                break;
            default:
                throw new InvalidDataException($"component {token} is not supported");
        }
    }

    // Learning rates and the like stand before the matrix, which begins with its own token.
    private void Attributes(bool hasBias)
    {
        Expect("<LearnRateCoef>");
        Float();
        if (hasBias)
        {
            Expect("<BiasLearnRateCoef>");
            Float();
            Expect("<MaxNorm>");
            Float();
        }
    }

    private MemoryLayer Memory(int dimension)
    {
        Expect("<LearnRateCoef>");
        Float();
        Expect("<LOrder>");
        int left = Dimension();
        Expect("<ROrder>");
        int right = Dimension();
        Expect("<LStride>");
        int leftStride = Dimension();
        Expect("<RStride>");
        int rightStride = Dimension();
        Expect("<MaxNorm>");
        Float();
        if ((long)left * leftStride > MaxReach || (long)right * rightStride > MaxReach)
        {
            throw new InvalidDataException($"a memory of {left} × {leftStride} frames back and {right} × {rightStride} ahead; at most {MaxReach} are run");
        }

        float[] leftWeights = Matrix(left, dimension);
        return new MemoryLayer(dimension, leftWeights, leftStride, Matrix(right, dimension), rightStride);
    }

    private float[] Matrix(int rows, int columns)
    {
        Expect("FM");
        int r = Dimension();
        int c = Dimension();
        return r == rows && c == columns ? Floats((long)rows * columns) : throw new InvalidDataException($"a matrix of {r} × {c} instead of {rows} × {columns}");
    }

    private float[] Vector(int length)
    {
        Expect("FV");
        int n = Dimension();
        return n == length ? Floats(length) : throw new InvalidDataException($"a vector of {n} instead of {length}");
    }

    private float[] Floats(long count)
    {
        float[] values = MemoryMarshal.Cast<byte, float>(Take(count * sizeof(float))).ToArray();
        return values.All(float.IsFinite) ? values : throw new InvalidDataException("a weight is not finite");
    }

    private void Expect(string token)
    {
        string found = Token();
        if (found != token)
        {
            throw new InvalidDataException($"'{found}' stands where {token} belongs");
        }
    }

    private string Token()
    {
        int end = _rest[..Math.Min(_rest.Length, 40)].IndexOf((byte)' ');
        if (end < 0)
        {
            throw new InvalidDataException("the file ends early, or holds something else than a network");
        }

        string token = Encoding.ASCII.GetString(_rest[..end]);
        _rest = _rest[(end + 1)..];
        return token;
    }

    // Numbers follow their size in bytes.
    private int Dimension()
    {
        ReadOnlySpan<byte> field = Take(5);
        int value = BinaryPrimitives.ReadInt32LittleEndian(field[1..]);
        return field[0] == 4 && value is > 0 and <= MaxDimension ? value : throw new InvalidDataException($"a dimension of {value}");
    }

    private float Float()
    {
        ReadOnlySpan<byte> field = Take(5);
        return field[0] == 4 ? BinaryPrimitives.ReadSingleLittleEndian(field[1..]) : throw new InvalidDataException("a number of another size than 4 bytes");
    }

    private ReadOnlySpan<byte> Take(long count)
    {
        if (count > _rest.Length)
        {
            throw new InvalidDataException("the file ends early");
        }

        ReadOnlySpan<byte> taken = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return taken;
    }
}
