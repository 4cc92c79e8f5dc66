using Paraformer.Engine.Onnx;
using Paraformer.Engine.ParaformerModels;
using Paraformer.Models;

namespace Paraformer.Engine.Tests.ParaformerModels;

/// <summary>Encoder and decoder of a small streaming pack without a model around them.</summary>
internal sealed class GraphPair : IDisposable
{
    private readonly PackGraph _encoder;
    private readonly PackGraph _decoder;

    public GraphPair(InstalledPack pack)
    {
        _encoder = PackGraph.Load(pack, "encoder.onnx");
        _decoder = PackGraph.Load(pack, "decoder.onnx");
        ParaformerFiles files = ParaformerFiles.Read(pack, _encoder);
        Encoder = new EncoderRunner(_encoder, files.Statistics.Dimension, width: 16);
        Decoder = new DecoderRunner(_decoder, width: 16, memory: 10, files.Vocabulary.Count);
    }

    public EncoderRunner Encoder { get; }

    public DecoderRunner Decoder { get; }

    public static float[] Noise(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() * 4) - 2))];

    public static void AssertClose(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, ReferenceModels.Tolerance));
    }

    public void Dispose()
    {
        _encoder.Dispose();
        _decoder.Dispose();
    }
}
