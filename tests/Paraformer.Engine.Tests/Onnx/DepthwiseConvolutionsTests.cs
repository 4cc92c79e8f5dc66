using Microsoft.ML.OnnxRuntime;
using Paraformer.Engine.Onnx;

namespace Paraformer.Engine.Tests.Onnx;

public sealed class DepthwiseConvolutionsTests
{
    private const int Channels = 32;
    private const int Taps = 5;

    [Theory]
    [InlineData(17, true)]
    [InlineData(13, false)]
    [InlineData(11, true)]
    public void A_lifted_graph_computes_the_same(int operators, bool hasBias)
    {
        byte[] graph = Graph(operators, hasBias, Channels, [2, 2]);
        byte[] lifted = DepthwiseConvolutions.Lift(graph)!;
        float[] input = [.. Enumerable.Range(0, 2 * Channels * 13).Select(i => MathF.Sin(i * 0.7f))];
        float[] expected = Run(graph, input);
        Assert.Equal(2 * Channels * 13, expected.Length);
        Assert.Equal(expected, Run(lifted, input), (x, y) => Math.Abs(x - y) < 1e-5f);
    }

    [Fact]
    public void Two_convolutions_with_the_same_weights_are_both_lifted()
    {
        byte[] graph = Graph(17, hasBias: false, Channels, [4, 0], twice: true);
        byte[] lifted = DepthwiseConvolutions.Lift(graph)!;
        float[] input = [.. Enumerable.Range(0, 2 * Channels * 13).Select(i => MathF.Cos(i * 0.3f))];
        Assert.Equal(Run(graph, input), Run(lifted, input), (x, y) => Math.Abs(x - y) < 1e-5f);
        Assert.Null(DepthwiseConvolutions.Lift(lifted));
    }

    [Theory]
    [InlineData(1, Channels)]
    [InlineData(8, 8)]
    [InlineData(8, Channels)]
    public void Other_convolutions_are_left_alone(int groups, int channels) =>
        Assert.Null(DepthwiseConvolutions.Lift(Graph(17, hasBias: false, channels, [2, 2], groups)));

    [Theory]
    [InlineData("ParaformerModels/reference/streaming/encoder.onnx")]
    [InlineData("ParaformerModels/reference/streaming/decoder.onnx")]
    [InlineData("ParaformerModels/commands/encoder.onnx")]
    [InlineData("SenseVoice/reference/release/model.onnx")]
    [InlineData("Zipformer/reference/v2/encoder.onnx")]
    public void Graphs_as_the_public_models_are_exported_load_after_it(string file)
    {
        byte[] graph = File.ReadAllBytes(file);
        byte[]? lifted = DepthwiseConvolutions.Lift(graph);
        using var options = SessionSettings.Create();
        using var session = new InferenceSession(lifted ?? graph, options);
        using var published = new InferenceSession(graph, options);
        Assert.Equal(published.OutputMetadata.Keys, session.OutputMetadata.Keys);
        Assert.Equal(published.ModelMetadata.CustomMetadataMap, session.ModelMetadata.CustomMetadataMap);
    }

    [Fact]
    public void Damaged_files_are_left_alone_or_stay_readable()
    {
        byte[] graph = Graph(17, hasBias: true, Channels, [2, 2]);
        var random = new Random(9);
        for (int length = 0; length < graph.Length; length += 7)
        {
            Assert.Null(DepthwiseConvolutions.Lift(graph.AsSpan(0, length)));
        }

        for (int i = 0; i < 2000; i++)
        {
            byte[] broken = (byte[])graph.Clone();
            broken[random.Next(broken.Length)] ^= (byte)(1 << random.Next(8));
            _ = DepthwiseConvolutions.Lift(broken);
        }
    }

    private static float[] Run(byte[] graph, float[] input)
    {
        using var options = SessionSettings.Create();
        using var session = new InferenceSession(graph, options);
        using OrtValue value = OrtValue.CreateTensorValueFromMemory(input, [2, Channels, input.Length / Channels / 2]);
        using var run = new RunOptions();
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(run, ["x"], [value], ["y"]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    // x [batch, channels, time] through one or two convolutions with the same weights to y; field numbers of onnx.proto.
    private static byte[] Graph(int operators, bool hasBias, int channels, long[] pads, int groups = 0, bool twice = false)
    {
        groups = groups == 0 ? channels : groups;
        ProtoMessage graph = new ProtoMessage().Add(1, Convolution("x", twice ? "middle" : "y", hasBias, groups, pads));
        if (twice)
        {
            graph.Add(1, Convolution("middle", "y", hasBias, groups, pads));
        }

        graph.Add(2, "graph").Add(5, Tensor("w", [channels, channels / groups, Taps])).Add(5, Tensor("b", [channels])).Add(11, Value("x", channels)).Add(12, Value("y", channels));
        return new ProtoMessage().Add(1, 8).Add(7, graph.ToArray()).Add(8, new ProtoMessage().Add(1, "").Add(2, operators).ToArray()).ToArray();
    }

    private static byte[] Convolution(string from, string to, bool hasBias, int groups, long[] pads)
    {
        ProtoMessage node = new ProtoMessage().Add(1, from).Add(1, "w");
        if (hasBias)
        {
            node.Add(1, "b");
        }

        byte[] group = new ProtoMessage().Add(1, "group").Add(3, groups).Add(20, 2).ToArray();
        byte[] padding = new ProtoMessage().Add(1, "pads").Add(8, pads[0]).Add(8, pads[1]).Add(20, 7).ToArray();
        return node.Add(2, to).Add(4, "Conv").Add(5, group).Add(5, padding).ToArray();
    }

    private static byte[] Tensor(string name, long[] shape)
    {
        var message = new ProtoMessage();
        foreach (long dimension in shape)
        {
            message.Add(1, dimension);
        }

        int count = (int)shape.Aggregate((x, y) => x * y);
        byte[] values = [.. Enumerable.Range(0, count).SelectMany(i => BitConverter.GetBytes(MathF.Sin(i * 1.3f)))];
        return message.Add(2, 1).Add(8, name).Add(9, values).ToArray();
    }

    private static byte[] Value(string name, int channels)
    {
        static byte[] Dimension(long? size) => size is { } known ? new ProtoMessage().Add(1, known).ToArray() : [];
        byte[] shape = new ProtoMessage().Add(1, Dimension(null)).Add(1, Dimension(channels)).Add(1, Dimension(null)).ToArray();
        byte[] type = new ProtoMessage().Add(1, new ProtoMessage().Add(1, 1).Add(2, shape).ToArray()).ToArray();
        return new ProtoMessage().Add(1, name).Add(2, type).ToArray();
    }
}
