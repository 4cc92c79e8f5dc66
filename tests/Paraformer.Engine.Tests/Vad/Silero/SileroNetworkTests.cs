using Paraformer.Engine.Onnx;
using Paraformer.Engine.Vad.Silero;
using Paraformer.Models;
using Paraformer.Testing;

namespace Paraformer.Engine.Tests.Vad.Silero;

public sealed class SileroNetworkTests
{
    [Fact]
    public void Every_window_of_speech_and_silence_is_what_onnx_runtime_computes()
    {
        InstalledPack pack = Packs.Require("vad-silero");
        using PackGraph graph = PackGraph.Load(pack, "silero_vad.onnx");
        using var published = new SessionSileroDetector(graph);
        using var own = new SileroDetector(SileroNetwork.Read(File.ReadAllBytes(pack.PathOf("silero_vad.onnx")))!);
        var random = new Random(3);
        float[] noise = [.. Enumerable.Range(0, 16000).Select(_ => (random.NextSingle() - 0.5f) * 0.01f)];
        float[] row = [.. new float[8000], .. WaveFile.Read16BitMono(Samples.PathOf("austen-0870.wav")), .. noise, .. WaveFile.Read16BitMono(Samples.PathOf("austen-0930.wav"))];
        for (int i = 0; i + 512 <= row.Length; i += 512)
        {
            Assert.Equal(published.Detect(row.AsSpan(i, 512)), own.Detect(row.AsSpan(i, 512)), 1e-4f);
        }
    }

    [Fact]
    public void The_published_file_needs_no_runtime()
    {
        using SileroModel model = SileroModel.Load(Packs.Require("vad-silero"));
        Assert.True(model.IsNative);
    }

    [Fact]
    public void A_file_whose_weights_are_not_used_as_published_is_left_to_onnx_runtime()
    {
        // The name of one constant changes to that of another network's, wherever it stands: the graph means the same.
        byte[] file = File.ReadAllBytes(Packs.Require("vad-silero").PathOf("silero_vad.onnx"));
        Replace(file, "encoder.3.reparam_conv.bias"u8, "encoder.9.reparam_conv.bias"u8);
        Assert.Null(SileroNetwork.Read(file));
        DirectoryInfo folder = Directory.CreateTempSubdirectory();
        try
        {
            File.WriteAllBytes(Path.Combine(folder.FullName, "silero_vad.onnx"), file);
            using SileroModel model = SileroModel.Load(new InstalledPack(Packs.Require("vad-silero").Descriptor, folder.FullName));
            Assert.False(model.IsNative);
            using IVoiceActivityDetector detector = model.CreateDetector();
            Assert.InRange(detector.Detect(new float[512]), 0, 0.3f);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Damaged_files_have_no_network_and_cause_no_error()
    {
        byte[] file = File.ReadAllBytes(Packs.Require("vad-silero").PathOf("silero_vad.onnx"));
        var random = new Random(5);
        Assert.Null(SileroNetwork.Read([]));
        for (int i = 0; i < 40; i++)
        {
            Assert.Null(SileroNetwork.Read(file.AsSpan(0, random.Next(file.Length / 2))));
            byte[] noise = new byte[random.Next(4000)];
            random.NextBytes(noise);
            Assert.Null(SileroNetwork.Read(noise));
            byte[] broken = (byte[])file.Clone();
            for (int k = 0; k < 200; k++)
            {
                broken[random.Next(k < 100 ? 3000 : broken.Length)] ^= (byte)(1 << random.Next(8));
            }

            // Whatever it finds is looked at by the model before it is used.
            _ = SileroNetwork.Read(broken);
        }
    }

    private static void Replace(Span<byte> bytes, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
    {
        for (int at = bytes.IndexOf(from); at >= 0; at = bytes.IndexOf(from))
        {
            to.CopyTo(bytes[at..]);
        }
    }
}
