using System.Text.Json;
using CsCheck;
using Paraformer.Engine.Text;
using Paraformer.Models;

namespace Paraformer.Engine.Tests.Text.Punctuation;

/// <summary>Against a graph of the same tensors with small random weights and the answers of eng/reference/ct_transformer_graph.py.</summary>
public sealed class CtTransformerPunctuatorTests
{
    private static readonly string[] s_units = ["我", "们", "好", "吗", "python", "hello", "天", "气", "的", "了"];

    [Theory]
    [InlineData("offline")]
    [InlineData("online")]
    public void Marks_are_those_of_the_reference(string variant)
    {
        using CtTransformerPunctuator punctuator = new(CtTransformerModel.Load(Pack(variant)));
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder(variant), "golden.json")));
        foreach (JsonElement item in golden.RootElement.EnumerateArray())
        {
            string[] words = Strings(item.GetProperty("words"));
            Assert.Equal(Strings(item.GetProperty("marks")), Run(punctuator, words, isFinal: true).Select(word => word.Punctuation));
        }
    }

    [Fact]
    public void Settled_marks_stay_when_words_follow()
    {
        using CtTransformerPunctuator punctuator = new(CtTransformerModel.Load(Pack("offline")));
        Gen.Int[0, s_units.Length - 1].Select(i => s_units[i]).Array[1, 150].Sample(words =>
        {
            PunctuatedWord[] before = [];
            for (int count = 1; count <= words.Length; count += 7)
            {
                PunctuatedWord[] now = Run(punctuator, words[..count], isFinal: false);
                int settled = Array.FindLastIndex(before, word => word.Punctuation.Length > 0) + 1;
                Assert.Equal(before[..settled], now[..settled]);
                before = now;
            }
        }, iter: 20);
    }

    [Fact]
    public void A_word_of_several_characters_gets_the_mark_of_its_last_one()
    {
        using CtTransformerPunctuator punctuator = new(CtTransformerModel.Load(Pack("offline")));
        string[] characters = ["我", "们", "下", "周", "三", "开", "会", "好", "吗"];
        PunctuatedWord[] single = Run(punctuator, characters, isFinal: true);
        PunctuatedWord[] words = Run(punctuator, ["我们", "下周三", "开会", "好吗"], isFinal: true);
        Assert.Equal([single[1].Punctuation, single[4].Punctuation, single[6].Punctuation, single[8].Punctuation], words.Select(word => word.Punctuation));
    }

    [Fact]
    public void Finished_text_stays_as_it_is()
    {
        using CtTransformerPunctuator punctuator = new(CtTransformerModel.Load(Pack("offline")));
        string[] words = ["我们", "开会。", "好吗？"];
        Assert.Equal(words, Run(punctuator, words, isFinal: true).Select(word => word.Text + word.Punctuation));
    }

    [Fact]
    public void A_pack_without_a_graph_is_refused()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory();
        try
        {
            ModelPackException e = Assert.Throws<ModelPackException>(() => CtTransformerModel.Load(Pack("offline") with { Folder = folder.FullName }));
            Assert.Contains("model_quant.onnx", e.Message, StringComparison.Ordinal);
            File.WriteAllText(Path.Combine(folder.FullName, "model.onnx"), "no graph");
            Assert.Throws<ModelPackException>(() => CtTransformerModel.Load(Pack("offline") with { Folder = folder.FullName }));
            File.Copy(Path.Combine(Folder("offline"), "model.onnx"), Path.Combine(folder.FullName, "model.onnx"), overwrite: true);
            File.WriteAllText(Path.Combine(folder.FullName, "tokens.json"), "{}");
            Assert.Throws<ModelPackException>(() => CtTransformerModel.Load(Pack("offline") with { Folder = folder.FullName }));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Folder(string variant) => Path.Combine(AppContext.BaseDirectory, "Text", "Punctuation", "ct-transformer", variant);

    private static InstalledPack Pack(string variant) =>
        new(new PackDescriptor { Id = "ct", Kind = "punctuation", Description = "d", Licence = "Apache-2.0" }, Folder(variant));

    private static string[] Strings(JsonElement array) => [.. array.EnumerateArray().Select(item => item.GetString()!)];

    private static PunctuatedWord[] Run(CtTransformerPunctuator punctuator, string[] words, bool isFinal)
    {
        var result = new PunctuatedWord[words.Length];
        punctuator.Punctuate(words, "zh", result, isFinal);
        return result;
    }
}
