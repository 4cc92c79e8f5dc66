using Paraformer.Models;

namespace Paraformer.Testing;

/// <summary>The packs on this machine.</summary>
public static class Packs
{
    public static ModelStore Store { get; } = new(ModelCatalog.Load(), ModelStoreOptions.FromEnvironment());

    /// <summary>A pack, or a skipped test that names it.</summary>
    public static InstalledPack Require(string id)
    {
        Assert.SkipUnless(Store.Find(id) is not null, $"pack {id} is not installed: run './paraformer models pull {id}'");
        return Store.Find(id)!;
    }

    /// <summary>Everything that English needs.</summary>
    public static void RequireEnglish()
    {
        Require("libvosk");
        Require("vosk-en");
        Require("vad-silero");
    }
}
