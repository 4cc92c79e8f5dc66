using CsCheck;
using Microsoft.ML.OnnxRuntime;
using Paraformer.Engine.CharCtc;
using Paraformer.Engine.Features;
using Paraformer.Models;
using Paraformer.Testing;

namespace Paraformer.Engine.Tests.CharCtc;

public sealed class FsmnNetworkTests
{
    [Fact]
    public void Posteriors_are_those_of_the_whole_utterance_in_ONNX_Runtime()
    {
        InstalledPack pack = Packs.Require("zh-char-ctc");
        FsmnNetwork network = Load(pack);
        float[] input = Input(60);
        float[] ours = Run(network, input, 60);
        using var session = new InferenceSession(pack.PathOf("fsmn_kws.onnx"));
        using var options = new RunOptions();
        using OrtValue speech = OrtValue.CreateTensorValueFromMemory(input, [1, 60, network.Inputs]);
        using IDisposableReadOnlyCollection<OrtValue> results = session.Run(options, ["speech"], [speech], ["logits"]);
        float[] theirs = results[0].GetTensorDataAsSpan<float>().ToArray();

        Assert.Equal(theirs.Length, ours.Length);
        for (int t = 0; t < 60; t++)
        {
            float[] expected = Softmax(theirs.AsSpan(t * network.Outputs, network.Outputs));
            float[] actual = Softmax(ours.AsSpan(t * network.Outputs, network.Outputs));
            Assert.All(expected.Zip(actual), p => Assert.InRange(p.First - p.Second, -1e-3f, 1e-3f));
        }
    }

    [Fact]
    public void Pieces_give_what_the_whole_gives_bit_for_bit()
    {
        FsmnNetwork network = Load(Packs.Require("zh-char-ctc"));
        float[] input = Input(40);
        float[] whole = Run(network, input, 40);
        Gen.Int[1, 39].Sample(piece => Assert.Equal(whole, Run(network, input, piece)), iter: 8, threads: 1);
    }

    [Fact]
    public void A_file_cut_off_is_an_error()
    {
        byte[] file = File.ReadAllBytes(Packs.Require("zh-char-ctc").PathOf("kwsr.net"));
        Gen.Int[0, file.Length - 9].Sample(length => Assert.Throws<InvalidDataException>(() => KaldiNetworkReader.Read(file.AsSpan(0, length))), iter: 30);
    }

    [Fact]
    public void A_file_with_other_headers_is_an_error_or_a_network()
    {
        byte[] file = File.ReadAllBytes(Packs.Require("zh-char-ctc").PathOf("kwsr.net"));
        Gen.Select(Gen.Int[0, 110], Gen.Byte).Sample(
            (at, value) =>
            {
                byte[] damaged = [.. file];
                damaged[at] = value;
                try
                {
                    Assert.True(KaldiNetworkReader.Read(damaged).Outputs > 0);
                }
                catch (InvalidDataException e)
                {
                    Assert.NotEmpty(e.Message);
                }
            },
            iter: 40);
    }

    private static FsmnNetwork Load(InstalledPack pack) => KaldiNetworkReader.Read(File.ReadAllBytes(pack.PathOf("kwsr.net")));

    private static float[] Input(int frames)
    {
        var random = new Random(3);
        return [.. Enumerable.Range(0, frames * 400).Select(_ => (float)(random.NextDouble() + random.NextDouble() - 1) * 2)];
    }

    private static float[] Run(FsmnNetwork network, float[] input, int piece)
    {
        FsmnNetwork.Stream stream = network.CreateStream();
        FrameBuffer frames = new(network.Inputs), outputs = new(network.Outputs);
        for (int i = 0; i < input.Length; i += piece * network.Inputs)
        {
            int count = Math.Min(piece * network.Inputs, input.Length - i);
            input.AsSpan(i, count).CopyTo(frames.AddRange(count / network.Inputs));
            stream.Run(frames, outputs);
        }

        stream.Finish(outputs);
        return outputs.Values.ToArray();
    }

    private static float[] Softmax(Span<float> logits)
    {
        float max = System.Numerics.Tensors.TensorPrimitives.Max<float>(logits);
        double[] values = [.. logits.ToArray().Select(x => Math.Exp(x - max))];
        double sum = values.Sum();
        return [.. values.Select(v => (float)(v / sum))];
    }
}
