using Paraformer.Engine.CharCtc;
using Paraformer.Engine.ParaformerModels;
using Paraformer.Engine.SenseVoice;
using Paraformer.Engine.Vosk;
using Paraformer.Engine.Zipformer;
using Paraformer.Models;

namespace Paraformer.Engine.Recognizers;

/// <summary>Finds an installed pack by its id.</summary>
/// <exception cref="ModelPackException">It is not installed, or damaged.</exception>
internal delegate InstalledPack PackFinder(string packId);

/// <summary>The kinds of packs that this engine runs as recognisers, each with the way to load one.</summary>
internal static class RecognizerKinds
{
    private static readonly Dictionary<string, Func<InstalledPack, PackFinder, IRecognizerModel>> s_loaders = new(StringComparer.Ordinal)
    {
        ["fsmn-ctc"] = (pack, find) => CharCtcModel.Load(pack, find(pack.Descriptor.Requires[0])),
        ["paraformer-offline"] = (pack, _) => OfflineParaformerModel.Load(pack),
        ["paraformer-streaming"] = (pack, _) => StreamingParaformerModel.Load(pack),
        ["sensevoice"] = (pack, _) => SenseVoiceModel.Load(pack),
        ["vosk"] = (pack, find) => VoskModel.Load(pack, find(pack.Descriptor.Requires[0])),
        ["zipformer"] = (pack, _) => ZipformerModel.Load(pack),
    };

    /// <summary>The kinds, as the catalogue names them.</summary>
    public static IReadOnlySet<string> Names { get; } = s_loaders.Keys.ToHashSet(StringComparer.Ordinal);

    /// <summary>Loads a pack of one of the kinds.</summary>
    /// <exception cref="ModelPackException">The pack, or one that it requires, is missing or damaged.</exception>
    public static IRecognizerModel Load(string packId, PackFinder find)
    {
        InstalledPack pack = find(packId);
        return s_loaders[pack.Descriptor.Kind](pack, find);
    }
}
