using Paraformer.Engine.Onnx;
using Paraformer.Models;

namespace Paraformer.Engine.Vosk;

/// <summary>The files of a Vosk model: those of an installed pack, some of them replaced. Immutable.</summary>
internal sealed class VoskModelFiles
{
    private readonly Dictionary<string, Replacement> _replaced;

    /// <summary>The files of a pack as they are.</summary>
    public VoskModelFiles(InstalledPack pack)
        : this(pack, [])
    {
    }

    private VoskModelFiles(InstalledPack pack, Dictionary<string, Replacement> replaced)
    {
        Pack = pack;
        _replaced = replaced;
    }

    /// <summary>The pack that they come from.</summary>
    public InstalledPack Pack { get; }

    /// <summary>Whether the pack's own folder will do.</summary>
    public bool AreThePacks => _replaced.Count == 0;

    /// <summary>The same files with another one in the place of <paramref name="path"/>.</summary>
    /// <param name="path">A path inside the model's folder, with '/'; the pack's or a new one.</param>
    /// <param name="file">The absolute path of the other file.</param>
    public VoskModelFiles With(string path, string file) => With(path, new Replacement(file, default));

    /// <summary>The same files with other bytes in the place of <paramref name="path"/>.</summary>
    /// <param name="path">A path inside the model's folder, with '/'; the pack's or a new one.</param>
    /// <param name="content">What the file holds.</param>
    public VoskModelFiles With(string path, ReadOnlyMemory<byte> content) => With(path, new Replacement(null, content));

    /// <summary>A file's bytes.</summary>
    /// <exception cref="ModelPackException">It is missing.</exception>
    public ReadOnlyMemory<byte> Read(string path) =>
        !_replaced.TryGetValue(path, out Replacement? replacement) ? File.ReadAllBytes(Pack.PathOf(path))
        : replacement.File is { } file ? File.ReadAllBytes(file)
        : replacement.Content;

    /// <summary>Every file: where it is to be, and the file or the bytes that belong there.</summary>
    /// <exception cref="ModelPackException">A file of the pack is missing.</exception>
    public IEnumerable<(string Path, string? File, ReadOnlyMemory<byte> Content)> All() =>
        Pack.Descriptor.Files.Select(f => f.Path).Where(p => !_replaced.ContainsKey(p)).Select(p => (p, (string?)Pack.PathOf(p), default(ReadOnlyMemory<byte>)))
            .Concat(_replaced.Select(r => (r.Key, r.Value.File, r.Value.Content)));

    /// <summary>
    /// Does nothing where every file of the pack is there and is the one that the catalogue knows, those too of which others take the place: they are made from these.
    /// </summary>
    /// <exception cref="ModelPackException">One is missing or another.</exception>
    public void Require()
    {
        PackText.RequireKnown(Pack);
        foreach (PackFile file in Pack.Descriptor.Files)
        {
            Pack.PathOf(file.Path);
        }
    }

    private VoskModelFiles With(string path, Replacement replacement) => new(Pack, new Dictionary<string, Replacement>(_replaced) { [path] = replacement });

    private sealed record Replacement(string? File, ReadOnlyMemory<byte> Content);
}
