using System.Text;
using Paraformer.Engine.Text;
using Paraformer.Models;
using Paraformer.Testing;

namespace Paraformer.Engine.Tests.Text;

public sealed class TextPacksTests : IDisposable
{
    private const string Catalog = """
        {
          "schema": 1, "starter": [], "models": [],
          "packs": [
            { "id": "ct", "kind": "punctuation", "description": "d", "licence": "Apache-2.0", "origin": "o",
              "files": [ { "path": "model.onnx", "size": SIZE, "sha256": "0000000000000000000000000000000000000000000000000000000000000000" } ] }
          ]
        }
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    [Fact]
    public async Task An_installed_punctuation_pack_puts_the_marks_of_Mandarin_and_of_no_other_language()
    {
        string[] words = ["我", "们", "好", "吗", "天", "气", "的", "了", "我", "们"];
        ModelStore store = Store(install: true);
        using var packs = new TextPacks(store, new EngineOptions(), Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        TextFormatter formatter = await packs.FormatterAsync(TestContext.Current.CancellationToken);
        using var pack = new CtTransformerPunctuator(CtTransformerModel.Load(store.Find("ct")!));

        Assert.Equal(Marks(new TextFormatter(pack), words, "zh"), Marks(formatter, words, "zh"));
        Assert.Equal(Marks(new TextFormatter(Punctuator.Default), ["how", "are", "you"], "en"), Marks(formatter, ["how", "are", "you"], "en"));
    }

    [Fact]
    public async Task Without_a_pack_the_engines_own_network_puts_them()
    {
        string[] words = ["我", "们", "好", "吗"];
        using var packs = new TextPacks(Store(install: false), new EngineOptions(), Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        TextFormatter formatter = await packs.FormatterAsync(TestContext.Current.CancellationToken);
        Assert.Equal(Marks(new TextFormatter(Punctuator.Default), words, "zh"), Marks(formatter, words, "zh"));
    }

    [Fact]
    public void A_pack_that_writes_no_numbers_is_refused()
    {
        ModelPackException e = Assert.Throws<ModelPackException>(() =>
            new TextPacks(Store(install: true), new EngineOptions { InverseNormalizationPack = "ct" }, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance));
        Assert.Contains("itn-fst", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_named_pack_writes_the_numbers_of_Mandarin()
    {
        Packs.Require("itn-zh");
        var bare = new TextOptions { Punctuation = false };
        using TextProcessor own = await TextProcessor.CreateAsync(Packs.Store, cancellationToken: TestContext.Current.CancellationToken);
        using TextProcessor pack = await TextProcessor.CreateAsync(Packs.Store, new EngineOptions { InverseNormalizationPack = "itn-zh" }, TestContext.Current.CancellationToken);
        Assert.Equal("预算是120万", own.Process("预算是一百二十万", "zh", bare));
        Assert.Equal("预算是1200000", pack.Process("预算是一百二十万", "zh", bare));
        Assert.Equal(own.Process("twenty five dollars", "en", bare), pack.Process("twenty five dollars", "en", bare));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static string[] Marks(TextFormatter formatter, string[] words, string language)
    {
        var tokens = new List<TextToken>();
        formatter.Format(words, language, new TextOptions(), isFinal: true, wantEnds: false, tokens);
        return [.. tokens.Select(token => token.Text + token.Punctuation)];
    }

    private ModelStore Store(bool install)
    {
        string source = Path.Combine(AppContext.BaseDirectory, "Text", "Punctuation", "ct-transformer", "offline");
        if (install)
        {
            DirectoryInfo pack = _folder.CreateSubdirectory("ct");
            foreach (string file in Directory.GetFiles(source))
            {
                File.Copy(file, Path.Combine(pack.FullName, Path.GetFileName(file)));
            }
        }

        long size = new FileInfo(Path.Combine(source, "model.onnx")).Length;
        ModelCatalog catalog = ModelCatalog.Parse(Encoding.UTF8.GetBytes(Catalog.Replace("SIZE", size.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal)));
        return new ModelStore(catalog, new ModelStoreOptions { SearchPath = [_folder.FullName], InstallFolder = _folder.FullName });
    }
}
