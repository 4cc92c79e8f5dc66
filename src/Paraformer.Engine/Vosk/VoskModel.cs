using System.Runtime.InteropServices;
using System.Text;
using Paraformer.Models;

namespace Paraformer.Engine.Vosk;

/// <summary>A loaded Kaldi model, shared read-only by any number of recognisers.</summary>
internal sealed class VoskModel : IRecognizerModel
{
    private const string GraphFile = "graph/Gr.fst";
    private readonly VoskLibrary _library;
    private readonly InstalledPack _nativeLibrary;
    private readonly VoskModelFiles _files;
    private readonly Lazy<IReadOnlyDictionary<string, int>?> _vocabulary;

    private VoskModel(VoskLibrary library, ModelHandle handle, VoskModelFiles files, InstalledPack nativeLibrary)
    {
        _library = library;
        _files = files;
        _nativeLibrary = nativeLibrary;

        // An error is not kept: a file that cannot be read now may be later.
        _vocabulary = new Lazy<IReadOnlyDictionary<string, int>?>(ReadVocabulary, LazyThreadSafetyMode.PublicationOnly);
        Handle = handle;
    }

    public string PackId => _files.Pack.Descriptor.Id;

    public bool NeedsPreparation => true;

    internal ModelHandle Handle { get; }

    /// <summary>Loads the model; takes a few hundred milliseconds.</summary>
    /// <exception cref="ModelPackException">The native library or the model cannot be loaded.</exception>
    public static VoskModel Load(InstalledPack model, InstalledPack nativeLibrary) => Load(new VoskModelFiles(model), nativeLibrary);

    /// <summary>Loads the model from files of which some are not the pack's.</summary>
    /// <exception cref="ModelPackException">The native library or the model cannot be loaded.</exception>
    /// <exception cref="IOException">The files cannot be put together in one folder.</exception>
    public static VoskModel Load(VoskModelFiles files, InstalledPack nativeLibrary)
    {
        string libraryPath = nativeLibrary.PathOf(nativeLibrary.Descriptor.Files.Select(f => f.Path).First(IsLibrary));
        VoskLibrary library;
        try
        {
            library = VoskLibrary.Load(libraryPath);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException or EntryPointNotFoundException)
        {
            throw new ModelPackException(
                nativeLibrary.Descriptor.Id,
                $"pack {nativeLibrary.Descriptor.Id}: {libraryPath} cannot be loaded ({e.Message}): run 'paraformer models verify {nativeLibrary.Descriptor.Id}'",
                e);
        }

        // Kaldi ends the process on some damaged files, so nothing but what the catalogue knows is handed to it.
        files.Require();

        if (files.AreThePacks)
        {
            return Open(library, files, nativeLibrary, files.Pack.Folder);
        }

        using VoskModelFolder folder = VoskModelFolder.Assemble(files);
        return Open(library, files, nativeLibrary, folder.FullPath);
    }

    public IStreamingRecognizer CreateRecognizer(RecognizerOptions options) => new VoskRecognizer(_library, Handle);

    /// <summary>
    /// A model of its own whose language model favours the words: libvosk shares everything but a recogniser's state, and takes a
    /// language model with the model only. A pack whose graph is of another form cannot be biased.
    /// </summary>
    public HotWordLoad? LoadFor(IReadOnlyList<HotWord> words)
    {
        if (words.Count == 0 || _vocabulary.Value is not { } vocabulary)
        {
            return null;
        }

        var known = new VoskHotWords(words, vocabulary);
        return new HotWordLoad(known.Key, known.Unknown, () => Load(_files.With(GraphFile, known.Apply(ReadGraph())), _nativeLibrary));
    }

    public void Dispose() => Handle.Dispose();

    private NgramGraph ReadGraph() => NgramGraph.Read(GraphFile, _files.Read(GraphFile));

    private IReadOnlyDictionary<string, int>? ReadVocabulary()
    {
        try
        {
            return ReadGraph().Vocabulary;
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private static unsafe VoskModel Open(VoskLibrary library, VoskModelFiles files, InstalledPack nativeLibrary, string folder)
    {
        InstalledPack pack = files.Pack;
        nint handle;
        fixed (byte* path = Encoding.UTF8.GetBytes(folder + '\0'))
        {
            handle = library.ModelNew(path);
        }

        return handle == 0
            ? throw new ModelPackException(
                pack.Descriptor.Id,
                $"pack {pack.Descriptor.Id}: libvosk cannot read the model in {folder}: run 'paraformer models verify {pack.Descriptor.Id}'")
            : new VoskModel(library, new ModelHandle(library, handle), new VoskModelFiles(pack), nativeLibrary);
    }

    private static bool IsLibrary(string path) =>
        Path.GetFileName(path).StartsWith("libvosk.", StringComparison.Ordinal);

    /// <summary>The native model. Recognisers hold a native reference of their own, so freeing it early is safe.</summary>
    internal sealed class ModelHandle : SafeHandle
    {
        private readonly VoskLibrary _library;

        public ModelHandle(VoskLibrary library, nint handle)
            : base(0, ownsHandle: true)
        {
            _library = library;
            SetHandle(handle);
        }

        public override bool IsInvalid => handle == 0;

        protected override unsafe bool ReleaseHandle()
        {
            _library.ModelFree(handle);
            return true;
        }
    }
}
