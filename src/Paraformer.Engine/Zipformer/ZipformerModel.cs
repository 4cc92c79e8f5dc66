using Paraformer.Engine.Biasing;
using Paraformer.Engine.Features;
using Paraformer.Engine.Onnx;
using Paraformer.Engine.Tokens;
using Paraformer.Models;

namespace Paraformer.Engine.Zipformer;

/// <summary>
/// A streaming zipformer as icefall's recipes make it: a transducer (encoder, decoder, joiner) or a CTC (one graph), with its <c>tokens.txt</c>. Version and
/// sizes are read from the graph's properties. Shared read-only.
/// </summary>
internal sealed class ZipformerModel : IRecognizerModel
{
    private static readonly string[] s_blanks = ["<blk>", "<eps>", "<blank>"];
    private readonly PackGraph _graph;
    private readonly PhraseTokenizer _phrases;
    private readonly IReadOnlyList<string> _languages;

    private ZipformerModel(InstalledPack pack, PackGraph graph)
    {
        PackId = pack.Descriptor.Id;
        _graph = graph;
        _languages = pack.Descriptor.Languages;
        Tokens = PackText.Read(pack, "tokens.txt", TokenTable.ParseLines);
        _phrases = new PhraseTokenizer(
            Tokens, File.Exists(Path.Combine(pack.Folder, "bpe.vocab")) ? PackText.Read(pack, "bpe.vocab", PhraseTokenizer.ParseScores) : []);
        Encoder = new ZipformerEncoder(graph);
        Blank = Math.Max(0, s_blanks.Select(Tokens.IdOf).FirstOrDefault(id => id >= 0, 0));
        Unknown = Tokens.IdOf("<unk>");
        if (Encoder.Output == "log_probs")
        {
            if (Encoder.OutputWidth != Tokens.Count)
            {
                throw graph.Wrong($"gives {Encoder.OutputWidth} scores a row, but tokens.txt has {Tokens.Count} tokens");
            }

            return;
        }

        PackGraph decoder = PackGraph.Load(pack, "decoder.int8.onnx", "decoder.onnx");
        PackGraph? joiner = null;
        try
        {
            joiner = PackGraph.Load(pack, "joiner.int8.onnx", "joiner.onnx");
            Head = new TransducerHead(decoder, joiner, Encoder.OutputWidth, Tokens.Count);
        }
        catch
        {
            joiner?.Dispose();
            decoder.Dispose();
            throw;
        }
    }

    public string PackId { get; }

    internal FilterBank FilterBank { get; } = new(FilterBankOptions.Icefall);

    internal TokenTable Tokens { get; }

    internal ZipformerEncoder Encoder { get; }

    /// <summary>Null where the model is a CTC.</summary>
    internal TransducerHead? Head { get; }

    internal int Blank { get; }

    internal int Unknown { get; }

    /// <summary>Loads and checks the model, and runs it once.</summary>
    /// <exception cref="ModelPackException">A file is missing, damaged or of another model.</exception>
    public static ZipformerModel Load(InstalledPack pack)
    {
        PackGraph graph = PackGraph.Load(pack, "encoder.int8.onnx", "encoder.onnx", "model.int8.onnx", "model.onnx");
        try
        {
            return new ZipformerModel(pack, graph);
        }
        catch
        {
            graph.Dispose();
            throw;
        }
    }

    public IStreamingRecognizer CreateRecognizer(RecognizerOptions options) => new ZipformerRecognizer(this, CreateSearch(_phrases.Phrases(options.HotWords, _languages)), options);

    public void Dispose()
    {
        Head?.Dispose();
        _graph.Dispose();
    }

    /// <summary>Makes the search of one stream.</summary>
    internal ITokenSearch CreateSearch(IReadOnlyList<BiasPhrase> phrases)
    {
        ContextGraph? graph = phrases.Count == 0 ? null : new ContextGraph(phrases);
        return Head is not null ? new ModifiedBeamSearch(Head, Unknown, graph)
            : graph is not null ? new CtcPrefixSearch(Blank, graph)
            : new CtcTokenSearch(Blank);
    }
}
