using System.Buffers.Binary;

namespace Paraformer.Engine.Bandwidth;

/// <summary>
/// Weights of the network that predicts upper mel bands from lower ones: two hidden layers of rectified linear units and a linear path from input to output.
/// eng/training/bandwidth makes the embedded file and describes its layout.
/// </summary>
internal sealed class UpperBandModel
{
    private const string ResourceName = "Paraformer.Engine.Bandwidth.upper-band.bin";
    private const uint Magic = 0x31455742;

    private static readonly Lazy<UpperBandModel> Embedded = new(Load);

    private UpperBandModel(ref ResourceReader reader)
    {
        LowBands = reader.Int32();
        Hidden = reader.Int32();
        UpperBands = MelAnalyzer.BandCount - LowBands;
        FeatureCount = UpperBandFeatures.CountFor(LowBands);
        InputHidden = reader.Halves(FeatureCount * Hidden);
        HiddenBias = reader.Halves(Hidden);
        HiddenHidden = reader.Halves(Hidden * Hidden);
        SecondBias = reader.Halves(Hidden);
        HiddenOutput = reader.Halves(Hidden * UpperBands);
        InputOutput = reader.Halves(FeatureCount * UpperBands);
        OutputBias = reader.Halves(UpperBands);
    }

    /// <summary>The network shipped with the engine, for a cutoff of 4 kHz.</summary>
    public static UpperBandModel Default => Embedded.Value;

    /// <summary>Number of intact mel bands the features are made of.</summary>
    public int LowBands { get; }

    /// <summary>Number of predicted bands.</summary>
    public int UpperBands { get; }

    /// <summary>Units in each hidden layer.</summary>
    public int Hidden { get; }

    /// <summary>Number of input features.</summary>
    public int FeatureCount { get; }

    /// <summary>Weights [feature, unit] of the first layer.</summary>
    public float[] InputHidden { get; }

    /// <summary>Biases of the first layer.</summary>
    public float[] HiddenBias { get; }

    /// <summary>Weights [unit, unit] of the second layer.</summary>
    public float[] HiddenHidden { get; }

    /// <summary>Biases of the second layer.</summary>
    public float[] SecondBias { get; }

    /// <summary>Weights [unit, band] of the output.</summary>
    public float[] HiddenOutput { get; }

    /// <summary>Weights [feature, band] of the linear path.</summary>
    public float[] InputOutput { get; }

    /// <summary>Biases of the output.</summary>
    public float[] OutputBias { get; }

    private static UpperBandModel Load()
    {
        using var stream = typeof(UpperBandModel).Assembly.GetManifestResourceStream(ResourceName)
            ?? throw new InvalidOperationException($"The resource {ResourceName} is missing from the assembly: embed it in the project file.");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        var reader = new ResourceReader(bytes);
        if (reader.Int32() != Magic)
        {
            throw new InvalidDataException($"The resource {ResourceName} is not a bandwidth extension model: rebuild it with eng/training/bandwidth.");
        }

        return new UpperBandModel(ref reader);
    }

    private ref struct ResourceReader(ReadOnlySpan<byte> bytes)
    {
        private ReadOnlySpan<byte> _rest = bytes;

        public int Int32()
        {
            var value = BinaryPrimitives.ReadInt32LittleEndian(_rest);
            _rest = _rest[sizeof(int)..];
            return value;
        }

        public float[] Halves(int count)
        {
            var values = new float[count];
            for (var i = 0; i < count; i++)
            {
                values[i] = (float)BinaryPrimitives.ReadHalfLittleEndian(_rest[(2 * i)..]);
            }

            _rest = _rest[(2 * count)..];
            return values;
        }
    }
}
