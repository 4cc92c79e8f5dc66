using Paraformer.Engine.Vad.Fsmn;
using Paraformer.Engine.Vad.Silero;
using Paraformer.Models;

namespace Paraformer.Engine.Vad;

/// <summary>The kinds of packs that this engine runs as voice activity detectors.</summary>
internal static class VoiceActivityKinds
{
    // Silero first: the endpointer's thresholds and all published figures were made with it.
    private static readonly string[] s_packs = ["vad-silero", "vad-fsmn"];

    private static readonly Dictionary<string, Func<InstalledPack, IVoiceActivityModel>> s_loaders = new(StringComparer.Ordinal)
    {
        ["vad-silero"] = SileroModel.Load,
        ["vad-fsmn"] = FsmnVadModel.Load,
    };

    /// <summary>The pack to use: the one that is configured, or the first that is installed; where none is, the first.</summary>
    public static string Choose(ModelStore store, string? configured) =>
        configured ?? s_packs.FirstOrDefault(id => store.Describe(id).State == PackState.Installed) ?? s_packs[0];

    /// <summary>Loads a pack of one of the kinds.</summary>
    /// <exception cref="ModelPackException">It is damaged or of another kind.</exception>
    public static IVoiceActivityModel Load(InstalledPack pack) => s_loaders.TryGetValue(pack.Descriptor.Kind, out Func<InstalledPack, IVoiceActivityModel>? load)
        ? load(pack)
        : throw new ModelPackException(
            pack.Descriptor.Id, $"pack {pack.Descriptor.Id} is of the kind {pack.Descriptor.Kind}, not a voice activity detector: name one of {string.Join(", ", s_packs)}");
}
