using Paraformer.Engine.ParaformerModels;
using Paraformer.Models;

namespace Paraformer.Engine.Tests.ParaformerModels;

public sealed class DamagedPackTests
{
    [Theory]
    [InlineData("encoder.onnx", "encoder.onnx")]
    [InlineData("decoder.onnx", "decoder.onnx")]
    [InlineData("tokens.txt", "tokens.txt")]
    public void A_missing_file_of_a_streaming_pack_is_named(string file, string named) => Refuses("streaming", folder => File.Delete(Path.Combine(folder, file)), named);

    [Theory]
    [InlineData("model.onnx")]
    [InlineData("model_eb.onnx")]
    [InlineData("am.mvn")]
    [InlineData("tokens.json")]
    public void A_cut_file_of_an_offline_pack_is_named(string file) => Refuses(
        "biased", folder => File.WriteAllBytes(Path.Combine(folder, file), File.ReadAllBytes(Path.Combine(folder, file))[..^5].AsSpan(0, 7).ToArray()), file);

    [Fact]
    public void A_vocabulary_of_another_size_is_refused()
    {
        Refuses("streaming", folder => File.AppendAllText(Path.Combine(folder, "tokens.txt"), $"多 {File.ReadLines(Path.Combine(folder, "tokens.txt")).Count()}\n"), "vocab_size");
        Refuses("biased", folder => File.WriteAllText(Path.Combine(folder, "tokens.json"), """["<blank>", "<s>", "</s>", "今"]"""), "logits");
    }

    [Fact]
    public void Graphs_of_other_models_are_refused()
    {
        Refuses("streaming", folder => File.Copy(Path.Combine(folder, "encoder.onnx"), Path.Combine(folder, "decoder.onnx"), overwrite: true), "decoder.onnx");
        Refuses("streaming", folder => File.Copy(Path.Combine(folder, "decoder.onnx"), Path.Combine(folder, "encoder.onnx"), overwrite: true), "am.mvn");
        Refuses("biased", folder => File.Copy(Path.Combine(folder, "model_eb.onnx"), Path.Combine(folder, "model.onnx"), overwrite: true), "speech");
        Refuses("biased", folder => File.Copy(Path.Combine(folder, "model.onnx"), Path.Combine(folder, "model_eb.onnx"), overwrite: true), "hotword");
    }

    [Fact]
    public void Statistics_of_another_length_are_refused() => Refuses(
        "biased", folder => File.WriteAllText(Path.Combine(folder, "am.mvn"), "<AddShift> <LearnRateCoef> 0 [ 1 2 ] <Rescale> <LearnRateCoef> 0 [ 1 2 ]"), "am.mvn");

    private static void Refuses(string pack, Action<string> damage, string named)
    {
        string folder = ReferenceModels.Copy(pack);
        damage(folder);
        ModelPackException error = Assert.Throws<ModelPackException>(() => Load(pack, ReferenceModels.PackIn(folder)).Dispose());
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.Equal("small", error.PackId);
        Directory.Delete(folder, recursive: true);
    }

    private static IRecognizerModel Load(string name, InstalledPack pack) =>
        name == "streaming" ? StreamingParaformerModel.Load(pack) : OfflineParaformerModel.Load(pack);
}
