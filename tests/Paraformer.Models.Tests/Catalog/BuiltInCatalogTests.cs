using System.Text;

namespace Paraformer.Models.Tests.Catalog;

public sealed class BuiltInCatalogTests
{
    private static byte[] Text()
    {
        using Stream stream = typeof(ModelCatalog).Assembly.GetManifestResourceStream("catalog.json")!;
        using MemoryStream copy = new();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    [Fact]
    public void It_routes_the_four_models_of_the_service()
    {
        ModelCatalog catalog = ModelCatalog.Load(null);

        Assert.Equal(
            ["paraformer-realtime-v2", "paraformer-realtime-8k-v2", "paraformer-realtime-v1", "paraformer-realtime-8k-v1"],
            catalog.Models.Select(model => model.Model));
        Assert.Equal([[], [8000], [16000], [8000]], catalog.Models.Select(model => model.SampleRates.ToArray()));
        Assert.Equal(["zh", "en", "ja", "yue", "ko", "de", "fr", "ru"], catalog.Models[0].Languages.Select(language => language.Language));
        Assert.All(catalog.Models, model => Assert.Contains("zh-char-ctc", model.Languages.Single(language => language.Language == "zh").Packs));
        Assert.Contains("vosk-en", catalog.Models[0].Languages.Single(language => language.Language == "en").Packs);
        Assert.All(catalog.Models[0].Languages, language => Assert.NotEmpty(language.Packs));
    }

    [Fact]
    public void A_pack_that_serves_a_language_says_that_it_knows_it()
    {
        ModelCatalog catalog = ModelCatalog.Load(null);

        Assert.All(
            catalog.Models.SelectMany(model => model.Languages).SelectMany(language => language.Packs.Select(pack => (language.Language, Pack: pack))),
            served => Assert.Contains(served.Language, catalog.FindPack(served.Pack)!.Languages));
    }

    [Fact]
    public void The_starter_packs_can_be_pulled_with_all_they_require()
    {
        ModelCatalog catalog = ModelCatalog.Parse(Text(), "linux-x64");

        Assert.Equal(["vosk-en", "vad-silero"], catalog.StarterPacks);
        Assert.Equal(["libvosk"], catalog.FindPack("vosk-en")!.Requires);
        Assert.All(["vosk-en", "vad-silero", "libvosk"], id => Assert.True(catalog.FindPack(id)!.CanPull));
    }

    [Theory]
    [InlineData("linux-x64", "lib/libvosk.so")]
    [InlineData("osx-x64", "lib/libvosk.dylib")]
    [InlineData("osx-arm64", "lib/libvosk.dylib")]
    [InlineData("win-x64", "lib/libvosk.dll", "lib/libgcc_s_seh-1.dll", "lib/libstdc++-6.dll", "lib/libwinpthread-1.dll")]
    [InlineData("linux-arm64")]
    public void The_native_library_has_the_files_of_the_platform(string platform, params string[] expected)
    {
        PackDescriptor pack = ModelCatalog.Parse(Text(), platform).FindPack("libvosk")!;

        Assert.Equal(expected, pack.Files.Select(file => file.Path));
        Assert.Equal(expected.Length > 0, pack.CanPull);
    }

    [Fact]
    public void The_recogniser_is_configured_by_files_of_the_catalogue_itself()
    {
        PackDescriptor pack = ModelCatalog.Load(null).FindPack("vosk-en")!;

        PackFile file = pack.Files.Single(file => file.Path == "conf/mfcc.conf");
        byte[] text = Encoding.UTF8.GetBytes("--use-energy=false\n--sample-frequency=16000\n--dither=0\n");
        Assert.Equal(new PackFile("conf/mfcc.conf", text.Length, Support.TestPack.Sha256(text)), file);
    }

    [Fact]
    public void Packs_without_a_source_say_where_they_are_from()
    {
        Assert.All(ModelCatalog.Load(null).Packs, pack => Assert.NotEmpty(pack.Origin));
        Assert.False(ModelCatalog.Load(null).FindPack("zh-char-ctc")!.CanPull);
    }

    [Fact]
    public async Task Packs_laid_by_hand_on_this_machine_are_as_the_catalogue_says()
    {
        ModelStore store = new(ModelCatalog.Load(null), ModelStoreOptions.FromEnvironment());
        string[] present = [.. store.Catalog.Packs.Select(pack => pack.Id).Where(id => store.Describe(id).State != PackState.Missing)];
        Assert.SkipWhen(present.Length == 0, $"Needs packs in a folder named by {ModelStoreOptions.SearchPathVariable}: there are none.");

        foreach (string id in present)
        {
            PackVerification verification = await store.VerifyAsync(id, TestContext.Current.CancellationToken);
            Assert.True(verification.IsIntact, $"{id}: {string.Join("; ", verification.Problems)}");
        }
    }
}
